"use client";

import { type KeyboardEvent, type PointerEvent, useId, useRef, useState } from "react";
import { cx } from "../cx.ts";
import { useFormat } from "../format/use-format.ts";
import { niceTicks, timeTicks } from "./scale.ts";
import { useWidth } from "./use-width.ts";

export type ChartPoint = { t: number; value: number | null };
export type ChartTone = "accent" | "ok" | "warn" | "bad" | "idle";
export type ChartSeries = {
  name: string;
  tone: ChartTone;
  /** A strip only says that there was something in that minute. */
  kind: "line" | "area" | "bar" | "strip";
  points: readonly ChartPoint[];
};
export type ChartMark = { t: number; kind: "release" | "death"; label: string };

const strokes: Record<ChartTone, string> = {
  accent: "stroke-accent",
  ok: "stroke-ok-fill",
  warn: "stroke-warn-fill",
  bad: "stroke-bad-fill",
  idle: "stroke-idle-fill",
};
const fills: Record<ChartTone, string> = {
  accent: "fill-accent",
  ok: "fill-ok-fill",
  warn: "fill-warn-fill",
  bad: "fill-bad-fill",
  idle: "fill-idle-fill",
};
const swatches: Record<ChartTone, string> = {
  accent: "bg-accent",
  ok: "bg-ok-fill",
  warn: "bg-warn-fill",
  bad: "bg-bad-fill",
  idle: "bg-idle-fill",
};

const LEFT = 44;
const TOP = 14;
const BOTTOM = 20;
const STEP_MS = 60_000;
const STRIP = 5;
/** A few errors among many requests must still be seen, px. */
const LEAST_BAR = 3;

/**
 * A small chart over time with marks for releases (▼ and a line) and deaths (×). Pointing or the arrow keys read
 * one minute; the values stand in the legend, so that nothing covers the line.
 */
export function TimeSeries({
  title,
  summary,
  series,
  marks = [],
  from,
  to,
  height = 132,
  write,
  least = 0,
}: {
  title: string;
  summary: string;
  series: readonly ChartSeries[];
  marks?: readonly ChartMark[];
  from: number;
  to: number;
  height?: number;
  write: (value: number) => string;
  /** The axis reaches at least this value. */
  least?: number;
}) {
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const format = useFormat();
  const [at, setAt] = useState<number | null>(null);
  const clip = useId();

  const max = Math.max(least, ...series.flatMap((one) => one.points.map((point) => point.value ?? 0)));
  const ticks = niceTicks(max);
  const top = ticks.at(-1) ?? 1;
  const inner = Math.max(0, width - LEFT - 4);
  const plot = height - TOP - BOTTOM;
  const x = (t: number) => LEFT + ((t - from) / Math.max(1, to - from)) * inner;
  const y = (value: number) => TOP + plot - (value / top) * plot;
  const zoneOffset = -new Date(to).getTimezoneOffset() * 60_000;

  function point(event: PointerEvent<SVGSVGElement>): void {
    const box = event.currentTarget.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / Math.max(1, inner);
    const minute = Math.round((from + share * (to - from)) / STEP_MS) * STEP_MS;
    setAt(minute < from || minute > to ? null : minute);
  }

  function step(event: KeyboardEvent): void {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    const direction = event.key === "ArrowLeft" ? -1 : 1;
    const start = at ?? (direction < 0 ? to : from);
    setAt(Math.min(to, Math.max(from, Math.round(start / STEP_MS) * STEP_MS + direction * STEP_MS)));
  }

  const near = at === null ? [] : marks.filter((mark) => Math.abs(mark.t - at) <= ((to - from) / inner) * 5);
  return (
    <figure className="min-w-0">
      <figcaption className="mb-1 flex min-h-5 flex-wrap items-baseline gap-x-3 text-sm">
        <span className="font-medium">{title}</span>
        {series.map((one) => (
          <span key={one.name} className="inline-flex items-baseline gap-1.5 text-xs text-muted">
            <span
              className={cx("inline-block h-2 w-2 rounded-[2px]", swatches[one.tone])}
              aria-hidden="true"
            />
            {one.name}
            <span className="numeric text-text">
              {at === null ? "" : written(one.points.find((p) => p.t === at)?.value, write)}
            </span>
          </span>
        ))}
        <span className="numeric ml-auto truncate text-xs text-muted" aria-live="polite">
          {near.length > 0 ? `${near.map((mark) => mark.label).join(" · ")} · ` : ""}
          {at === null ? "" : format.clock(at)}
        </span>
      </figcaption>
      <div ref={frame} style={{ height }}>
        {width > 0 ? (
          // The arrow keys read the values minute by minute.
          <svg
            role="img"
            aria-label={`${title}: ${summary}`}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: see above.
            tabIndex={0}
            width={width}
            height={height}
            className="block touch-pan-y rounded-sm select-none"
            onPointerMove={point}
            onPointerLeave={() => setAt(null)}
            onKeyDown={step}
            onBlur={() => setAt(null)}
          >
            <clipPath id={clip}>
              <rect x={LEFT} y={0} width={inner} height={height} />
            </clipPath>
            {ticks.map((tick) => (
              <g key={tick}>
                <line x1={LEFT} x2={LEFT + inner} y1={y(tick)} y2={y(tick)} className="stroke-line" />
                <text
                  x={LEFT - 6}
                  y={y(tick) + 3.5}
                  textAnchor="end"
                  className="numeric fill-faint text-[10.5px]"
                >
                  {write(tick)}
                </text>
              </g>
            ))}
            {timeTicks(from, to, Math.max(2, inner / 90), zoneOffset).map((tick) => (
              <text
                key={tick}
                x={x(tick)}
                y={height - 5}
                textAnchor="middle"
                className="numeric fill-faint text-[10.5px]"
              >
                {x(tick) > LEFT + 14 && x(tick) < width - 16 ? format.clock(tick) : ""}
              </text>
            ))}
            <g clipPath={`url(#${clip})`}>
              {series.map((one) => (
                <Series key={one.name} series={one} x={x} y={y} barWidth={(STEP_MS / (to - from)) * inner} />
              ))}
            </g>
            {marks.map((mark) => (
              <Mark
                key={`${mark.kind}${mark.t}${mark.label}`}
                mark={mark}
                x={x(mark.t)}
                bottom={TOP + plot}
              />
            ))}
            {at === null ? null : (
              <line x1={x(at)} x2={x(at)} y1={TOP} y2={TOP + plot} className="stroke-control-line" />
            )}
          </svg>
        ) : null}
      </div>
    </figure>
  );
}

function written(value: number | null | undefined, write: (value: number) => string): string {
  return value === null || value === undefined ? "–" : write(value);
}

function Series({
  series,
  x,
  y,
  barWidth,
}: {
  series: ChartSeries;
  x: (t: number) => number;
  y: (value: number) => number;
  barWidth: number;
}) {
  if (series.kind === "strip")
    return series.points.map((point) =>
      point.value ? (
        <rect
          key={point.t}
          x={x(point.t) - barWidth / 2}
          width={barWidth + 0.5}
          y={y(0) - STRIP}
          height={STRIP}
          className={fills[series.tone]}
        />
      ) : null,
    );
  if (series.kind === "bar")
    return series.points.map((point) =>
      point.value ? (
        <rect
          key={point.t}
          x={x(point.t) - Math.max(1, barWidth * 0.8) / 2}
          width={Math.max(1, barWidth * 0.8)}
          y={Math.min(y(point.value), y(0) - LEAST_BAR)}
          height={Math.max(LEAST_BAR, y(0) - y(point.value))}
          className={fills[series.tone]}
        />
      ) : null,
    );
  const runs = unbroken(series.points);
  return runs.map((run) => {
    const line = run.map(
      (p, index) => `${index === 0 ? "M" : "L"}${x(p.t).toFixed(1)} ${y(p.value).toFixed(1)}`,
    );
    const first = run[0];
    const last = run.at(-1);
    if (!first || !last) return null;
    return (
      <g key={first.t}>
        {series.kind === "area" ? (
          <path
            d={`${line.join("")}L${x(last.t)} ${y(0)}L${x(first.t)} ${y(0)}Z`}
            className={cx(fills[series.tone], "opacity-15")}
          />
        ) : null}
        {run.length === 1 ? (
          <circle cx={x(first.t)} cy={y(first.value)} r="1.5" className={fills[series.tone]} />
        ) : (
          <path
            d={line.join("")}
            fill="none"
            strokeWidth="1.5"
            strokeLinejoin="round"
            className={strokes[series.tone]}
          />
        )}
      </g>
    );
  });
}

/** A minute without a value is a gap in the line, not a zero. */
function unbroken(points: readonly ChartPoint[]): { t: number; value: number }[][] {
  const runs: { t: number; value: number }[][] = [];
  let last: number | null = null;
  for (const { t, value } of points) {
    if (value === null) continue;
    if (last === null || t - last > STEP_MS * 1.5) runs.push([]);
    runs.at(-1)?.push({ t, value });
    last = t;
  }
  return runs;
}

function Mark({ mark, x, bottom }: { mark: ChartMark; x: number; bottom: number }) {
  return (
    <g>
      <title>{mark.label}</title>
      <line
        x1={x}
        x2={x}
        y1={TOP - 4}
        y2={bottom}
        strokeDasharray={mark.kind === "death" ? "2 2" : undefined}
        className={mark.kind === "death" ? "stroke-bad-fill" : "stroke-accent"}
        opacity="0.7"
      />
      {mark.kind === "release" ? (
        <path d={`M${x - 4} 2h8l-4 7Z`} className="fill-accent" />
      ) : (
        <path d={`M${x - 3.5} 2.5l7 7m0-7l-7 7`} strokeWidth="1.8" className="stroke-bad-fill" />
      )}
    </g>
  );
}
