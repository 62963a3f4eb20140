/** The lines on the screen, oldest first: bounded, without doubles. Pure. */
import type { LogLine } from "../../schema/log-line.ts";

/** More rows make a browser slow and nobody wiser. */
export const MAX_LINES = 2_000;

export type LogBuffer = {
  lines: readonly LogLine[];
  /** Cursor for lines before the first; null when there are none. */
  before: string | null;
  /** Lines that arrived while following was paused, newest last. */
  held: readonly LogLine[];
};

export const emptyBuffer: LogBuffer = { lines: [], before: null, held: [] };

/** New lines at the end; while paused they wait, so that what is read stays still. */
export function append(buffer: LogBuffer, fresh: readonly LogLine[], paused: boolean): LogBuffer {
  if (fresh.length === 0) return buffer;
  if (paused) return { ...buffer, held: [...buffer.held, ...fresh].slice(-MAX_LINES) };
  const known = new Set(buffer.lines.slice(-fresh.length - 200).map((line) => line.cursor));
  const lines = [...buffer.lines, ...fresh.filter((line) => !known.has(line.cursor))];
  return { ...buffer, lines: lines.slice(-MAX_LINES) };
}

/** What waited joins the rest. */
export function release(buffer: LogBuffer): LogBuffer {
  return append({ ...buffer, held: [] }, buffer.held, false);
}

/** An older page goes in front; the newest lines give way when there is no room. */
export function prepend(buffer: LogBuffer, older: readonly LogLine[], before: string | null): LogBuffer {
  return { ...buffer, lines: [...older, ...buffer.lines].slice(0, MAX_LINES), before };
}
