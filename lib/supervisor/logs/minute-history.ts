/** A site's minutes on disk, one JSON object per line, two days of them. Memory holds only what is not written yet. */
import { type Minute, minuteSchema } from "../../schema/observed.ts";
import type { LogFiles } from "../../system/log-files.ts";
import type { Clock, Files } from "../../system/system.ts";
import { blockText } from "./split-lines.ts";

export const KEPT_MINUTES = 2 * 24 * 60;
/** About what two times two days take; the file is then written anew with the last two days. */
const COMPACT_AT_BYTES = 1024 ** 2;
/** When the disk is full, this many minutes wait in memory; then the oldest are given up. */
const MAX_WAITING = 120;
const RETRY_MS = 30_000;
/** A line of JSON is shorter than this. */
const MAX_LINE_BYTES = 400;

export type MinuteHistory = {
  /** Start of the newest minute on disk in ms, or null. */
  lastMinute(): Promise<number | null>;
  /** Remembers them until the next `write`. */
  add(minutes: readonly Minute[]): void;
  /** Writes what waits; throws the system's error when that fails, and tries again half a minute later. */
  write(): Promise<void>;
  /** The newest `count` minutes, oldest first. */
  read(count: number): Promise<Minute[]>;
};

export function createMinuteHistory(options: {
  files: Pick<Files, "append" | "writeAtomic">;
  logFiles: LogFiles;
  clock: Pick<Clock, "monotonic">;
  path: string;
}): MinuteHistory {
  const { files, logFiles, clock, path } = options;
  let waiting: Minute[] = [];
  let notBefore = 0;

  async function readEnd(count: number): Promise<Minute[]> {
    const file = await logFiles.open(path);
    if (!file) return [];
    try {
      const { size } = await file.stat();
      const offset = Math.max(0, size - count * MAX_LINE_BYTES);
      const text = blockText(await file.read(offset, size - offset));
      const lines = text.split("\n").slice(offset === 0 ? 0 : 1);
      return inOrder(lines.map(parseMinute).filter((minute) => minute !== null)).slice(-count);
    } finally {
      await file.close();
    }
  }

  return {
    async lastMinute() {
      return (await readEnd(5)).at(-1)?.t ?? null;
    },
    add(minutes) {
      waiting = [...waiting, ...minutes].slice(-MAX_WAITING);
    },
    async write() {
      if (waiting.length === 0 || clock.monotonic() < notBefore) return;
      const written = waiting;
      try {
        await files.append(path, written.map((minute) => `${JSON.stringify(minute)}\n`).join(""));
      } catch (error) {
        notBefore = clock.monotonic() + RETRY_MS;
        throw error;
      }
      waiting = waiting.filter((minute) => !written.includes(minute));
      const stat = await logFiles.stat(path);
      if (!stat || stat.size < COMPACT_AT_BYTES) return;
      const kept = await readEnd(KEPT_MINUTES);
      await files.writeAtomic(path, kept.map((minute) => `${JSON.stringify(minute)}\n`).join(""));
    },
    async read(count) {
      const wanted = Math.min(count, KEPT_MINUTES);
      return inOrder([...(await readEnd(wanted)), ...waiting]).slice(-wanted);
    },
  };
}

/** A half-written line, as a full disk leaves it, is skipped. */
function parseMinute(line: string): Minute | null {
  try {
    return minuteSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/** By time, each minute once: the later line counts. After the clock was set back, lines may be out of order. */
function inOrder(minutes: Minute[]): Minute[] {
  const byTime = new Map(minutes.map((minute) => [minute.t, minute]));
  return [...byTime.values()].sort((a, b) => a.t - b.t);
}
