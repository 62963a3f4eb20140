"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { fieldErrors, post } from "../api-client.ts";
import { PasswordInput } from "../auth/password-input.tsx";
import { useSubmit } from "../auth/use-submit.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Button } from "../primitives/button.tsx";
import { Field, FieldErrorsContext } from "../primitives/field.tsx";
import { Panel } from "../primitives/panel.tsx";

const blank = { currentPassword: "", newPassword: "" };

export function PasswordPanel({ username }: { username: string }) {
  const t = useTranslations("account");
  const [form, setForm] = useState(blank);
  const [done, setDone] = useState(false);
  const { busy, problem, submit, reset } = useSubmit();
  return (
    <Panel title={t("password")}>
      <FieldErrorsContext value={fieldErrors(problem)}>
        <form
          className="flex max-w-sm flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            setDone(false);
            void submit(async () => {
              await post("/users/current/password", form);
              setForm(blank);
              setDone(true);
              reset();
            });
          }}
        >
          {/* Password managers need the name beside the password. */}
          <input type="text" name="username" autoComplete="username" value={username} readOnly hidden />
          <Field label={t("currentPassword")} path="currentPassword">
            {(control) => (
              <PasswordInput
                {...control}
                required
                autoComplete="current-password"
                value={form.currentPassword}
                onChange={(event) => setForm({ ...form, currentPassword: event.target.value })}
              />
            )}
          </Field>
          <Field label={t("newPassword")} hint={t("newPasswordHint")} path="newPassword">
            {(control) => (
              <PasswordInput
                {...control}
                required
                autoComplete="new-password"
                value={form.newPassword}
                onChange={(event) => setForm({ ...form, newPassword: event.target.value })}
              />
            )}
          </Field>
          {problem && !problem.errors?.length ? <ProblemNotice problem={problem} /> : null}
          <div className="flex flex-wrap items-center gap-3">
            <Button type="submit" disabled={busy}>
              {t("changePassword")}
            </Button>
            <span role="status" className="text-ok">
              {done ? t("passwordChanged") : ""}
            </span>
          </div>
        </form>
      </FieldErrorsContext>
    </Panel>
  );
}
