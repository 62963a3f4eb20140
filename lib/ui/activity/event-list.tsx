"use client";

import { useTranslations } from "next-intl";
import type { JournalEvent } from "../../schema/event.ts";
import { Moment } from "../format/time.tsx";
import { useEventText } from "./event-text.ts";
import { eventTone } from "./notable.ts";
import { toneDot } from "./tone-dot.tsx";

/** Events as lines: a mark, what happened, when. */
export function EventList({ events, empty }: { events: readonly JournalEvent[]; empty: string }) {
  const text = useEventText();
  const t = useTranslations("event");
  if (events.length === 0) return <p className="px-4 pb-4 text-muted">{empty}</p>;
  return (
    <ul className="pb-2">
      {events.map((event) => (
        <li key={event.seq} className="flex items-baseline gap-2.5 px-4 py-1.5">
          {toneDot(eventTone(event))}
          <div className="min-w-0 flex-1 break-words first-letter:uppercase">
            {text(event)}
            {event.type === "operation" && event.operation.error ? (
              <details className="mt-0.5 text-sm text-muted">
                <summary>{t("why")}</summary>
                <p className="break-words">{event.operation.error.detail}</p>
              </details>
            ) : null}
          </div>
          <Moment at={event.at} className="numeric shrink-0 text-sm text-muted" />
        </li>
      ))}
    </ul>
  );
}
