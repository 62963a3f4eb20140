"use client";

import { Check, Minus, X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { Operation, OperationStep } from "../../schema/operation.ts";
import { cx } from "../cx.ts";
import { Elapsed } from "../format/time.tsx";

/** The steps of an operation as they happen: mark, name, what was done, how long it took. */
export function StepList({ operation, names = "short" }: { operation: Operation; names?: "short" | "long" }) {
  const t = useTranslations("operation");
  return (
    <ol className="flex flex-col">
      {operation.steps.map((step) => (
        <li
          key={step.name}
          className={cx(
            "grid grid-cols-[1.25rem_5.75rem_minmax(0,1fr)_auto] items-baseline gap-x-2.5 py-1",
            names === "long" &&
              "grid-cols-[1.25rem_minmax(0,1fr)_auto] sm:grid-cols-[1.25rem_12.5rem_minmax(0,1fr)_auto]",
            step.state === "pending" && "text-faint",
          )}
        >
          <StepIcon step={step} />
          <span className={cx("text-base", step.state === "running" && "font-medium")}>
            {t(names === "long" ? `longStep.${step.name}` : `step.${step.name}`)}
            <span className="sr-only">{t(`stepState.${step.state}`)}</span>
          </span>
          <span
            className={cx(
              "text-sm break-words text-muted",
              names === "long" && "col-start-2 sm:col-start-auto",
              step.state === "failed" && "text-bad",
            )}
          >
            {step.detail ?? (notReached(step, operation) ? t("notReached") : "")}
          </span>
          <span
            className={cx(
              "numeric text-right text-sm text-muted",
              names === "long" && "col-start-3 row-start-1 sm:col-start-auto sm:row-start-auto",
            )}
          >
            {step.startedAt && step.state !== "skipped" ? (
              <Elapsed from={step.startedAt} until={step.endedAt} />
            ) : null}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** Left out because an earlier step failed. */
function notReached(step: OperationStep, operation: Operation): boolean {
  return operation.state === "failed" && (step.state === "pending" || step.state === "skipped");
}

/** A mark per state; shapes differ, not only colours. */
export function StepIcon({ step }: { step: Pick<OperationStep, "state"> }) {
  if (step.state === "succeeded") return <Check className="size-4 self-center text-ok" aria-hidden="true" />;
  if (step.state === "failed") return <X className="size-4 self-center text-bad" aria-hidden="true" />;
  if (step.state === "skipped") return <Minus className="size-4 self-center text-faint" aria-hidden="true" />;
  if (step.state === "running")
    return (
      <span aria-hidden="true" className="flex size-4 items-center justify-center self-center">
        <span className="size-3 animate-sweep rounded-full border-2 border-accent border-r-transparent motion-reduce:animate-breathe" />
      </span>
    );
  return (
    <span aria-hidden="true" className="flex size-4 items-center justify-center self-center">
      <span className="size-1.5 rounded-full bg-line-strong" />
    </span>
  );
}

/** The steps as a short row of blocks, for lists. */
export function StepBlocks({ operation }: { operation: Operation }) {
  return (
    <span aria-hidden="true" className="inline-flex gap-0.5">
      {operation.steps.map((step) => (
        <span
          key={step.name}
          className={cx(
            "h-2 w-3 rounded-[2px]",
            step.state === "succeeded" && "bg-accent",
            step.state === "running" && "animate-breathe bg-accent",
            step.state === "failed" && "bg-bad-fill",
            step.state === "skipped" && "bg-line-strong",
            step.state === "pending" && "bg-line",
          )}
        />
      ))}
    </span>
  );
}
