"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import { fieldErrors, post } from "../api-client.ts";
import { useFormat } from "../format/use-format.ts";
import { useNow } from "../live/use-now.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Button } from "../primitives/button.tsx";
import { Field, FieldErrorsContext } from "../primitives/field.tsx";
import { Input } from "../primitives/input.tsx";
import { PasswordInput } from "./password-input.tsx";
import { useSubmit } from "./use-submit.ts";

export function SignInForm() {
  const t = useTranslations("auth");
  const [form, setForm] = useState({ username: "", password: "" });
  const { busy, problem, blockedUntil, submit } = useSubmit();
  const now = useNow(1_000);
  const waitMs = blockedUntil === null ? 0 : Math.max(0, blockedUntil - now);
  return (
    <>
      <h1 className="mb-6 text-2xl font-semibold">{t("signInTitle")}</h1>
      <FieldErrorsContext value={fieldErrors(problem)}>
        <form
          className="flex flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            void submit(async () => {
              await post("/sessions", form);
              window.location.assign("/");
            });
          }}
        >
          <Field label={t("username")} path="username">
            {(control) => (
              <Input
                {...control}
                required
                // This page has one purpose.
                autoFocus
                autoComplete="username"
                autoCapitalize="none"
                spellCheck={false}
                value={form.username}
                onChange={(event) => setForm({ ...form, username: event.target.value })}
              />
            )}
          </Field>
          <Field label={t("password")} path="password">
            {(control) => (
              <PasswordInput
                {...control}
                required
                autoComplete="current-password"
                value={form.password}
                onChange={(event) => setForm({ ...form, password: event.target.value })}
              />
            )}
          </Field>
          {problem && !problem.errors?.length ? (
            <ProblemNotice problem={problem}>{waitMs > 0 ? <Countdown ms={waitMs} /> : null}</ProblemNotice>
          ) : null}
          <Button type="submit" look="primary" size="lg" disabled={busy || waitMs > 0}>
            {busy ? t("signingIn") : t("signIn")}
          </Button>
          <p className="text-sm text-muted">
            {t("forgotten")}{" "}
            <code className="font-mono whitespace-nowrap">npx monban user reset-password</code>
          </p>
        </form>
      </FieldErrorsContext>
    </>
  );
}

function Countdown({ ms }: { ms: number }) {
  const t = useTranslations("auth");
  const format = useFormat();
  return (
    <p className="numeric mt-1 font-medium">
      {t("waitFor", { time: format.duration(Math.ceil(ms / 1_000) * 1_000) })}
    </p>
  );
}
