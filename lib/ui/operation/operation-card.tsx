"use client";

import { X } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { type ReactNode, useState } from "react";
import type { Operation } from "../../schema/operation.ts";
import type { Problem } from "../../schema/problem.ts";
import { post, problemOf } from "../api-client.ts";
import { cx } from "../cx.ts";
import { Elapsed } from "../format/time.tsx";
import { isUnderWay, useLiveStore } from "../live/live-provider.tsx";
import { Button } from "../primitives/button.tsx";
import { useOperationTitle } from "./operation-title.tsx";
import { OutputView } from "./output-view.tsx";
import { ProblemNotice } from "./problem-notice.tsx";
import { StepList } from "./step-list.tsx";
import { canCancel, nothingChangedForVisitors } from "./visitors.ts";

/** One operation, live: what it is, its steps, what it printed, and how it ended. */
export function OperationCard({
  operation,
  heading,
  onDismiss,
  footer,
  className,
  names,
}: {
  operation: Operation;
  heading?: ReactNode;
  onDismiss?: () => void;
  /** What can be done next, once it has ended. */
  footer?: ReactNode;
  className?: string;
  names?: "short" | "long";
}) {
  const t = useTranslations("operation");
  const title = useOperationTitle();
  const running = isUnderWay(operation);
  return (
    <section
      aria-label={title(operation)}
      aria-busy={running}
      className={cx(
        "rounded-xl border bg-surface",
        operation.state === "failed" ? "border-bad-fill/50" : running ? "border-accent/40" : "border-line",
        className,
      )}
    >
      <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-0.5 px-4 pt-2">
        <h2 className="text-base font-semibold">{heading ?? title(operation)}</h2>
        <span role="status" className="text-sm text-muted">
          {t(`state.${operation.state}`)}
        </span>
        <span className="numeric ml-auto text-sm text-muted">
          {t("byActor", { actor: operation.actor.name })} ·{" "}
          <Elapsed from={operation.createdAt} until={operation.finishedAt ?? null} />
        </span>
        {onDismiss && !running ? (
          <Button look="quiet" size="iconSm" aria-label={t("dismiss")} onClick={onDismiss} className="-mr-2">
            <X />
          </Button>
        ) : null}
      </header>
      <div className="flex flex-col gap-2 px-4 pb-3">
        <StepList operation={operation} names={names} />
        <OutputView operationId={operation.id} />
        {operation.error ? <Failure operation={operation} problem={operation.error} /> : null}
        {operation.warnings.map((warning) => (
          <p key={warning} className="rounded-lg bg-warn-soft px-3 py-2 text-warn">
            {warning}
          </p>
        ))}
        {running ? <CancelButton operation={operation} /> : footer}
      </div>
    </section>
  );
}

function Failure({ operation, problem }: { operation: Operation; problem: Problem }) {
  const t = useTranslations("operation");
  return (
    <ProblemNotice
      problem={problem}
      actions={
        operation.siteId && operation.kind !== "remove" ? (
          <Button asChild size="sm">
            <Link href={`/sites/${operation.siteId}/logs?source=app`}>{t("showLog")}</Link>
          </Button>
        ) : null
      }
    >
      {nothingChangedForVisitors(operation) ? (
        <p className="mt-1.5 font-medium">{t("nothingChanged")}</p>
      ) : null}
    </ProblemNotice>
  );
}

function CancelButton({ operation }: { operation: Operation }) {
  const t = useTranslations("operation");
  const store = useLiveStore();
  const [problem, setProblem] = useState<Problem | null>(null);
  if (!canCancel(operation)) return null;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button
        size="sm"
        onClick={async () => {
          try {
            store.putOperation(await post<Operation>(`/operations/${operation.id}/cancel`));
          } catch (error) {
            setProblem(problemOf(error));
          }
        }}
      >
        {t("cancel")}
      </Button>
      <span className="text-sm text-muted">{t("cancelHint")}</span>
      {problem ? <ProblemNotice problem={problem} className="w-full" /> : null}
    </div>
  );
}
