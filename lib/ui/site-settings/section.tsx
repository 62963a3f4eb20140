"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Panel } from "../primitives/panel.tsx";

type Name = "general" | "source" | "pool" | "static" | "health" | "env" | "rollout";

/** One group of settings, with what it is for. */
export function Section({ name, children }: { name: Name; children: ReactNode }) {
  const t = useTranslations("settings");
  return (
    <div id={name} className="scroll-mt-17">
      <Panel title={t(`section.${name}`)}>
        <p className="-mt-1 mb-4 text-muted">{t(`about.${name}`)}</p>
        <div className="flex flex-col gap-4">{children}</div>
      </Panel>
    </div>
  );
}
