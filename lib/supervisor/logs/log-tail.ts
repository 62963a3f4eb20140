/**
 * Reads what is added to a log, turn by turn, across rotations. Nothing is held open between turns, and a turn that
 * finds nothing new costs one stat.
 */
import { MAX_LINE_BYTES } from "../../core/log-lines.ts";
import type { LogFiles, LogStat } from "../../system/log-files.ts";
import type { Clock } from "../../system/system.ts";
import {
  closeParts,
  cursorAt,
  findPart,
  isIntact,
  type LogPart,
  openParts,
  parseCursor,
} from "./log-parts.ts";
import { contextBefore } from "./read-page.ts";
import { lineSpans, lineText } from "./split-lines.ts";

export type RawLine = { text: string; cursor: string };

export type TailTurn = {
  lines: RawLine[];
  /** There is more to read right now. */
  more: boolean;
  /** The place of the last turn was rotated away before it was read to its end. */
  lost: boolean;
  /** On the first turn: text from before the first line, for readers of levels. */
  context: Uint8Array | null;
};

export type TailStart =
  /** From the end, or from so many bytes before it, rotated parts included. */
  | { from: "end"; backBytes?: number }
  /** Behind the line at this cursor. Throws LogCursorError when it is none. */
  | { from: "cursor"; cursor: string };

export type LogTail = {
  /** Reads at most about `maxBytes`. Not to be called again before it is done. */
  read(maxBytes?: number): Promise<TailTurn>;
};

const TURN_BYTES = 256 * 1024;
/** nginx goes on writing to a renamed log until all its workers have opened the new one. */
const STRAGGLERS_MS = 2_000;

type Place = {
  /** Null: the beginning of what comes after `behind`. */
  generation: string | null;
  /** The part that was read to its end before; null when there was none. */
  behind: string | null;
  ino: number | null;
  offset: number;
  /** In the middle of a line whose head was given already. */
  discarding: boolean;
};

/** Starts lazily: files are looked at on the first turn. */
export function createLogTail(options: {
  files: LogFiles;
  clock: Pick<Clock, "monotonic">;
  path: string;
  start: TailStart;
}): LogTail {
  const { files, clock, path, start } = options;
  const startCursor = start.from === "cursor" ? parseCursor(start.cursor) : null;
  let place: Place | null = null;
  let quietSince: number | null = null;
  let settled: { newest: LogStat | null } | null = null;

  return {
    async read(maxBytes = TURN_BYTES) {
      if (place && settled !== null && sameStat(await files.stat(path), settled)) return nothingNew;
      settled = null;
      const parts = await openParts(files, path);
      try {
        const known = place;
        const began: { place: Place; context: Uint8Array } | null = known ? null : await begin(parts);
        const turn = await readTurn(parts, known ?? (began as { place: Place }).place, maxBytes);
        // Emptied while it was read: what was read may be two texts mixed. The next turn finds the right part.
        if (parts[0] && !(await isIntact(parts[0]))) return { ...nothingNew, more: true };
        place = turn.place;
        // All was read and no straggler is awaited: until the newest file changes there is nothing to look for.
        if (!turn.more && quietSince === null)
          settled = { newest: parts.find((part) => part.number === 0) ?? null };
        return { lines: turn.lines, more: turn.more, lost: turn.lost, context: began?.context ?? null };
      } finally {
        await closeParts(parts);
      }
    },
  };

  async function begin(parts: LogPart[]): Promise<{ place: Place; context: Uint8Array }> {
    const text = parts.filter((part) => part.generation !== null);
    if (startCursor) {
      const part = text[findPart(text, startCursor)];
      if (!part) return { place: atStart(text.at(-1)), context: nothing };
      const offset = await behindLine(part, startCursor.offset);
      return { place: { ...atStart(part), ...offset }, context: await contextBefore(part, offset.offset) };
    }
    let back = start.from === "end" ? (start.backBytes ?? 0) : 0;
    for (const part of text) {
      if (part.size < back && part !== text.at(-1)) {
        back -= part.size;
        continue;
      }
      if (part.size <= back) return { place: atStart(part), context: nothing };
      // From the newline before the place, so that a line that begins exactly there is not skipped.
      const offset = await behindLine(part, part.size - back - 1);
      return { place: { ...atStart(part), ...offset }, context: await contextBefore(part, offset.offset) };
    }
    return { place: atStart(undefined), context: nothing };
  }

  /** The start of the next line; in the middle of a line that has no end yet, the rest of it is to be discarded. */
  async function behindLine(part: LogPart, from: number): Promise<{ offset: number; discarding: boolean }> {
    const bytes = await part.handle.read(from, TURN_BYTES);
    const newline = bytes.indexOf(10);
    if (newline === -1) return { offset: Math.min(part.size, from + bytes.length), discarding: true };
    return { offset: from + newline + 1, discarding: false };
  }

  type Turn = { place: Place; lines: RawLine[]; more: boolean; lost: boolean };

  async function readTurn(parts: LogPart[], from: Place, maxBytes: number): Promise<Turn> {
    const index = findPlace(parts, from);
    if (index === "nothing") return { place: from, lines: [], more: false, lost: false };
    const lost = index === "lost";
    const at = lost ? parts.findLastIndex((part) => part.generation !== null) : index;
    if (at === -1) return { place: atStart(undefined), lines: [], more: false, lost };
    const part = parts[at] as LogPart;
    const current = lost || from.generation === null ? atStart(part) : from;
    const turn = await readPart(part, current, maxBytes);
    if (turn.more || at === 0) {
      quietSince = null;
      return { ...turn, lost };
    }
    return { ...nextPart(parts, at, turn, current.ino !== part.ino), lost };
  }

  /** At the end of a rotated part: wait for stragglers, unless it is a copy, which nobody writes to. */
  function nextPart(
    parts: LogPart[],
    index: number,
    turn: Omit<Turn, "lost">,
    isCopy: boolean,
  ): Omit<Turn, "lost"> {
    const now = clock.monotonic();
    if (turn.lines.length > 0 || quietSince === null) quietSince = now;
    const newest = index === 1;
    if (newest && !isCopy && now - quietSince < STRAGGLERS_MS) return turn;
    quietSince = null;
    const next = parts[index - 1] as LogPart;
    const place = { ...atStart(next), behind: turn.place.generation };
    return { place, lines: turn.lines, more: next.generation !== null || index > 1 };
  }
}

/** The time counts too: emptied and filled to the very same size is another text. */
function sameStat(now: LogStat | null, { newest }: { newest: LogStat | null }): boolean {
  if (now === null || newest === null) return now === newest;
  return now.ino === newest.ino && now.size === newest.size && now.mtimeMs === newest.mtimeMs;
}

const nothing = new Uint8Array(0);
const nothingNew: TailTurn = { lines: [], more: false, lost: false, context: null };

function atStart(part: LogPart | undefined): Place {
  return {
    generation: part?.generation ?? null,
    behind: null,
    ino: part?.ino ?? null,
    offset: 0,
    discarding: false,
  };
}

/** Which part to read: where the place is now, or the first with text behind it. */
function findPlace(parts: LogPart[], place: Place): number | "nothing" | "lost" {
  if (place.generation !== null) {
    const index = findPart(parts, parseCursor(cursorAt(place.generation, place.offset)));
    return index === -1 ? "lost" : index;
  }
  if (place.behind === null) {
    const oldest = parts.findLastIndex((part) => part.generation !== null);
    return oldest === -1 ? "nothing" : oldest;
  }
  const read = findPart(parts, parseCursor(cursorAt(place.behind, 0)));
  if (read === -1) return "lost";
  const next = parts.slice(0, read).findLastIndex((part) => part.generation !== null);
  return next === -1 ? "nothing" : next;
}

/** Whole lines from `place` on; an unfinished one waits, unless it is overlong or the part is not written any more. */
async function readPart(part: LogPart, place: Place, maxBytes: number) {
  const generation = part.generation as string;
  const available = part.size - place.offset;
  const bytes = available > 0 ? await part.handle.read(place.offset, Math.min(available, maxBytes)) : nothing;
  const atEnd = place.offset + bytes.length >= part.size;
  let begin = 0;
  if (place.discarding) {
    const newline = bytes.indexOf(10);
    begin = newline === -1 ? bytes.length : newline + 1;
  }
  let end = bytes.lastIndexOf(10) + 1;
  let discarding = place.discarding && begin === bytes.length && bytes[begin - 1] !== 10;
  if (!discarding && end < bytes.length) {
    const unfinished = bytes.length - Math.max(begin, end);
    // Its head is given now; the rest of it is skipped when it comes.
    if (unfinished > MAX_LINE_BYTES) {
      end = bytes.length;
      discarding = true;
    } else if (atEnd && part.number > 0) {
      end = bytes.length;
    }
  }
  const lines = lineSpans(bytes.subarray(begin, Math.max(begin, end))).map((span) => ({
    text: lineText(bytes, { start: begin + span.start, end: begin + span.end }),
    cursor: cursorAt(generation, place.offset + begin + span.start),
  }));
  const consumed = Math.max(begin, end);
  return {
    place: { ...place, generation, ino: part.ino, offset: place.offset + consumed, discarding },
    lines,
    more: !atEnd,
  };
}
