"use client";

import { useNow } from "../live/use-now.ts";
import { useFormat } from "./use-format.ts";

/** "3h ago", with the exact time on hover. */
export function RelativeTime({ at, className }: { at: string; className?: string }) {
  const format = useFormat();
  const now = useNow();
  const time = Date.parse(at);
  return (
    <time dateTime={at} title={format.exact(time)} className={className}>
      {format.relative(time, now)}
    </time>
  );
}

/** "14:02" or "3 Nov 14:02", with the exact time on hover. */
export function Moment({ at, className }: { at: string; className?: string }) {
  const format = useFormat();
  const now = useNow(60_000);
  const time = Date.parse(at);
  return (
    <time dateTime={at} title={format.exact(time)} className={className}>
      {format.moment(time, now)}
    </time>
  );
}

/** How long ago, without "ago": the age of a worker or a release. */
export function Age({ since, className }: { since: string; className?: string }) {
  const format = useFormat();
  const now = useNow(1_000);
  const time = Date.parse(since);
  return (
    <time dateTime={since} title={format.exact(time)} className={className}>
      {format.duration(Math.max(0, Math.floor((now - time) / 1_000) * 1_000))}
    </time>
  );
}

/** A running stopwatch until `until` is known. */
export function Elapsed({
  from,
  until,
  className,
}: {
  from: string;
  until: string | null;
  className?: string;
}) {
  return until ? (
    <Lasted ms={Date.parse(until) - Date.parse(from)} className={className} />
  ) : (
    <Running from={from} className={className} />
  );
}

function Running({ from, className }: { from: string; className?: string | undefined }) {
  const now = useNow(100);
  return <Lasted ms={Math.max(0, now - Date.parse(from))} className={className} />;
}

function Lasted({ ms, className }: { ms: number; className?: string | undefined }) {
  const format = useFormat();
  return <span className={className}>{format.duration(ms < 100 ? ms : Math.round(ms / 100) * 100)}</span>;
}
