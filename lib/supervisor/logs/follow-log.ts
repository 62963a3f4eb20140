/** Live lines of a log for somebody who watches. Nothing is read that nobody asks for. */
import { createLineReader } from "../../core/log-lines.ts";
import type { LogLine, LogSource } from "../../schema/log-line.ts";
import type { LogFiles } from "../../system/log-files.ts";
import type { Clock } from "../../system/system.ts";
import { type LogFilter, wants } from "./log-filter.ts";
import { createLogTail } from "./log-tail.ts";
import { type LogPaths, logPath, readContext } from "./read-page.ts";

/** How soon a line is seen; also the pace at which a quiet log is looked at. */
export const FOLLOW_POLL_MS = 200;

let open = 0;

/** How many logs are being followed in this process right now. */
export function openLogReaders(): number {
  return open;
}

export type FollowOptions = { files: LogFiles; clock: Clock };

/**
 * Lines written from now on, or behind the line at `after`, in order, until `signal` aborts; then the iteration ends at
 * once, without an error. The next block is read when the last line of this one was taken, so a slow reader slows
 * nobody but itself.
 */
export function followLog(
  paths: LogPaths,
  query: LogFilter & { source: LogSource; after?: string | undefined },
  signal: AbortSignal,
  { files, clock }: FollowOptions,
): AsyncIterable<LogLine> {
  return {
    [Symbol.asyncIterator]() {
      const ended = new AbortController();
      const either = AbortSignal.any([signal, ended.signal]);
      let counted = !signal.aborted;
      if (counted) open++;
      // Counted down when the reader leaves, even while the iteration waits for it to take a line.
      const leave = () => {
        signal.removeEventListener("abort", leave);
        if (counted) open--;
        counted = false;
        ended.abort();
      };
      signal.addEventListener("abort", leave, { once: true });
      const lines = liveLines(paths, query, either, { files, clock });
      return {
        async next() {
          if (either.aborted) return { done: true, value: undefined };
          try {
            const result = await lines.next();
            if (!result.done && !either.aborted) return result;
          } catch (error) {
            leave();
            throw error;
          }
          leave();
          return { done: true, value: undefined };
        },
        async return() {
          leave();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

async function* liveLines(
  paths: LogPaths,
  query: LogFilter & { source: LogSource; after?: string | undefined },
  signal: AbortSignal,
  { files, clock }: FollowOptions,
): AsyncGenerator<LogLine, void> {
  const tail = createLogTail({
    files,
    clock,
    path: logPath(paths, query.source),
    start: query.after === undefined ? { from: "end" } : { from: "cursor", cursor: query.after },
  });
  const reader = createLineReader(query.source);
  while (!signal.aborted) {
    const turn = await tail.read();
    if (turn.context) readContext(reader, turn.context);
    for (const raw of turn.lines) {
      const line = reader.read(raw.text, raw.cursor);
      if (wants(query, line)) yield line;
      if (signal.aborted) return;
    }
    if (!turn.more) await clock.sleep(FOLLOW_POLL_MS, signal).catch(() => undefined);
  }
}
