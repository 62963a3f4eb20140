"use client";

import { useTranslations } from "next-intl";
import { NumberInput } from "../forms/number-input.tsx";
import { Field } from "../primitives/field.tsx";
import { Section } from "./section.tsx";
import type { SectionProps } from "./section-props.ts";

type NumberKey = "bootDeadlineMs" | "watchWindowMs" | "keepReleases";

export function RolloutSection({ draft, set }: SectionProps) {
  const t = useTranslations("settings");
  const { rollout } = draft;
  const number = (key: NumberKey, inSeconds = false) => (
    <Field label={t(`rollout.${key}`)} hint={t(`rolloutHint.${key}`)} path={`rollout.${key}`}>
      {(control) => (
        <NumberInput
          {...control}
          {...(inSeconds ? { unit: t("seconds"), scale: 1_000 } : {})}
          value={rollout[key]}
          onChange={(value) => set({ rollout: { ...rollout, [key]: value } })}
        />
      )}
    </Field>
  );
  return (
    <Section name="rollout">
      <div className="grid gap-4 sm:grid-cols-2">
        {number("bootDeadlineMs", true)}
        {number("watchWindowMs", true)}
        {number("keepReleases")}
      </div>
    </Section>
  );
}
