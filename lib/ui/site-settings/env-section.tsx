"use client";

import { useTranslations } from "next-intl";
import { EnvList } from "../forms/env-list.tsx";
import { Section } from "./section.tsx";
import type { SectionProps } from "./section-props.ts";

export function EnvSection({ draft, set }: SectionProps) {
  const t = useTranslations("settings");
  return (
    <Section name="env">
      <EnvList value={draft.env} onChange={(env) => set({ env })} />
      <p className="text-sm text-muted">{t("secretHint")}</p>
    </Section>
  );
}
