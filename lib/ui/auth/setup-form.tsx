"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { fieldErrors, post } from "../api-client.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Button } from "../primitives/button.tsx";
import { Field, FieldErrorsContext } from "../primitives/field.tsx";
import { Input } from "../primitives/input.tsx";
import { PasswordInput } from "./password-input.tsx";
import { useSubmit } from "./use-submit.ts";

/** The first admin: the token proves that whoever asks can read the terminal Monban runs in. */
export function SetupForm({ token }: { token: string }) {
  const t = useTranslations("auth");
  const [form, setForm] = useState({ setupToken: token, username: "admin", password: "" });
  const { busy, problem, submit } = useSubmit();
  return (
    <>
      <h1 className="text-2xl font-semibold">{t("setupTitle")}</h1>
      <p className="mt-1.5 mb-6 text-muted">{t("setupText")}</p>
      <FieldErrorsContext value={fieldErrors(problem)}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void submit(async () => {
              await post("/setup", form);
              await post("/sessions", { username: form.username, password: form.password });
              window.location.assign("/");
            });
          }}
        >
          <Field label={t("setupToken")} hint={t("setupTokenHint")} path="setupToken">
            {(control) => (
              <Input
                {...control}
                required
                autoComplete="off"
                spellCheck={false}
                className="font-mono"
                value={form.setupToken}
                onChange={(event) => setForm({ ...form, setupToken: event.target.value.trim() })}
              />
            )}
          </Field>
          <Field label={t("username")} path="username">
            {(control) => (
              <Input
                {...control}
                required
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                value={form.username}
                onChange={(event) => setForm({ ...form, username: event.target.value })}
              />
            )}
          </Field>
          <Field label={t("password")} hint={t("passwordHint")} path="password">
            {(control) => (
              <PasswordInput
                {...control}
                required
                autoComplete="new-password"
                value={form.password}
                onChange={(event) => setForm({ ...form, password: event.target.value })}
              />
            )}
          </Field>
          {problem && !problem.errors?.length ? <ProblemNotice problem={problem} /> : null}
          <Button type="submit" look="primary" size="lg" disabled={busy}>
            {busy ? t("settingUp") : t("setUp")}
          </Button>
        </form>
      </FieldErrorsContext>
    </>
  );
}
