"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { JournalEvent } from "../../schema/event.ts";
import { Moment } from "../format/time.tsx";
import { Evidence } from "../operation/problem-notice.tsx";
import { Badge } from "../primitives/badge.tsx";
import { Panel } from "../primitives/panel.tsx";
import { useSiteInView } from "./site-context.tsx";

type Death = Extract<JournalEvent, { type: "worker-exit" }>;

const MAX_SHOWN = 12;
/** Ends that were wanted. */
const ORDERLY = new Set(["stopped", "recycled", "scaled-down"]);

/** Every worker that died unasked: why, what it was serving, where it stood. */
export function DeathCards() {
  const t = useTranslations("workers");
  const { site, events } = useSiteInView();
  const deaths = events.filter(
    (event): event is Death => event.type === "worker-exit" && !ORDERLY.has(event.cause),
  );
  return (
    <Panel title={t("deaths")} flush>
      {deaths.length === 0 ? (
        <p className="px-4 pb-4 text-muted">{t("noDeaths")}</p>
      ) : (
        <ul>
          {deaths.slice(0, MAX_SHOWN).map((death) => (
            <DeathCard key={death.seq} death={death} siteId={site.id} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function DeathCard({ death, siteId }: { death: Death; siteId: string }) {
  const t = useTranslations("workers");
  const tc = useTranslations("event.cause");
  const lines = death.detail.split("\n");
  return (
    <li className="border-t border-line px-4 py-3 first:border-t-0">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Badge tone="bad">{tc(death.cause)}</Badge>
        {death.serving ? (
          <span className="min-w-0 break-all">
            {t("wasServing")} <code className="font-mono text-sm">{death.serving}</code>
          </span>
        ) : (
          <span className="text-muted">{t("wasIdle")}</span>
        )}
        <span className="numeric ml-auto text-sm text-muted">
          {t("pidOf", { pid: death.pid })} · <Moment at={death.at} />
        </span>
      </div>
      {lines.length > 1 ? <Evidence lines={lines} /> : <p className="mt-1 break-words">{death.detail}</p>}
      <p className="mt-1.5">
        <Link
          href={`/sites/${siteId}/logs?source=app`}
          className="text-sm text-accent underline-offset-4 hover:underline"
        >
          {t("toLog")}
        </Link>
      </p>
    </li>
  );
}
