"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { NewTokenView, Scope } from "../../schema/account.ts";
import { fieldErrors, post } from "../api-client.ts";
import { useSubmit } from "../auth/use-submit.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Button } from "../primitives/button.tsx";
import { Dialog } from "../primitives/dialog.tsx";
import { Field, FieldErrorsContext, useFieldError } from "../primitives/field.tsx";
import { Input, Select } from "../primitives/input.tsx";
import { scopeKey } from "./scope-key.ts";

const scopes = ["sites:read", "sites:write", "metrics:read", "admin"] as const satisfies Scope[];
const lives = ["30", "90", "365", "never"] as const;
const DAY_MS = 24 * 3_600_000;

export function TokenDialog({
  open,
  onOpenChange,
  onCreated,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onCreated: (token: NewTokenView) => void;
}) {
  const t = useTranslations("account");
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title={t("newToken")} description={t("newTokenText")}>
      <TokenForm
        onCreated={(token) => {
          onCreated(token);
          onOpenChange(false);
        }}
      />
    </Dialog>
  );
}

function TokenForm({ onCreated }: { onCreated: (token: NewTokenView) => void }) {
  const t = useTranslations("account");
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<readonly Scope[]>(["sites:read"]);
  const [life, setLife] = useState<(typeof lives)[number]>("90");
  const { busy, problem, submit } = useSubmit();
  return (
    <FieldErrorsContext value={fieldErrors(problem)}>
      <form
        className="flex flex-col gap-4"
        onSubmit={(event) => {
          event.preventDefault();
          void submit(async () => {
            const expiresAt =
              life === "never" ? null : new Date(Date.now() + Number(life) * DAY_MS).toISOString();
            onCreated(await post<NewTokenView>("/tokens", { name, scopes: chosen, expiresAt }));
          });
        }}
      >
        <Field label={t("tokenName")} hint={t("tokenNameHint")} path="name">
          {(control) => (
            <Input
              {...control}
              required
              maxLength={64}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
        <Scopes value={chosen} onChange={setChosen} />
        <Field label={t("tokenLife")} path="expiresAt">
          {(control) => (
            <Select
              {...control}
              value={life}
              onChange={(event) => setLife(event.target.value as (typeof lives)[number])}
              className="w-48"
            >
              {lives.map((one) => (
                <option key={one} value={one}>
                  {one === "never" ? t("neverExpires") : t("days", { count: Number(one) })}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {problem && !problem.errors?.length ? <ProblemNotice problem={problem} /> : null}
        <Button type="submit" look="primary" disabled={busy} className="self-end">
          {t("createToken")}
        </Button>
      </form>
    </FieldErrorsContext>
  );
}

function Scopes({
  value,
  onChange,
}: {
  value: readonly Scope[];
  onChange: (value: readonly Scope[]) => void;
}) {
  const t = useTranslations("account");
  const error = useFieldError("scopes", true);
  return (
    <fieldset className="flex flex-col gap-1.5">
      <legend className="mb-1 text-sm font-medium">{t("tokenScopes")}</legend>
      {scopes.map((scope) => (
        <label key={scope} className="flex items-start gap-2.5">
          <input
            type="checkbox"
            className="mt-1 size-4 accent-accent-fill"
            checked={value.includes(scope)}
            onChange={(event) =>
              onChange(event.target.checked ? [...value, scope] : value.filter((other) => other !== scope))
            }
          />
          <span>
            {t(`scope.${scopeKey(scope)}`)}
            <span className="block text-sm text-muted">{t(`scopeHint.${scopeKey(scope)}`)}</span>
          </span>
        </label>
      ))}
      {error ? (
        <p role="alert" className="text-sm text-bad">
          {error}
        </p>
      ) : null}
    </fieldset>
  );
}
