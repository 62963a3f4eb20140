/**
 * The figures of one site: what its access log, checks and samples add up to, minute by minute, and the history of
 * minutes on disk. Between two minutes it holds a few kilobytes, so that a thousand sites are no burden.
 */
import { parseAccessEntry } from "../../core/log-lines.ts";
import {
  type CheckFact,
  createTraffic,
  MINUTE_MS,
  type SampleFact,
  type TrafficView,
} from "../../core/traffic.ts";
import type { Minute } from "../../schema/observed.ts";
import type { LogFiles } from "../../system/log-files.ts";
import { realLogFiles } from "../../system/real-log-files.ts";
import type { Clock, Files } from "../../system/system.ts";
import { createLogTail } from "./log-tail.ts";
import { createMinuteHistory } from "./minute-history.ts";
import type { LogNotice } from "./rotate-logs.ts";

/** After a restart this much of the access log is read again, to fill the minutes in which nobody counted. */
const CATCH_UP_BYTES = 2 * 1024 ** 2;
const BLOCK_BYTES = 256 * 1024;
/** One turn of one site reads no more than this; a busier site gets its next turn sooner. */
const TURN_BYTES = 1024 ** 2;
/** A line may reach the log a moment after the minute it belongs to. */
const LATE_LINES_MS = 2_000;

export type SiteMetrics = {
  /**
   * Reads what was logged, closes minutes that are over and writes them down. `more`: call again soon. Never throws;
   * what went wrong comes back as a notice and is tried again.
   */
  tick(): Promise<{ more: boolean; notices: LogNotice[] }>;
  addCheck(check: CheckFact): void;
  addSample(sample: SampleFact): void;
  /** The last 60 seconds up to `nowMs`. */
  view(nowMs: number): TrafficView;
  /** The last `minutes` minutes there are, oldest first. Minutes in which nobody watched are missing. */
  history(minutes: number): Promise<Minute[]>;
};

export type SiteMetricsOptions = {
  system: { files: Pick<Files, "append" | "writeAtomic">; clock: Clock };
  logFiles?: LogFiles;
  /** `sitePaths` has them. */
  paths: { accessLog: string; history: string };
};

/** Takes up a site where its history ends. Never throws: a history that cannot be read counts as none. */
export async function createSiteMetrics(options: SiteMetricsOptions): Promise<SiteMetrics> {
  const { system, logFiles = realLogFiles, paths } = options;
  const { clock, files } = system;
  const history = createMinuteHistory({ files, logFiles, clock, path: paths.history });
  const tail = createLogTail({
    files: logFiles,
    clock,
    path: paths.accessLog,
    start: { from: "end", backBytes: CATCH_UP_BYTES },
  });
  const startedAtMs = clock.now();
  const last = await history.lastMinute().catch(() => null);
  const closedUntilMs = last === null ? startOfMinute(startedAtMs) : last + MINUTE_MS;
  const traffic = createTraffic({ startedAtMs, closedUntilMs });
  let underWay: ReturnType<SiteMetrics["tick"]> | null = null;

  async function tick() {
    try {
      const more = await readRequests();
      if (!more) history.add(traffic.closeMinutes(clock.now() - LATE_LINES_MS));
      await history.write();
      return { more, notices: [] };
    } catch (error) {
      return { more: false, notices: [failure(error)] };
    }
  }

  async function readRequests(): Promise<boolean> {
    for (let read = 0; read < TURN_BYTES; read += BLOCK_BYTES) {
      const { lines, more } = await tail.read(BLOCK_BYTES);
      const nowMs = clock.now();
      for (const { text } of lines) {
        const entry = parseAccessEntry(text);
        if (entry) traffic.addRequest(entry, nowMs);
      }
      if (!more) return false;
    }
    return true;
  }

  function failure(error: unknown): LogNotice {
    const words = error instanceof Error ? error.message : String(error);
    return {
      level: "warning",
      code: "metrics-late",
      detail: `Figures in ${paths.history} are late: ${words}.`,
    };
  }

  return {
    tick() {
      underWay ??= tick().finally(() => {
        underWay = null;
      });
      return underWay;
    },
    addCheck: (check) => traffic.addCheck(check),
    addSample: (sample) => traffic.addSample(sample),
    view: (nowMs) => traffic.view(nowMs),
    history: (minutes) => history.read(minutes),
  };
}

function startOfMinute(ms: number): number {
  return Math.floor(ms / MINUTE_MS) * MINUTE_MS;
}
