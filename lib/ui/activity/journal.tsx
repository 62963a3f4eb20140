"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { JournalEvent } from "../../schema/event.ts";
import { cx } from "../cx.ts";
import { Moment } from "../format/time.tsx";
import { useSites } from "../live/live-provider.tsx";
import { Button } from "../primitives/button.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Segmented } from "../primitives/segmented.tsx";
import { useEventText } from "./event-text.ts";
import { eventTone, isWorthTelling } from "./notable.ts";
import { RemovedSite, siteNameOf } from "./removed-site.tsx";
import { toneDot } from "./tone-dot.tsx";

const kinds = ["notable", "trouble", "all"] as const;
type Kind = (typeof kinds)[number];

const PAGE = 40;

/** The journal, newest first, by how much of it somebody wants. */
export function Journal({
  events,
  withSite = false,
}: {
  events: readonly JournalEvent[];
  withSite?: boolean;
}) {
  const t = useTranslations("activity");
  const text = useEventText();
  const sites = useSites();
  const [kind, setKind] = useState<Kind>("notable");
  const [shown, setShown] = useState(PAGE);
  const found = useMemo(() => events.filter((event) => isWanted(event, kind)), [events, kind]);
  return (
    <Panel
      title={t("journal")}
      flush
      actions={
        <Segmented<Kind>
          label={t("filter")}
          value={kind}
          onChange={setKind}
          options={kinds.map((value) => ({ value, label: t(`kinds.${value}`) }))}
        />
      }
    >
      {found.length === 0 ? (
        <p className="px-4 pb-4 text-muted">{kind === "trouble" ? t("noTrouble") : t("nothing")}</p>
      ) : (
        <ul className="pb-2">
          {found.slice(0, shown).map((event) => {
            const site = withSite ? sites.find((one) => one.id === event.siteId) : undefined;
            return (
              <li key={event.seq} className="flex items-baseline gap-2.5 px-4 py-1.5">
                {toneDot(eventTone(event))}
                <div
                  className={cx(
                    "min-w-0 flex-1 break-words",
                    !site && !siteNameOf(event) && "first-letter:uppercase",
                  )}
                >
                  {site ? (
                    <>
                      <Link
                        href={`/sites/${site.id}`}
                        className="font-medium underline-offset-4 hover:underline"
                      >
                        {site.name}
                      </Link>{" "}
                    </>
                  ) : withSite ? (
                    <RemovedSite event={event} />
                  ) : null}
                  {text(event)}
                </div>
                <Moment at={event.at} className="numeric shrink-0 text-sm text-muted" />
              </li>
            );
          })}
        </ul>
      )}
      {found.length > shown ? (
        <div className="px-4 pb-4">
          <Button size="sm" onClick={() => setShown(shown + PAGE)}>
            {t("more")}
          </Button>
        </div>
      ) : null}
    </Panel>
  );
}

function isWanted(event: JournalEvent, kind: Kind): boolean {
  if (kind === "all") return true;
  if (kind === "notable") return isWorthTelling(event);
  const tone = eventTone(event);
  return tone === "bad" || tone === "warn";
}
