"use client";

import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { JournalEvent } from "../../schema/event.ts";
import type { Minute } from "../../schema/observed.ts";
import { type ChartMark, type ChartPoint, TimeSeries } from "../charts/time-series.tsx";
import { useFormat } from "../format/use-format.ts";
import { useNow } from "../live/use-now.ts";
import { Skeleton } from "../primitives/skeleton.tsx";
import type { SiteNow } from "../status/site-now.ts";
import { useSiteInView } from "./site-context.tsx";

const MINUTE_MS = 60_000;

/** Requests, latency and busy threads over the same time, with releases and deaths on each line. */
export function SiteCharts({
  minutes,
  span,
  now,
}: {
  minutes: readonly Minute[] | undefined;
  span: number;
  now: SiteNow;
}) {
  const t = useTranslations("charts");
  const format = useFormat();
  const clock = useNow(MINUTE_MS / 2);
  const marks = useMarks();
  const to = Math.floor(clock / MINUTE_MS) * MINUTE_MS;
  const from = to - span * MINUTE_MS;
  const points = useMemo(() => {
    const all = (minutes ?? []).filter((minute) => minute.t >= from && minute.t <= to);
    const line = (value: (minute: Minute) => number | null): ChartPoint[] =>
      all.map((minute) => ({ t: minute.t, value: value(minute) }));
    return {
      count: all.length,
      requests: line((minute) => minute.requests / 60),
      errors: line((minute) => minute.errors5xx / 60),
      p50: line((minute) => minute.p50Ms),
      p95: line((minute) => minute.p95Ms),
      busy: line((minute) => minute.busyMax),
      queue: line((minute) => (minute.queueWaitingShare > 0 ? minute.busyMax : null)),
    };
  }, [minutes, from, to]);

  if (minutes === undefined)
    return (
      <div className="grid gap-6">
        {["requests", "latency", "busy"].map((name) => (
          <Skeleton key={name} className="h-[156px] w-full" />
        ))}
      </div>
    );
  const most = (series: readonly ChartPoint[]) => Math.max(0, ...series.map((point) => point.value ?? 0));
  const shown = marks.filter((mark) => mark.t >= from && mark.t <= to);
  const frame = { from, to, marks: shown };
  const capacity = now.workers.threads ?? 0;
  return (
    <div className="grid gap-5">
      <TimeSeries
        {...frame}
        title={t("requests")}
        summary={
          points.count === 0
            ? t("nothing")
            : t("requestsSummary", {
                most: format.rate(most(points.requests)),
                errors: format.rate(most(points.errors)),
              })
        }
        write={(value) => format.number(value, value < 10 ? 2 : 0)}
        least={1}
        series={[
          { name: t("served"), tone: "accent", kind: "area", points: points.requests },
          { name: t("serverErrors"), tone: "bad", kind: "bar", points: points.errors },
        ]}
      />
      <TimeSeries
        {...frame}
        title={t("latency")}
        summary={
          points.count === 0 ? t("nothing") : t("latencySummary", { most: format.duration(most(points.p95)) })
        }
        write={(value) => format.duration(value)}
        least={10}
        series={[
          { name: t("p95"), tone: "accent", kind: "line", points: points.p95 },
          { name: t("median"), tone: "idle", kind: "line", points: points.p50 },
        ]}
      />
      <TimeSeries
        {...frame}
        title={t("busy")}
        summary={
          points.count === 0 ? t("nothing") : t("busySummary", { most: most(points.busy), of: capacity })
        }
        write={(value) => format.number(value, 1)}
        least={Math.max(2, capacity)}
        series={[
          { name: t("busyThreads"), tone: "accent", kind: "area", points: points.busy },
          { name: t("queueWaited"), tone: "warn", kind: "strip", points: points.queue },
        ]}
      />
    </div>
  );
}

/** Releases and unexpected deaths of workers, as marks on the time axis. */
function useMarks(): ChartMark[] {
  const t = useTranslations("charts");
  const tc = useTranslations("event.cause");
  const { events } = useSiteInView();
  return useMemo(() => {
    const marks: ChartMark[] = [];
    for (const event of events) {
      if (isRelease(event))
        marks.push({
          t: Date.parse(event.at),
          kind: "release",
          label: t("releaseMark", { release: event.operation.release ?? 0 }),
        });
      else if (event.type === "worker-exit" && !["stopped", "recycled", "scaled-down"].includes(event.cause))
        marks.push({
          t: Date.parse(event.at),
          kind: "death",
          label: t("deathMark", { cause: tc(event.cause) }),
        });
    }
    return marks;
  }, [events, t, tc]);
}

function isRelease(event: JournalEvent): event is Extract<JournalEvent, { type: "operation" }> {
  return (
    event.type === "operation" &&
    event.operation.state === "succeeded" &&
    event.operation.release !== undefined
  );
}
