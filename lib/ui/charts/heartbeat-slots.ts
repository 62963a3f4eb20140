/** Turns minutes into what a heartbeat bar draws. Pure. */
import type { Minute } from "../../schema/observed.ts";

export const MINUTE_MS = 60_000;

/** Above this share of server errors in a minute something is wrong; above the second it is broken. */
const SOME_ERRORS = 0.01;
const MANY_ERRORS = 0.05;
/** Connections waited in more than this share of samples: the pool was full. */
const QUEUE_WAITED = 0.2;

export type SlotTone = "empty" | "ok" | "warn" | "bad";
export type Slot = { t: number; tone: SlotTone; height: number; minute: Minute | null };

/** One slot per minute, oldest first, ending with the last full minute before `now`. Heights are 0 to 1. */
export function heartbeatSlots(minutes: readonly Minute[], now: number, count: number): Slot[] {
  const byTime = new Map(minutes.map((minute) => [Math.floor(minute.t / MINUTE_MS), minute]));
  const last = Math.floor(now / MINUTE_MS) - 1;
  const busiest = Math.max(1, ...minutes.map((minute) => minute.requests));
  return Array.from({ length: count }, (_, index) => {
    const key = last - count + 1 + index;
    const minute = byTime.get(key) ?? null;
    const tone = toneOf(minute);
    return { t: key * MINUTE_MS, tone, height: heightOf(minute, tone, busiest), minute };
  });
}

function toneOf(minute: Minute | null): SlotTone {
  if (!minute || (minute.requests === 0 && minute.checksOk === 0 && minute.checksFailed === 0))
    return "empty";
  const errorShare = minute.requests > 0 ? minute.errors5xx / minute.requests : 0;
  if ((minute.checksFailed > 0 && minute.checksOk === 0) || errorShare > MANY_ERRORS) return "bad";
  if (minute.checksFailed > 0 || errorShare > SOME_ERRORS || minute.queueWaitingShare > QUEUE_WAITED)
    return "warn";
  return "ok";
}

/** The square root keeps a quiet minute visible beside a busy one. Trouble is never small. */
function heightOf(minute: Minute | null, tone: SlotTone, busiest: number): number {
  if (!minute || tone === "empty") return 0;
  const height = 0.18 + 0.82 * Math.sqrt(minute.requests / busiest);
  return tone === "bad" ? Math.max(height, 0.8) : tone === "warn" ? Math.max(height, 0.45) : height;
}
