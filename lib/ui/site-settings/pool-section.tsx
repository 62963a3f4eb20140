"use client";

import { useTranslations } from "next-intl";
import type { Pool } from "../../schema/site.ts";
import { NumberInput } from "../forms/number-input.tsx";
import { Field } from "../primitives/field.tsx";
import { Select } from "../primitives/input.tsx";
import { Section } from "./section.tsx";
import type { SectionProps } from "./section-props.ts";

type NumberKey =
  | "workers"
  | "threads"
  | "timeoutMs"
  | "gracefulTimeoutMs"
  | "maxRequests"
  | "maxRequestsJitter";

export function PoolSection({ draft, set }: SectionProps) {
  const t = useTranslations("settings");
  const { pool } = draft;
  const change = (part: Partial<Pool>) => set({ pool: { ...pool, ...part } });
  const number = (key: NumberKey, inSeconds = false) => (
    <Field label={t(`pool.${key}`)} hint={t(`poolHint.${key}`)} path={`pool.${key}`}>
      {(control) => (
        <NumberInput
          {...control}
          {...(inSeconds ? { unit: t("seconds"), scale: 1_000 } : {})}
          disabled={key === "threads" && pool.workerClass === "sync"}
          value={pool[key]}
          onChange={(value) => change({ [key]: value })}
        />
      )}
    </Field>
  );
  return (
    <Section name="pool">
      <Field
        label={t("pool.workerClass")}
        hint={t(`workerClassHint.${pool.workerClass}`)}
        path="pool.workerClass"
      >
        {(control) => (
          <Select
            {...control}
            className="max-w-96"
            value={pool.workerClass}
            onChange={(event) =>
              change(
                event.target.value === "sync"
                  ? { workerClass: "sync", threads: 1 }
                  : { workerClass: "gthread", threads: 8 },
              )
            }
          >
            <option value="gthread">{t("gthread")}</option>
            <option value="sync">{t("sync")}</option>
          </Select>
        )}
      </Field>
      <div className="grid gap-4 sm:grid-cols-2">
        {number("workers")}
        {number("threads")}
        {number("timeoutMs", true)}
        {number("gracefulTimeoutMs", true)}
        {number("maxRequests")}
        {number("maxRequestsJitter")}
      </div>
    </Section>
  );
}
