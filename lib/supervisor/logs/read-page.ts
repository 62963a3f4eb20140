/**
 * Pages of a log, newest last, across its rotated parts. Work and memory are bounded per call whatever the size of
 * the log: a page that ran into the bound holds what was found and says where to go on.
 */

import type { LogPage, LogQuery } from "../../control/contract.ts";
import { createLineReader, type LineReader, MAX_LINE_BYTES } from "../../core/log-lines.ts";
import type { LogLine, LogSource } from "../../schema/log-line.ts";
import type { LogFiles } from "../../system/log-files.ts";
import type { Clock } from "../../system/system.ts";
import { type LogFilter, wants } from "./log-filter.ts";
import {
  closeParts,
  cursorAt,
  findPart,
  isIntact,
  LogCursorError,
  type LogPart,
  openParts,
  parseCursor,
} from "./log-parts.ts";
import { blockText, lineSpans, lineText } from "./split-lines.ts";

const BLOCK_BYTES = 64 * 1024;
/** Lines from before a block tell what its first lines continue. */
const CONTEXT_BYTES = MAX_LINE_BYTES;
/** A last line without its newline is shown once nobody has written for this long. */
const UNFINISHED_LINE_SETTLED_MS = 2_000;
const TRIES_WHEN_ROTATED = 5;

/** Where the three logs of a site lie; `sitePaths` has it. */
export type LogPaths = { accessLog: string; errorLog: string; appLog: string };

export type ReadLogOptions = {
  files: LogFiles;
  clock: Pick<Clock, "now">;
  /** Bytes looked at before a page is given back unfinished; 64 MB by default. */
  maxScanBytes?: number;
};

type Scan = { source: LogSource; filter: LogFilter; limit: number; budget: number };
type Place = { part: number; offset: number };

export function logPath(paths: LogPaths, source: LogSource): string {
  return { access: paths.accessLog, error: paths.errorLog, app: paths.appLog }[source];
}

/**
 * Reads backwards from `before` or the end, or forwards from `after`. `before` of the page is null at the very
 * beginning of the log; `after` is null when there is nothing to wait behind yet. Throws LogCursorError for a cursor
 * that is none; one whose part was rotated away gives an empty page (`before`) or the oldest lines (`after`).
 */
export async function readLogPage(
  paths: LogPaths,
  query: LogQuery,
  { files, clock, maxScanBytes = 64 * 1024 ** 2 }: ReadLogOptions,
): Promise<LogPage> {
  if (query.before !== undefined && query.after !== undefined) {
    throw new LogCursorError("Give either before or after.");
  }
  const filter = { contains: query.contains, level: query.level };
  for (let tries = 1; ; tries++) {
    const parts = await openParts(files, logPath(paths, query.source));
    try {
      const scan: Scan = { source: query.source, filter, limit: query.limit, budget: maxScanBytes };
      const page =
        query.after === undefined
          ? await pageBackward(parts, query.before, scan, clock.now())
          : await pageForward(parts, query.after, scan, clock.now());
      const newest = parts[0];
      if (!newest || tries === TRIES_WHEN_ROTATED || (await isIntact(newest))) return page;
    } finally {
      await closeParts(parts);
    }
  }
}

async function pageBackward(
  parts: LogPart[],
  before: string | undefined,
  scan: Scan,
  nowMs: number,
): Promise<LogPage> {
  let place: Place | null;
  let after: string | null = null;
  if (before === undefined) {
    place = await endOfLog(parts, nowMs);
    const part = place && parts[place.part];
    if (place && part?.generation && place.offset > 0) after = cursorAt(part.generation, place.offset - 1);
  } else {
    const cursor = parseCursor(before);
    const part = findPart(parts, cursor);
    place = part === -1 ? null : { part, offset: cursor.offset };
  }
  const found: LogLine[] = [];
  const stoppedAt = place ? await scanBackward(parts, place, scan, found) : null;
  const data = found.reverse();
  return { data, before: stoppedAt, after: after ?? data.at(-1)?.cursor ?? null };
}

/** Collects newest first; returns the cursor to go on from, null at the beginning of everything. */
async function scanBackward(
  parts: LogPart[],
  from: Place,
  scan: Scan,
  found: LogLine[],
): Promise<string | null> {
  for (let index = from.part; index < parts.length; index++) {
    const part = parts[index] as LogPart;
    if (part.generation === null) continue;
    let end = index === from.part ? from.offset : part.size;
    while (end > 0) {
      if (scan.budget <= 0) return cursorAt(part.generation, end);
      const block = await readBlockBefore(part, end, scan);
      if (block.cutShort) return cursorAt(part.generation, block.begin);
      const lines = readLines(block, part.generation, scan);
      for (let line = lines.length - 1; line >= 0; line--) {
        found.push(lines[line] as LogLine);
        if (found.length < scan.limit) continue;
        const cursor = (lines[line] as LogLine).cursor;
        const isFirst = cursor === cursorAt(part.generation, 0) && !hasOlder(parts, index);
        return isFirst ? null : cursor;
      }
      end = block.begin;
    }
  }
  return null;
}

function hasOlder(parts: LogPart[], index: number): boolean {
  return parts.slice(index + 1).some((part) => part.generation !== null && part.size > 0);
}

/** Whole lines: `bytes` starts at the line start `begin`; `context` is some text from before it. */
type Block = { begin: number; bytes: Uint8Array; context: Uint8Array; cutShort?: boolean };

/** The lines that end at `end`, as many as a block holds, or the head of one line that is longer than a block. */
async function readBlockBefore(part: LogPart, end: number, scan: Scan): Promise<Block> {
  const blockBegin = Math.max(0, end - BLOCK_BYTES);
  const bytes = await part.handle.read(blockBegin, end - blockBegin);
  scan.budget -= bytes.length;
  if (blockBegin === 0) return { begin: 0, bytes, context: nothing };
  const newline = bytes.subarray(0, -1).indexOf(10);
  if (newline !== -1) {
    const start = newline + 1;
    const begin = blockBegin + start;
    const context = scan.source === "access" ? nothing : await contextBefore(part, begin);
    return { begin, bytes: bytes.subarray(start), context };
  }
  let begin = blockBegin;
  while (begin > 0) {
    if (scan.budget <= 0) return { begin, bytes: nothing, context: nothing, cutShort: true };
    const earlier = Math.max(0, begin - BLOCK_BYTES);
    const more = await part.handle.read(earlier, begin - earlier);
    scan.budget -= more.length;
    const last = more.lastIndexOf(10);
    begin = last === -1 ? earlier : earlier + last + 1;
    if (last !== -1) break;
  }
  const head = await part.handle.read(begin, Math.min(end - begin, MAX_LINE_BYTES + 8));
  return { begin, bytes: head, context: nothing };
}

const nothing = new Uint8Array(0);

/** Some whole lines that stand before `offset`. */
export async function contextBefore(part: LogPart, offset: number): Promise<Uint8Array> {
  const begin = Math.max(0, offset - CONTEXT_BYTES);
  const bytes = await part.handle.read(begin, offset - begin);
  return begin === 0 ? bytes : bytes.subarray(bytes.indexOf(10) + 1);
}

/** Lets a reader see what stands before the lines it is about to be given. */
export function readContext(reader: LineReader, context: Uint8Array): void {
  for (const span of lineSpans(context)) reader.read(lineText(context, span), "");
}

function readLines(
  { begin, bytes, context }: Block,
  generation: string,
  { source, filter }: Scan,
): LogLine[] {
  const needle = filter.contains?.toLowerCase();
  if (needle && !blockText(bytes).toLowerCase().includes(needle)) return [];
  const reader = createLineReader(source);
  readContext(reader, context);
  const lines: LogLine[] = [];
  for (const span of lineSpans(bytes)) {
    const line = reader.read(lineText(bytes, span), cursorAt(generation, begin + span.start));
    if (wants(filter, line)) lines.push(line);
  }
  return lines;
}

async function pageForward(parts: LogPart[], after: string, scan: Scan, nowMs: number): Promise<LogPage> {
  const cursor = parseCursor(after);
  const known = findPart(parts, cursor);
  const end = await endOfLog(parts, nowMs);
  const found: LogLine[] = [];
  let stoppedAt: string | null = null;
  for (let index = known === -1 ? parts.length - 1 : known; index >= 0 && scan.budget > 0; index--) {
    const part = parts[index] as LogPart;
    if (part.generation === null) continue;
    const partEnd = index === end?.part ? end.offset : part.size;
    let offset = index === known ? await nextLineStart(part, cursor.offset, partEnd, scan) : 0;
    const reader = createLineReader(scan.source);
    readContext(reader, offset > 0 && scan.source !== "access" ? await contextBefore(part, offset) : nothing);
    while (offset < partEnd && scan.budget > 0) {
      const bytes = await part.handle.read(offset, Math.min(BLOCK_BYTES, partEnd - offset));
      if (bytes.length === 0) break;
      scan.budget -= bytes.length;
      const isLast = offset + bytes.length >= partEnd;
      const newline = bytes.lastIndexOf(10);
      const whole = isLast ? bytes : newline === -1 ? bytes : bytes.subarray(0, newline + 1);
      for (const span of lineSpans(whole)) {
        const line = reader.read(lineText(whole, span), cursorAt(part.generation, offset + span.start));
        if (!wants(scan.filter, line)) continue;
        found.push(line);
        if (found.length === scan.limit) return pageOf(found, line.cursor);
      }
      const overlong = newline === -1 && !isLast;
      offset = overlong ? await nextLineStart(part, offset, partEnd, scan) : offset + whole.length;
    }
    if (offset > 0) stoppedAt = cursorAt(part.generation, offset - 1);
  }
  return pageOf(found, stoppedAt ?? (known === -1 ? null : after));
}

function pageOf(data: LogLine[], after: string | null): LogPage {
  return { data, before: data[0]?.cursor ?? null, after };
}

/** The first line start behind the line that holds `offset`; `end` when there is none. */
async function nextLineStart(part: LogPart, offset: number, end: number, scan: Scan): Promise<number> {
  for (let at = offset; at < end; ) {
    const bytes = await part.handle.read(at, Math.min(BLOCK_BYTES, end - at));
    if (bytes.length === 0) break;
    const newline = bytes.indexOf(10);
    if (newline !== -1) return at + newline + 1;
    at += bytes.length;
    scan.budget -= bytes.length;
    if (scan.budget <= 0) return at;
  }
  return end;
}

/** Behind the last whole line, or behind an unfinished one that nobody has added to for a while. */
async function endOfLog(parts: LogPart[], nowMs: number): Promise<Place | null> {
  const index = parts.findIndex((part) => part.generation !== null && part.size > 0);
  const part = parts[index];
  if (!part) return null;
  if (part.number > 0 || nowMs - part.mtimeMs > UNFINISHED_LINE_SETTLED_MS)
    return { part: index, offset: part.size };
  const begin = Math.max(0, part.size - BLOCK_BYTES);
  const newline = (await part.handle.read(begin, part.size - begin)).lastIndexOf(10);
  return { part: index, offset: newline === -1 ? part.size : begin + newline + 1 };
}
