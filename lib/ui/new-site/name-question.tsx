"use client";

import { useTranslations } from "next-intl";
import { DomainList } from "../forms/domain-list.tsx";
import { useSites } from "../live/live-provider.tsx";
import { Button } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { Input } from "../primitives/input.tsx";
import type { Answers } from "./answers.ts";
import { type Place, Question } from "./question.tsx";

/** How the site is called, and what visitors type. */
export function NameQuestion({
  answers,
  set,
  nameLocked,
  onNext,
  ...place
}: Place & {
  answers: Answers;
  set: (change: Partial<Answers>) => void;
  nameLocked: boolean;
  onNext: () => void;
}) {
  const t = useTranslations("newSite");
  const sites = useSites();
  const taken = !nameLocked && sites.some((site) => site.name === answers.name);
  return (
    <Question
      {...place}
      title={t("name")}
      summary={`${answers.name} · ${answers.domains.filter(Boolean).join(", ")}`}
    >
      <form
        className="flex flex-col gap-5"
        onSubmit={(event) => {
          event.preventDefault();
          if (!taken) onNext();
        }}
      >
        <Field
          label={t("siteName")}
          path="name"
          hint={t("siteNameHint")}
          {...(taken ? { error: t("nameTaken", { name: answers.name }) } : {})}
        >
          {(control) => (
            <Input
              {...control}
              required
              maxLength={32}
              className="max-w-72"
              spellCheck={false}
              autoCapitalize="none"
              autoComplete="off"
              readOnly={nameLocked}
              value={answers.name}
              onChange={(event) => {
                const name = event.target.value.trim().toLowerCase();
                // The proposed domain follows the name until somebody changes it.
                const follows =
                  answers.domains.length === 1 && answers.domains[0] === `${answers.name}.localhost`;
                set(follows ? { name, domains: [`${name}.localhost`] } : { name });
              }}
            />
          )}
        </Field>
        <div>
          <p className="text-sm font-medium">{t("domains")}</p>
          <p className="mb-2 text-sm text-muted">{t("domainsText")}</p>
          <DomainList value={answers.domains} onChange={(domains) => set({ domains })} />
        </div>
        <Button
          type="submit"
          look="primary"
          size="lg"
          className="self-start"
          disabled={answers.name === "" || taken || !answers.domains.some(Boolean)}
        >
          {t("next")}
        </Button>
      </form>
    </Question>
  );
}
