"use client";

import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Problem } from "../../schema/problem.ts";
import { cx } from "../cx.ts";
import { CopyButton } from "../primitives/copy-button.tsx";

/** The sentence of a problem; those that began in the browser are worded here. */
export function useProblemText(): (problem: Problem) => string {
  const t = useTranslations("problem");
  return (problem) => {
    if (problem.code === "client-timeout") return t("timeout");
    if (problem.code === "client-unreachable") return t("unreachable");
    if (problem.code === "client-unexpected")
      return problem.detail
        ? t("unexpectedWith", { detail: problem.detail })
        : t("unexpected", { status: problem.status });
    return problem.detail || problem.title;
  };
}

/** What failed and why, what to do, and the machine's own words. */
export function ProblemNotice({
  problem,
  children,
  className,
  actions,
}: {
  problem: Problem;
  children?: ReactNode;
  className?: string;
  actions?: ReactNode;
}) {
  const t = useTranslations("problem");
  const text = useProblemText();
  return (
    <div role="alert" className={cx("rounded-lg bg-bad-soft px-4 py-3", className)}>
      <p className="font-medium break-words text-bad">{text(problem)}</p>
      {problem.errors && problem.errors.length > 0 ? (
        <ul className="mt-1 list-disc pl-5">
          {problem.errors.map((error) => (
            <li key={error.path + error.message}>
              <code className="font-mono text-sm">{error.path}</code> {error.message}
            </li>
          ))}
        </ul>
      ) : null}
      {problem.evidence && problem.evidence.length > 0 ? <Evidence lines={problem.evidence} /> : null}
      {problem.hint ? <p className="mt-1.5 break-words">{problem.hint}</p> : null}
      {children}
      {actions ? <div className="mt-2.5 flex flex-wrap gap-2">{actions}</div> : null}
      {problem.requestId ? (
        <p className="mt-1.5 flex items-center gap-1 text-xs text-muted">
          {t("requestId")} <code className="font-mono">{problem.requestId}</code>
          <CopyButton text={problem.requestId} what={t("requestId")} />
        </p>
      ) : null}
    </div>
  );
}

/** Lines as the machine wrote them. */
export function Evidence({ lines }: { lines: readonly string[] }) {
  const t = useTranslations("problem");
  return (
    <div className="relative mt-2 rounded-md border border-line bg-surface">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines scroll, also by keyboard. */}
      <pre tabIndex={0} className="max-h-64 overflow-auto py-2 pr-10 pl-3 font-mono text-xs leading-5">
        {lines.join("\n")}
      </pre>
      <CopyButton
        text={lines.join("\n")}
        what={t("evidence")}
        className="absolute top-1.5 right-1.5 bg-surface"
      />
    </div>
  );
}
