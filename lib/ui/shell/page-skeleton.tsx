"use client";

import { useTranslations } from "next-intl";
import { Skeleton } from "../primitives/skeleton.tsx";

/** Keeps the shape of a page while it is on its way. */
export function PageSkeleton({ tabs = false }: { tabs?: boolean }) {
  const t = useTranslations("common");
  return (
    <div aria-busy="true" className="flex flex-col gap-4">
      <p role="status" className="sr-only">
        {t("loading")}
      </p>
      {tabs ? null : <Skeleton className="h-8 w-72 max-w-full" />}
      <Skeleton className="h-44 w-full rounded-xl" />
      <Skeleton className="h-72 w-full rounded-xl" />
    </div>
  );
}
