"use client";

import { useTranslations } from "next-intl";
import { Button } from "../primitives/button.tsx";

/** A page that could not be drawn: what it means, and one way on. */
export function PageError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations("pageError");
  const tc = useTranslations("common");
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-start gap-3 px-6 py-24">
      <h1 className="text-xl font-semibold">{t("title")}</h1>
      <p className="text-muted">{t("text")}</p>
      <p className="font-mono text-sm break-all text-muted">{error.digest ?? error.message}</p>
      <Button look="primary" onClick={reset}>
        {tc("retry")}
      </Button>
    </div>
  );
}
