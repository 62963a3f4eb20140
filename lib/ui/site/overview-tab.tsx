"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Worker } from "../../schema/worker.ts";
import { EventList } from "../activity/event-list.tsx";
import { isWorthTelling } from "../activity/notable.ts";
import { Heartbeat } from "../charts/heartbeat.tsx";
import { useFetch } from "../live/use-fetch.ts";
import { useHistory } from "../live/use-history.ts";
import { Button } from "../primitives/button.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Segmented } from "../primitives/segmented.tsx";
import { AdvicePanel } from "./advice-panel.tsx";
import { ChecksPanel } from "./checks-panel.tsx";
import { SiteCharts } from "./site-charts.tsx";
import { useSiteInView } from "./site-context.tsx";
import { VitalNumbers } from "./vital-numbers.tsx";

const ranges = { "1h": 60, "6h": 360, "24h": 1_440 } as const;
type Range = keyof typeof ranges;

const WORKERS_EVERY_MS = 5_000;
const MAX_EVENTS = 8;

export function OverviewTab() {
  const t = useTranslations("overview");
  const { site, now, events } = useSiteInView();
  const [range, setRange] = useState<Range>("1h");
  const hour = useHistory(site.id, 60);
  const longer = useHistory(range === "1h" ? null : site.id, ranges[range]);
  const minutes = range === "1h" ? hour : longer;
  const workers = useFetch<{ data: Worker[] }>(`/sites/${site.id}/workers`, { everyMs: WORKERS_EVERY_MS });
  const recent = events.filter(isWorthTelling).slice(0, MAX_EVENTS);
  return (
    <div className="flex flex-col gap-4">
      <VitalNumbers now={now} />
      <Panel
        title={t("lastHour")}
        actions={
          <Segmented<Range>
            label={t("range")}
            value={range}
            onChange={setRange}
            options={(Object.keys(ranges) as Range[]).map((value) => ({
              value,
              label: t(`ranges.${value}`),
            }))}
          />
        }
      >
        <Heartbeat minutes={hour} className="mb-5 h-8" />
        <SiteCharts minutes={minutes} span={ranges[range]} now={now} />
      </Panel>
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Panel
          title={t("changes")}
          flush
          actions={
            <Button asChild look="link">
              <Link href={`/sites/${site.id}/activity`}>{t("allChanges")}</Link>
            </Button>
          }
        >
          <EventList events={recent} empty={t("noChanges")} />
        </Panel>
        <div className="flex flex-col gap-4">
          <AdvicePanel site={site} minutes={hour} workers={workers.data?.data} />
          <ChecksPanel siteId={site.id} health={now.health} />
        </div>
      </div>
    </div>
  );
}
