/**
 * One line of text in, one LogLine out, for the three logs of a site: nginx's access log (JSON), nginx's error log,
 * and what the application and gunicorn print. Nothing a program may print is lost: what cannot be understood is
 * kept as it is, with the level "unknown".
 */
import type { LogLevel, LogLine, LogSource } from "../schema/log-line.ts";

/** Lines above this are cut; a longer one is a dump that nobody reads in a list. */
export const MAX_LINE_BYTES = 16 * 1024;
export const CUT_MARK = " … [cut: the line is longer than 16 KB]";

/** One request as nginx logged it. Times are milliseconds, sizes bytes. */
export type AccessEntry = {
  atMs: number;
  requestId: string;
  remoteAddress: string;
  method: string;
  path: string;
  status: number;
  bytesSent: number;
  durationMs: number;
  /** Time nginx waited for workers, all tries together; null when no worker was asked. */
  upstreamMs: number | null;
  servedBy: "worker" | "nginx";
  userAgent: string;
};

/** Reads one line of the JSON access log; null when it is not one. Missing fields get the value that claims least. */
export function parseAccessEntry(line: string): AccessEntry | null {
  if (line.charCodeAt(0) !== 123) return null;
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(line);
  } catch {
    return null;
  }
  const status = numberOf(fields.status);
  const atMs = timeOf(fields);
  if (status === null || atMs === null) return null;
  const upstreamMs = secondsToMs(fields.upstream_response_time);
  const asked = upstreamMs !== null || isText(fields.upstream_status);
  return {
    atMs,
    requestId: textOf(fields.request_id),
    remoteAddress: textOf(fields.remote_addr),
    method: textOf(fields.method),
    path: textOf(fields.uri),
    status: Math.trunc(status),
    bytesSent: Math.max(0, Math.trunc(numberOf(fields.body_bytes_sent) ?? 0)),
    durationMs: secondsToMs(fields.request_time) ?? 0,
    upstreamMs,
    servedBy:
      fields.served_by === "worker" || fields.served_by === "nginx"
        ? fields.served_by
        : asked
          ? "worker"
          : "nginx",
    userAgent: textOf(fields.user_agent),
  };
}

/** Gives lines their level and time, one after the other: a traceback takes the level of the line it belongs to. */
export type LineReader = { read(text: string, cursor: string): LogLine };

/** A reader for one file. Feed it a few lines from before the place of interest, so that it knows what they continue. */
export function createLineReader(source: LogSource): LineReader {
  if (source === "access") return { read: readAccessLine };
  let above: { level: LogLevel; at: string | null } | null = null;
  let traceback: "no" | "open" | "ended" = "no";
  return {
    read(raw, cursor) {
      const text = printable(raw);
      const head = source === "error" ? nginxHead(text) : appHead(text);
      if (head) {
        above = head;
        traceback = "no";
        return { cursor, source, at: head.at, level: head.level, text };
      }
      if (/^\s*Traceback \(most recent call last\):/.test(text)) {
        // On its own it is an error; below a line of its own it is part of that line, and that may be a warning.
        if (traceback === "no" && !(above && isTrouble(above.level))) above = { level: "error", at: null };
        traceback = "open";
      } else if (traceback === "open" && /^\S/.test(text)) {
        traceback = "ended";
      } else if (/^(\s|$)/.test(text) || betweenTracebacks.test(text)) {
        // Indented and blank lines continue whatever stands above.
      } else {
        above = null;
        traceback = "no";
      }
      return { cursor, source, at: null, level: above?.level ?? "unknown", text };
    },
  };
}

const betweenTracebacks =
  /^(During handling of the above exception|The above exception was the direct cause)/;

function isTrouble(level: LogLevel): boolean {
  return level === "error" || level === "warning";
}

function readAccessLine(raw: string, cursor: string): LogLine {
  const entry = parseAccessEntry(raw);
  const text = printable(raw);
  if (!entry) return { cursor, source: "access", at: null, level: "unknown", text };
  const { atMs, userAgent: _, ...access } = entry;
  const level = entry.status >= 500 ? "error" : entry.status >= 400 ? "warning" : "info";
  return { cursor, source: "access", at: new Date(atMs).toISOString(), level, text, access };
}

const nginxLevels: Record<string, LogLevel> = {
  debug: "debug",
  info: "info",
  notice: "info",
  warn: "warning",
  error: "error",
  crit: "error",
  alert: "error",
  emerg: "error",
};

/** nginx writes its error log in the machine's local time without saying so; Date reads it the same way. */
function nginxHead(text: string): { level: LogLevel; at: string | null } | null {
  const match = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d) \[([a-z]+)\]/.exec(text);
  if (!match) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return {
    level: nginxLevels[match[7] ?? ""] ?? "unknown",
    at: isoOrNull(new Date(year, month - 1, day, hour, minute, second).getTime()),
  };
}

const pythonLevels: Record<string, LogLevel> = {
  DEBUG: "debug",
  TRACE: "debug",
  INFO: "info",
  NOTICE: "info",
  SUCCESS: "info",
  WARNING: "warning",
  WARN: "warning",
  ERROR: "error",
  CRITICAL: "error",
  FATAL: "error",
};

const stamp = /^\[?(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,](\d{1,6}))? ?(Z|[+-]\d\d:?\d\d)?\]?/;
const levelWord =
  /(?:^|[\s[|(-])(DEBUG|TRACE|INFO|NOTICE|SUCCESS|WARNING|WARN|ERROR|CRITICAL|FATAL)(?=[\s\]:|)-]|$)/;
const jsonLevel = /^\{.*?"(?:level|levelname|severity)"\s*:\s*"(\w+)"/;

/**
 * The first line of a message: gunicorn's `[time +0000] [pid] [INFO]`, Flask's `[time] ERROR in app:`, logging's
 * `time - name - ERROR -` and `WARNING:root:`, JSON with a level, and `file.py:12: SomeWarning:`. Null for a line
 * that is none of these.
 */
function appHead(text: string): { level: LogLevel; at: string | null } | null {
  const time = stamp.exec(text);
  if (time) {
    const word = levelWord.exec(text.slice(time[0].length, time[0].length + 120));
    return { level: word ? (pythonLevels[word[1] ?? ""] ?? "unknown") : "unknown", at: stampTime(time) };
  }
  const first = /^\[?(DEBUG|INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)\b\]?[:\s]/.exec(text);
  if (first) return { level: pythonLevels[first[1] ?? ""] ?? "unknown", at: null };
  const json = text.startsWith("{") ? jsonLevel.exec(text.slice(0, 2000)) : null;
  if (json) return { level: pythonLevels[(json[1] ?? "").toUpperCase()] ?? "unknown", at: null };
  if (/^\S.*\.py:\d+: \w*Warning: /.test(text)) return { level: "warning", at: null };
  return null;
}

/** A time without an offset is Python's local time, which is the machine's. */
function stampTime(match: RegExpExecArray): string | null {
  const fraction = (match[3] ?? "0").padEnd(3, "0").slice(0, 3);
  const offset = match[4] ? match[4].replace(/^([+-]\d\d)(\d\d)$/, "$1:$2") : "";
  return isoOrNull(Date.parse(`${match[1]}T${match[2]}.${fraction}${offset}`));
}

/**
 * Text as a list can show it: colour codes of terminals are dropped, other control characters become U+FFFD,
 * and what is above MAX_LINE_BYTES is cut with a mark.
 */
export function printable(text: string): string {
  let shown = text.endsWith("\r") ? text.slice(0, -1) : text;
  let cut = false;
  if (shown.length * 3 > MAX_LINE_BYTES && utf8Length(shown) > MAX_LINE_BYTES) {
    shown = shown.slice(0, charactersWithin(shown, MAX_LINE_BYTES));
    cut = true;
  }
  if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(shown)) {
    shown = shown
      .replace(/\u001b\[[0-9;]*[A-Za-z]/g, "")
      .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, "\ufffd");
  }
  return cut ? shown + CUT_MARK : shown;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** How many characters fit into `bytes` of UTF-8 without splitting one. */
function charactersWithin(text: string, bytes: number): number {
  return new TextEncoder().encodeInto(text, new Uint8Array(bytes)).read;
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "" && value !== "-";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function numberOf(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string" || value === "" || value === "-") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

/** nginx writes `0.004`, and `0.001, 0.003 : 0.002` when it asked more than one upstream. */
function secondsToMs(value: unknown): number | null {
  const single = numberOf(value);
  if (single !== null) return roundMs(single * 1000);
  if (typeof value !== "string") return null;
  const parts = value.split(/[,:]/).map((part) => numberOf(part.trim()));
  const known = parts.filter((part) => part !== null);
  return known.length === 0 ? null : roundMs(known.reduce((sum, part) => sum + part, 0) * 1000);
}

function roundMs(ms: number): number {
  return Math.max(0, Math.round(ms * 1000) / 1000);
}

function timeOf(fields: Record<string, unknown>): number | null {
  const seconds = numberOf(fields.msec);
  if (seconds !== null && seconds > 0 && seconds < 4e9) return Math.round(seconds * 1000);
  if (typeof fields.time !== "string") return null;
  const ms = Date.parse(fields.time);
  return Number.isNaN(ms) ? null : ms;
}

function isoOrNull(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}
