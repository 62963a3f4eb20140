"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { Inspection } from "../../schema/inspection.ts";
import type { Problem } from "../../schema/problem.ts";
import type { SiteView } from "../../schema/site-view.ts";
import { fieldErrors, patch, post, problemOf } from "../api-client.ts";
import type { OperationReply } from "../api-types.ts";
import { useShowRefused } from "../forms/use-show-refused.ts";
import { useLiveStore, useSites } from "../live/live-provider.tsx";
import { FieldErrorsContext } from "../primitives/field.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import {
  type Answers,
  answersFrom,
  changeFrom,
  noAnswers,
  type QuestionName,
  questionOf,
  questions,
  requestFrom,
} from "./answers.ts";
import { AppQuestion } from "./app-question.tsx";
import { CreateProgress } from "./create-progress.tsx";
import { FolderQuestion } from "./folder-question.tsx";
import { NameQuestion } from "./name-question.tsx";
import { ReviewQuestion } from "./review-question.tsx";

/** One question at a time; what was answered stays visible above and can be changed, also after a failure. */
export function NewSite() {
  const t = useTranslations("newSite");
  const store = useLiveStore();
  const sites = useSites();
  const [question, setQuestion] = useState<QuestionName>("folder");
  const [answers, setAnswers] = useState<Answers>(noAnswers);
  const [inspection, setInspection] = useState<Inspection | null>(null);
  const [created, setCreated] = useState<{ site: SiteView; operationId: string | null } | null>(null);
  const [editing, setEditing] = useState(true);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<Answers>) => setAnswers((now) => ({ ...now, ...change }));
  useShowRefused(problem);
  const reached = questions.indexOf(question);

  useEffect(() => {
    if (answers.path === "" || !editing) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [answers.path, editing]);

  async function send(): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      const reply = created
        ? await again(created.site)
        : await post<OperationReply>("/sites", requestFrom(answers, inspection));
      if (reply.site) store.putSite(reply.site);
      if (reply.operation) store.putOperation(reply.operation);
      const site = reply.site ?? created?.site;
      if (site) setCreated({ site, operationId: reply.operation?.id ?? null });
      setEditing(false);
    } catch (error) {
      const refused = problemOf(error);
      setProblem(refused);
      setEditing(true);
      const first = refused.errors?.[0];
      if (first) setQuestion(questionOf(first.path));
    }
    setBusy(false);
  }

  /** The site is there already: change what was changed, and start from the step that failed. */
  async function again(site: SiteView): Promise<OperationReply> {
    const change = await patch<OperationReply>(`/sites/${site.id}`, changeFrom(answers, inspection));
    if (change.operation) return change;
    const begun = await post<OperationReply>(`/sites/${site.id}/reloads`);
    return { site: begun.site ?? change.site, operation: begun.operation };
  }

  if (created && !editing)
    return (
      <div className="mx-auto max-w-3xl">
        <CreateProgress
          site={created.site}
          operationId={created.operationId}
          busy={busy}
          problem={problem}
          onRetry={() => void send()}
          onChange={() => {
            setEditing(true);
            setQuestion("app");
          }}
        />
      </div>
    );

  const place = (name: QuestionName) => {
    const index = questions.indexOf(name);
    return {
      number: index + 1,
      state:
        index < reached ? ("answered" as const) : index === reached ? ("asked" as const) : ("ahead" as const),
      onChange: () => setQuestion(name),
    };
  };
  const common = { answers, set, inspection };
  return (
    <FieldErrorsContext value={fieldErrors(problem)}>
      <div className="mx-auto max-w-3xl">
        <PageHeader title={t("title")} text={t("text")} />
        <ol className="flex flex-col gap-3">
          <FolderQuestion
            {...place("folder")}
            path={answers.path}
            locked={created !== null}
            onFound={(found) => {
              setInspection(found);
              setAnswers((now) => answersFrom(found, now, new Set(sites.map((site) => site.name))));
              setProblem(null);
              setQuestion("app");
            }}
          />
          <AppQuestion {...place("app")} {...common} onNext={() => setQuestion("name")} />
          <NameQuestion
            {...place("name")}
            {...common}
            nameLocked={created !== null}
            onNext={() => setQuestion("review")}
          />
          <ReviewQuestion
            {...place("review")}
            {...common}
            busy={busy}
            problem={problem}
            again={created !== null}
            onCreate={() => void send()}
          />
        </ol>
      </div>
    </FieldErrorsContext>
  );
}
