"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { Operation } from "../../schema/operation.ts";
import { useSiteActions } from "../actions/site-actions.tsx";
import { useEventText } from "../activity/event-text.ts";
import { eventTone, isWorthTelling } from "../activity/notable.ts";
import { RemovedSite } from "../activity/removed-site.tsx";
import { toneDot } from "../activity/tone-dot.tsx";
import { Moment } from "../format/time.tsx";
import { useLive, useSites } from "../live/live-provider.tsx";
import { Button } from "../primitives/button.tsx";
import { Panel } from "../primitives/panel.tsx";

const MAX_SHOWN = 10;

/** The last changes and deaths; a reload that still serves can be undone from here. */
export function RecentPanel() {
  const t = useTranslations("home");
  const events = useLive((state) => state.events);
  const sites = useSites();
  const actions = useSiteActions();
  const text = useEventText();
  const shown = useMemo(() => events.filter(isWorthTelling).slice(0, MAX_SHOWN), [events]);
  return (
    <Panel
      title={t("recent")}
      flush
      actions={
        <Button asChild look="link">
          <Link href="/activity">{t("allActivity")}</Link>
        </Button>
      }
    >
      {shown.length === 0 ? (
        <p className="px-4 pb-3.5 text-muted">{t("nothingRecent")}</p>
      ) : (
        <ul className="pb-2">
          {shown.map((event) => {
            const siteId = event.siteId ?? (event.type === "operation" ? event.operation.siteId : undefined);
            const site = sites.find((one) => one.id === siteId);
            const undoable =
              site &&
              event.type === "operation" &&
              isUndoable(event.operation) &&
              site.status.release?.number === event.operation.release;
            return (
              <li key={event.seq} className="flex items-baseline gap-2.5 px-4 py-1.5">
                {toneDot(eventTone(event))}
                <div className="min-w-0 flex-1">
                  <p className="break-words">
                    {site ? (
                      <Link
                        href={`/sites/${site.id}`}
                        className="font-medium underline-offset-4 hover:underline"
                      >
                        {site.name}
                      </Link>
                    ) : (
                      <RemovedSite event={event} />
                    )}{" "}
                    {text(event)}
                  </p>
                </div>
                {undoable && event.operation.release !== undefined ? (
                  <Button
                    look="link"
                    className="text-sm"
                    onClick={() => void actions.undo(site, event.operation.release ?? 0)}
                  >
                    {t("undo")}
                  </Button>
                ) : null}
                <Moment at={event.at} className="numeric shrink-0 text-right text-sm text-muted" />
              </li>
            );
          })}
        </ul>
      )}
    </Panel>
  );
}

function isUndoable(operation: Operation): boolean {
  return (
    operation.state === "succeeded" &&
    (operation.kind === "reload" || operation.kind === "rollback") &&
    (operation.release ?? 0) > 1
  );
}
