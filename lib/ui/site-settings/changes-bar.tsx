"use client";

import { useTranslations } from "next-intl";
import type { Problem } from "../../schema/problem.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Badge, type Tone } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import type { Change, Cost } from "./draft.ts";

const tones: Record<Cost, Tone> = { live: "ok", publish: "accent", rollout: "warn" };
const costs: readonly Cost[] = ["rollout", "publish", "live"];

/** All unsaved changes in one place: what will change, what it costs, Apply or Discard. */
export function ChangesBar({
  changes,
  problem,
  busy,
  stale,
  onDiscard,
}: {
  changes: readonly Change[];
  problem: Problem | null;
  busy: boolean;
  stale: boolean;
  onDiscard: () => void;
}) {
  const t = useTranslations("settings");
  if (changes.length === 0) return null;
  return (
    <section
      aria-label={t("unsaved")}
      className="sticky bottom-3 z-20 rounded-xl border border-line-strong bg-raised shadow-raised"
    >
      {problem ? (
        <ProblemNotice
          problem={problem}
          className="rounded-b-none"
          actions={
            stale ? (
              <Button size="sm" onClick={onDiscard}>
                {t("loadCurrent")}
              </Button>
            ) : null
          }
        />
      ) : null}
      <ul className="max-h-40 overflow-y-auto px-4 pt-3 text-sm">
        {changes.map((change) => (
          <li key={change.path} className="flex flex-wrap items-baseline gap-x-2.5 py-0.5">
            <ChangeName path={change.path} />
            <span className="min-w-0 flex-1 basis-48 font-mono text-xs break-all text-muted">
              {change.from || "–"} → <span className="text-text">{change.to || "–"}</span>
            </span>
            <Badge tone={tones[change.cost]}>{t(`cost.${change.cost}`)}</Badge>
          </li>
        ))}
      </ul>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 px-4 py-3">
        <p className="min-w-0 flex-1 basis-64 text-sm text-muted" aria-live="polite">
          {costs
            .filter((cost) => changes.some((change) => change.cost === cost))
            .map((cost) => t(`costMeaning.${cost}`))
            .join(" ")}
        </p>
        <div className="flex gap-2">
          <Button look="quiet" disabled={busy} onClick={onDiscard}>
            {t("discard")}
          </Button>
          <Button look="primary" type="submit" disabled={busy}>
            {busy ? t("applying") : t("apply", { count: changes.length })}
          </Button>
        </div>
      </div>
    </section>
  );
}

/** The name of a field as the form calls it; variables are called by their own name. */
function ChangeName({ path }: { path: string }) {
  const t = useTranslations("settings.field");
  if (path.startsWith("env.")) return <code className="font-mono text-xs">{path.slice(4)}</code>;
  const key = path.replace(".", "-");
  return <span>{t.has(key as never) ? t(key as never) : path}</span>;
}
