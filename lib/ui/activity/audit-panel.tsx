"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { AuditEntry } from "../../schema/account.ts";
import type { Problem } from "../../schema/problem.ts";
import { get, problemOf } from "../api-client.ts";
import type { Page } from "../api-types.ts";
import { Moment } from "../format/time.tsx";
import { useFetch } from "../live/use-fetch.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Button } from "../primitives/button.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";

/** Who did what, from where. */
export function AuditPanel() {
  const t = useTranslations("audit");
  const tc = useTranslations("common");
  const { data, problem } = useFetch<Page<AuditEntry>>("/audit?limit=50");
  const [older, setOlder] = useState<AuditEntry[]>([]);
  const [cursor, setCursor] = useState<string | null | undefined>(undefined);
  const [failed, setFailed] = useState<Problem | null>(null);
  const next = cursor === undefined ? (data?.nextCursor ?? null) : cursor;

  async function loadOlder(): Promise<void> {
    try {
      const page = await get<Page<AuditEntry>>(`/audit?limit=50&cursor=${next}`);
      setOlder((all) => [...all, ...page.data]);
      setCursor(page.nextCursor ?? null);
    } catch (error) {
      setFailed(problemOf(error));
    }
  }

  return (
    <Panel title={t("title")} flush>
      {problem || failed ? (
        <ProblemNotice problem={(problem ?? failed) as Problem} className="mx-4 mb-4" />
      ) : null}
      {!data ? (
        <Skeleton className="mx-4 mb-4 h-24" />
      ) : (
        <ul className="pb-2">
          {[...data.data, ...older].map((entry) => (
            <li key={entry.id} className="flex items-baseline gap-3 px-4 py-1">
              <span className="min-w-0 flex-1 break-words">
                <span className="font-medium">{entry.actor.name}</span> <Action action={entry.action} />{" "}
                {entry.target ? <span className="text-muted">{entry.target}</span> : null}
              </span>
              {entry.address ? (
                <span className="hidden font-mono text-xs text-muted sm:inline">{entry.address}</span>
              ) : null}
              <Moment at={entry.at} className="numeric shrink-0 text-sm text-muted" />
            </li>
          ))}
        </ul>
      )}
      {next ? (
        <div className="px-4 pb-4">
          <Button size="sm" onClick={() => void loadOlder()}>
            {tc("showMore")}
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}

/** Known actions are worded; others are shown as they are written. */
function Action({ action }: { action: string }) {
  const t = useTranslations("audit.action");
  const key = action.replace(".", "-") as never;
  return t.has(key) ? <span>{t(key)}</span> : <code className="font-mono text-sm">{action}</code>;
}
