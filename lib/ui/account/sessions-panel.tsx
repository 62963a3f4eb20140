"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { SessionView } from "../../schema/account.ts";
import type { Problem } from "../../schema/problem.ts";
import { del, problemOf } from "../api-client.ts";
import { RelativeTime } from "../format/time.tsx";
import { useFetch } from "../live/use-fetch.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";

/** Where I am signed in. */
export function SessionsPanel() {
  const t = useTranslations("account");
  const { data, problem, refresh } = useFetch<{ data: SessionView[] }>("/sessions");
  const [failed, setFailed] = useState<Problem | null>(null);
  const shown = failed ?? problem;

  async function end(id: string): Promise<void> {
    try {
      await del(`/sessions/${id}`);
      refresh();
    } catch (error) {
      setFailed(problemOf(error));
    }
  }

  return (
    <Panel title={t("sessions")} flush>
      {shown ? <ProblemNotice problem={shown} className="mx-4 mb-4" /> : null}
      {!data ? (
        <Skeleton className="mx-4 mb-4 h-10" />
      ) : (
        <ul className="pb-2">
          {data.data.map((session) => (
            <li key={session.id} className="flex flex-wrap items-center gap-x-4 gap-y-1 px-4 py-1.5">
              <span className="min-w-0 flex-1 basis-64 truncate" title={session.userAgent}>
                {browserOf(session.userAgent)}{" "}
                <span className="font-mono text-xs text-muted">{session.address}</span>
              </span>
              <span className="text-sm text-muted">
                {t("lastSeen")} <RelativeTime at={session.lastSeenAt} />
              </span>
              {session.current ? (
                <Badge tone="accent">{t("thisSession")}</Badge>
              ) : (
                <Button size="sm" onClick={() => void end(session.id)}>
                  {t("endSession")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

/** The part of a user agent people recognise. */
function browserOf(userAgent: string): string {
  const system = /(Windows|iPhone|iPad|Mac OS|Android|Linux)/.exec(userAgent)?.[1];
  const browser = /(Firefox|Edg|Chrome|Safari)\/[\d.]+/.exec(userAgent)?.[1];
  return [browser === "Edg" ? "Edge" : browser, system].filter(Boolean).join(" · ") || userAgent;
}
