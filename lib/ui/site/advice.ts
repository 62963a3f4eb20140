/** What was measured about an application, and the one thing worth changing. Pure. */
import type { Minute } from "../../schema/observed.ts";
import type { Worker } from "../../schema/worker.ts";

/** Fewer requests than this in the time looked at say nothing. */
const ENOUGH_REQUESTS = 100;
/** Above this share of one core per busy worker the application computes rather than waits. */
const COMPUTES = 0.6;
/** Below it, it mostly waits for a database or another server. */
const WAITS = 0.25;
const QUEUE_MATTERS = 0.05;
const ERRORS_MATTER = 0.01;

export type Character = "unknown" | "waits" | "computes" | "mixed";
export type Advice =
  | { kind: "wait-and-see" }
  | { kind: "fine" }
  | { kind: "look-at-errors"; share: number }
  | { kind: "more-threads"; threads: number }
  | { kind: "more-workers"; workers: number }
  | { kind: "bigger-machine"; cores: number }
  | { kind: "fewer-workers"; workers: number };

export type Measured = {
  character: Character;
  requests: number;
  errorShare: number;
  /** Share of samples in which connections waited, over the minutes looked at. */
  queueShare: number;
  /** Most threads that were busy at once. */
  busyMax: number;
  capacity: number;
};

export function measure({
  minutes,
  workers,
  pool,
}: {
  minutes: readonly Minute[];
  workers: readonly Worker[];
  pool: { workers: number; threads: number };
}): Measured {
  const requests = minutes.reduce((sum, minute) => sum + minute.requests, 0);
  const errors = minutes.reduce((sum, minute) => sum + minute.errors5xx, 0);
  const queue = minutes.reduce((sum, minute) => sum + minute.queueWaitingShare, 0);
  return {
    character: requests < ENOUGH_REQUESTS ? "unknown" : characterOf(workers),
    requests,
    errorShare: requests === 0 ? 0 : errors / requests,
    queueShare: minutes.length === 0 ? 0 : queue / minutes.length,
    busyMax: Math.max(0, ...minutes.map((minute) => minute.busyMax)),
    capacity: pool.workers * pool.threads,
  };
}

/** By how much CPU the busy ones take: Python runs one thread at a time, so one worker can fill one core. */
function characterOf(workers: readonly Worker[]): Character {
  const busy = workers.filter((worker) => worker.busyThreads > 0);
  if (busy.length === 0) return "unknown";
  const cpu = busy.reduce((sum, worker) => sum + worker.cpuPercent, 0) / busy.length / 100;
  return cpu >= COMPUTES ? "computes" : cpu <= WAITS ? "waits" : "mixed";
}

export function advise(
  measured: Measured,
  {
    cores,
    workers,
    threads,
    workerClass,
  }: { cores: number; workers: number; threads: number; workerClass: string },
): Advice {
  if (measured.requests < ENOUGH_REQUESTS) return { kind: "wait-and-see" };
  if (measured.errorShare > ERRORS_MATTER) return { kind: "look-at-errors", share: measured.errorShare };
  if (measured.queueShare > QUEUE_MATTERS) {
    if (measured.character === "waits" && workerClass === "gthread" && threads < 32)
      return { kind: "more-threads", threads: Math.min(32, threads * 2) };
    if (workers < cores) return { kind: "more-workers", workers: Math.min(cores, workers * 2) };
    return { kind: "bigger-machine", cores };
  }
  // One worker for the failure of another is kept.
  const needed = Math.max(2, Math.ceil(measured.busyMax / Math.max(1, threads)) + 1);
  if (workers >= 4 && needed <= workers / 2) return { kind: "fewer-workers", workers: needed };
  return { kind: "fine" };
}
