"use client";

import { useTranslations } from "next-intl";
import type { JournalEvent } from "../../schema/event.ts";
import { useLive } from "../live/live-provider.tsx";
import { useFetch } from "../live/use-fetch.ts";
import { PageHeader } from "../shell/page-header.tsx";
import { AuditPanel } from "./audit-panel.tsx";
import { Journal } from "./journal.tsx";
import { OperationHistory } from "./operation-history.tsx";

/** What happened on the machine, what was done, and who did it. */
export function ActivityPage() {
  const t = useTranslations("activity");
  const tn = useTranslations("nav");
  const streamed = useLive((state) => state.events);
  const { data } = useFetch<{ data: JournalEvent[] }>("/events?limit=500");
  const bySeq = new Map([...(data?.data ?? []), ...streamed].map((event) => [event.seq, event]));
  const events = [...bySeq.values()].sort((a, b) => b.seq - a.seq);
  return (
    <>
      <PageHeader title={tn("activity")} text={t("text")} />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <Journal events={events} withSite />
        <div className="flex flex-col gap-4">
          <OperationHistory />
          <AuditPanel />
        </div>
      </div>
    </>
  );
}
