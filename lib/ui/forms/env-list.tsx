"use client";

import { Lock, LockOpen } from "lucide-react";
import { useTranslations } from "next-intl";
import { cx } from "../cx.ts";
import { Button } from "../primitives/button.tsx";
import { useFieldError } from "../primitives/field.tsx";
import type { EnvRow } from "../site-settings/draft.ts";
import { InlineInput } from "./inline-input.tsx";
import { RowList } from "./row-list.tsx";

/** Environment variables; a secret value can be replaced and never read. */
export function EnvList({
  value,
  onChange,
}: {
  value: readonly EnvRow[];
  onChange: (value: EnvRow[]) => void;
}) {
  const t = useTranslations("forms");
  const general = useFieldError("env");
  return (
    <>
      <RowList<EnvRow>
        label={t("env")}
        items={value}
        onChange={onChange}
        blank={() => ({ name: "", value: "", secret: false, saved: false })}
        addLabel={t("addEnv")}
        removeLabel={(row) => t("removeNamed", { name: row.name })}
        empty={t("noEnv")}
      >
        {(row, set) => <Row row={row} set={set} />}
      </RowList>
      {general ? (
        <p role="alert" className="text-sm text-bad">
          {general}
        </p>
      ) : null}
    </>
  );
}

function Row({ row, set }: { row: EnvRow; set: (row: EnvRow) => void }) {
  const t = useTranslations("forms");
  const kept = row.secret && row.saved && row.value === "";
  const word = t(row.secret ? "isSecret" : "isPlain");
  return (
    <div className="flex flex-wrap items-start gap-1.5 sm:flex-nowrap">
      <InlineInput
        path={row.name ? `env.${row.name}` : "env.name"}
        label={t("variable")}
        className="w-full font-mono sm:w-2/5"
        placeholder="NAME"
        value={row.name}
        readOnly={row.saved}
        onChange={(event) => set({ ...row, name: event.target.value.trim() })}
      />
      <InlineInput
        path={`env.${row.name}.value`}
        label={t("valueOf", { name: row.name })}
        className="min-w-0 flex-1 font-mono"
        type={row.secret ? "password" : "text"}
        autoComplete="new-password"
        placeholder={kept ? t("keptSecret") : ""}
        value={row.value}
        onChange={(event) => set({ ...row, value: event.target.value })}
      />
      <Button
        look="quiet"
        size="icon"
        aria-pressed={row.secret}
        aria-label={t("secretNamed", { name: row.name })}
        title={word}
        disabled={row.saved && row.secret}
        onClick={() => set({ ...row, secret: !row.secret })}
        className={cx(row.secret && "text-accent")}
      >
        {row.secret ? <Lock /> : <LockOpen />}
      </Button>
    </div>
  );
}
