"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { BrandMark } from "../shell/brand.tsx";
import { LanguageMenu, ThemeMenu } from "../shell/preferences.tsx";

/** The frame of the pages before sign-in. */
export function AuthFrame({ children }: { children: ReactNode }) {
  const t = useTranslations("shell");
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex justify-end gap-0.5 p-2">
        <LanguageMenu />
        <ThemeMenu />
      </header>
      <main className="mx-auto flex w-full max-w-sm flex-1 flex-col px-5 pt-[8dvh] pb-16">
        <div className="mb-8 flex items-center gap-2.5 text-xl font-semibold tracking-tight">
          <BrandMark className="size-7 text-accent" />
          {t("product")}
        </div>
        {children}
      </main>
    </div>
  );
}
