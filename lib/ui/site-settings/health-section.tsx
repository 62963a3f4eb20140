"use client";

import { useTranslations } from "next-intl";
import { NumberInput } from "../forms/number-input.tsx";
import { Field } from "../primitives/field.tsx";
import { Input } from "../primitives/input.tsx";
import { Section } from "./section.tsx";
import type { SectionProps } from "./section-props.ts";

type NumberKey = "intervalMs" | "timeoutMs" | "healthyThreshold" | "unhealthyThreshold";

export function HealthSection({ draft, set }: SectionProps) {
  const t = useTranslations("settings");
  const { health } = draft;
  const number = (key: NumberKey, inSeconds = false) => (
    <Field label={t(`health.${key}`)} path={`health.${key}`}>
      {(control) => (
        <NumberInput
          {...control}
          {...(inSeconds ? { unit: t("seconds"), scale: 1_000 } : {})}
          value={health[key]}
          onChange={(value) => set({ health: { ...health, [key]: value } })}
        />
      )}
    </Field>
  );
  return (
    <Section name="health">
      <Field label={t("health.path")} hint={t("healthPathHint")} path="health.path">
        {(control) => (
          <Input
            {...control}
            className="max-w-72 font-mono"
            spellCheck={false}
            value={health.path}
            onChange={(event) => set({ health: { ...health, path: event.target.value } })}
          />
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        {number("intervalMs", true)}
        {number("timeoutMs", true)}
        {number("healthyThreshold")}
        {number("unhealthyThreshold")}
      </div>
    </Section>
  );
}
