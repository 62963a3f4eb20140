"use client";

import { useTranslations } from "next-intl";
import { Dialog } from "../primitives/dialog.tsx";
import { Kbd } from "../primitives/kbd.tsx";
import { pages } from "./navigation.ts";

export function HelpDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("help");
  const tn = useTranslations("nav");
  const rows: [string[], string][] = [
    [["⌘", "K"], t("palette")],
    ...pages.map((page): [string[], string] => [["g", page.key], tn(page.name)]),
    [["r"], t("reload")],
    [["?"], t("help")],
  ];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("title")}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-5 gap-y-2">
        {rows.map(([keys, meaning]) => (
          <div key={meaning} className="contents">
            <dt className="flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-4 text-sm text-muted">{t("control")}</p>
    </Dialog>
  );
}
