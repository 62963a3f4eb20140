"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Inspection } from "../../schema/inspection.ts";
import type { Problem } from "../../schema/problem.ts";
import { cx } from "../cx.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Button } from "../primitives/button.tsx";
import { CopyButton } from "../primitives/copy-button.tsx";
import { type Answers, requestFrom } from "./answers.ts";
import { type Place, Question } from "./question.tsx";

/** Everything once more, before anything happens. */
export function ReviewQuestion({
  answers,
  inspection,
  busy,
  problem,
  again,
  onCreate,
  ...place
}: Place & {
  answers: Answers;
  inspection: Inspection | null;
  busy: boolean;
  problem: Problem | null;
  again: boolean;
  onCreate: () => void;
}) {
  const t = useTranslations("newSite");
  const rows: [string, string][] = [
    [t("folder"), answers.path],
    [t("entry"), answers.entry],
    [t("environment"), answers.environment ?? t("managed")],
    [t("domains"), answers.domains.filter(Boolean).join(", ")],
    [t("static"), answers.static.map((one) => `${one.urlPath} → ${one.directory}`).join(", ") || t("none")],
    [
      t("persistent"),
      answers.persistent.map((one) => (one.kind === "directory" ? `${one.path}/` : one.path)).join(", ") ||
        t("none"),
    ],
    [t("health"), answers.healthPath],
    [
      t("env"),
      answers.env
        .map((row) => row.name)
        .filter(Boolean)
        .join(", ") || t("none"),
    ],
  ];
  return (
    <Question {...place} title={t("review")} summary="">
      <dl className="rounded-lg bg-sunken px-4 py-1">
        {rows.map(([name, value]) => (
          <div key={name} className="grid gap-x-4 py-1.5 sm:grid-cols-[10rem_minmax(0,1fr)]">
            <dt className="text-muted">{name}</dt>
            <dd className="break-words">{value}</dd>
          </div>
        ))}
      </dl>
      <RequestPreview answers={answers} inspection={inspection} />
      {problem ? <ProblemNotice problem={problem} className="mt-4" /> : null}
      <div className="mt-4 flex flex-wrap items-center gap-3">
        <Button look="primary" size="lg" disabled={busy} onClick={onCreate}>
          {busy ? t("sending") : again ? t("tryAgain") : t("create", { name: answers.name })}
        </Button>
        <p className="text-sm text-muted">{t("createNote")}</p>
      </div>
    </Question>
  );
}

/** What will be sent, for those who would rather script it. Secret values are left out. */
function RequestPreview({ answers, inspection }: { answers: Answers; inspection: Inspection | null }) {
  const t = useTranslations("newSite");
  const [open, setOpen] = useState(false);
  const hidden = { ...answers, env: answers.env.map((row) => (row.secret ? { ...row, value: "…" } : row)) };
  const text = JSON.stringify(requestFrom(hidden, inspection), null, 2);
  return (
    <div className="mt-3">
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="inline-flex items-center gap-1 rounded text-sm text-muted hover:text-text"
      >
        <ChevronRight
          className={cx("size-3.5 transition-transform", open && "rotate-90")}
          aria-hidden="true"
        />
        {t("asRequest")}
      </button>
      {open ? (
        <div className="relative mt-1.5 rounded-md border border-line bg-sunken">
          <pre
            // biome-ignore lint/a11y/noNoninteractiveTabindex: long text scrolls, also by keyboard.
            tabIndex={0}
            className="max-h-80 overflow-auto py-2 pr-10 pl-3 font-mono text-xs leading-5"
          >
            {`POST /api/v1/sites\n\n${text}`}
          </pre>
          <CopyButton text={text} what={t("asRequest")} className="absolute top-1.5 right-1.5" />
        </div>
      ) : null}
    </div>
  );
}
