/**
 * A log and its rotated parts (`access.log`, `access.log.1`, …) as one text that can be pointed into.
 *
 * A part is known by its content, not its name: rotation renames it, and rotation by copy even gives it another inode.
 * Its generation is a hash of how it begins, together with the inode, which decides between two parts that begin alike.
 * A cursor is `<generation>:<offset of a byte>`.
 */
import type { LogFiles, LogHandle } from "../../system/log-files.ts";

export const DEFAULT_KEPT_PARTS = 5;

/** A log is told from another by its first line, or as much of it as this. */
const HEAD_BYTES = 512;

export type LogPart = {
  handle: LogHandle;
  /** 0 is the file that is written; 1 the one before it. */
  number: number;
  ino: number;
  size: number;
  mtimeMs: number;
  /** Null while there is no whole first line. */
  generation: string | null;
};

export type Cursor = { hash: string; ino: string; offset: number };

/** What the reader sent is not a cursor of a log. */
export class LogCursorError extends Error {}

/** Opens what there is of a log, newest first. The caller closes it. */
export async function openParts(
  files: LogFiles,
  path: string,
  keep = DEFAULT_KEPT_PARTS,
): Promise<LogPart[]> {
  const parts: LogPart[] = [];
  try {
    // Newest first: a rotation meanwhile shows one part twice, never none. The second sight of it is dropped.
    for (let number = 0; number <= keep; number++) {
      const part = await openPart(files, number === 0 ? path : `${path}.${number}`, number);
      if (!part) continue;
      if (parts.some((known) => known.ino === part.ino)) await part.handle.close();
      else parts.push(part);
    }
    return parts;
  } catch (error) {
    await closeParts(parts);
    throw error;
  }
}

async function openPart(files: LogFiles, path: string, number: number): Promise<LogPart | null> {
  const handle = await files.open(path);
  if (!handle) return null;
  try {
    const { ino, size, mtimeMs } = await handle.stat();
    const head = await handle.read(0, HEAD_BYTES);
    return { handle, number, ino, size, mtimeMs, generation: generationOf(head, ino, number > 0) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * False when the newest part was emptied by a rotation since it was opened: what was read from it may be two texts
 * mixed, and whoever read it starts over. Parts that are renamed stay intact under their open handle.
 */
export async function isIntact(part: LogPart): Promise<boolean> {
  if ((await part.handle.stat()).size < part.size) return false;
  if (part.generation === null) return true;
  return generationOf(await part.handle.read(0, HEAD_BYTES), part.ino, part.number > 0) === part.generation;
}

export async function closeParts(parts: readonly LogPart[]): Promise<void> {
  for (const part of parts) await part.handle.close();
}

/** A part that is not written any more may lack the end of its only line. */
function generationOf(head: Uint8Array, ino: number, ended: boolean): string | null {
  const newline = head.indexOf(10);
  if (newline === -1 && head.length < HEAD_BYTES && !(ended && head.length > 0)) return null;
  const first = newline === -1 ? head : head.subarray(0, newline);
  return `${hash(first)}-${ino.toString(36)}`;
}

export function cursorAt(generation: string, offset: number): string {
  return `${generation}:${offset}`;
}

/** Throws LogCursorError when the text is none. */
export function parseCursor(text: string): Cursor {
  const match = /^([0-9a-z]{1,20})-([0-9a-z]{1,20}):(\d{1,16})$/.exec(text);
  if (!match) throw new LogCursorError("This is not a position in a log.");
  return { hash: match[1] ?? "", ino: match[2] ?? "", offset: Number(match[3]) };
}

/** Index of the part a cursor points into; -1 when it was rotated away. */
export function findPart(parts: readonly LogPart[], { hash, ino, offset }: Cursor): number {
  const reaches = (part: LogPart) => offset <= part.size;
  const same = parts.findIndex((part) => part.generation === `${hash}-${ino}` && reaches(part));
  if (same !== -1) return same;
  // Rotated by copy: the same beginning in another file.
  return parts.findIndex((part) => part.generation?.split("-")[0] === hash && reaches(part));
}

/** cyrb53: 53 bits, enough to tell a handful of files apart, and no module of Node needed. */
function hash(bytes: Uint8Array): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (const byte of bytes) {
    a = Math.imul(a ^ byte, 2654435761);
    b = Math.imul(b ^ byte, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return (4294967296 * (2097151 & b) + (a >>> 0)).toString(36);
}
