"use client";

import { useTranslations } from "next-intl";
import { DomainList } from "../forms/domain-list.tsx";
import { NumberInput } from "../forms/number-input.tsx";
import { Field } from "../primitives/field.tsx";
import { Input } from "../primitives/input.tsx";
import { Section } from "./section.tsx";
import type { SectionProps } from "./section-props.ts";

const MIB = 1024 ** 2;

export function GeneralSection({ draft, set, name }: SectionProps & { name: string }) {
  const t = useTranslations("settings");
  return (
    <Section name="general">
      <Field label={t("name")} hint={t("nameHint")}>
        {(control) => <Input {...control} value={name} readOnly className="max-w-72" />}
      </Field>
      <div className="flex flex-col gap-1">
        <p className="text-sm font-medium">{t("domains")}</p>
        <DomainList value={draft.domains} onChange={(domains) => set({ domains })} />
      </div>
      <Field label={t("maxBody")} hint={t("maxBodyHint")} path="maxBodyBytes">
        {(control) => (
          <NumberInput
            {...control}
            unit="MiB"
            scale={MIB}
            value={draft.maxBodyBytes}
            onChange={(maxBodyBytes) => set({ maxBodyBytes })}
          />
        )}
      </Field>
    </Section>
  );
}
