/** Log files on the real disk. Symbolic links are never followed: a log folder may be writable for another user. */
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  writeSync,
} from "node:fs";
import * as fs from "node:fs/promises";
import type { CopyRotation, LogFiles, LogStat } from "./log-files.ts";

const COPY_CHUNK_BYTES = 1024 * 1024;

const { O_RDONLY, O_RDWR, O_APPEND, O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;

export const realLogFiles: LogFiles = {
  async stat(path) {
    const stat = await missingIsNull(fs.lstat(path));
    return stat?.isFile() ? logStat(stat) : null;
  },

  async open(path) {
    const file = await missingIsNull(fs.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK), ["ELOOP"]);
    if (!file) return null;
    if (!(await file.stat()).isFile()) {
      await file.close();
      return null;
    }
    return {
      stat: async () => logStat(await file.stat()),
      async read(offset, length) {
        const buffer = new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await file.read(buffer, filled, length - filled, offset + filled);
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return buffer.subarray(0, filled);
      },
      close: () => file.close(),
    };
  },

  async rotateByRename(path, keep) {
    const stat = await fs.lstat(path);
    const fresh = `${path}.rotating`;
    try {
      closeSync(createLike(fresh, stat));
      shiftParts(path, keep);
      renameSync(path, `${path}.1`);
      renameSync(fresh, path);
    } catch (error) {
      rmSync(fresh, { force: true });
      throw error;
    }
  },

  async rotateByCopy(path, options) {
    const source = openSync(path, O_RDWR | O_APPEND | O_NOFOLLOW);
    try {
      return await copyAndEmpty(path, source, options);
    } finally {
      closeSync(source);
    }
  },

  async removeOldestPart(path, keep) {
    for (let part = keep; part >= 1; part--) {
      const stat = await missingIsNull(fs.lstat(`${path}.${part}`));
      if (!stat) continue;
      await fs.rm(`${path}.${part}`, { force: true });
      return true;
    }
    return false;
  },
};

async function copyAndEmpty(path: string, source: number, { keep, header, maxCopyBytes }: CopyRotation) {
  const stat = fstatSync(source);
  const temp = `${path}.rotating`;
  const target = createLike(temp, stat);
  const buffer = new Uint8Array(COPY_CHUNK_BYTES);
  const start = stat.size > maxCopyBytes ? lineStartAfter(source, stat.size - maxCopyBytes, buffer) : 0;
  let position = start;
  let published = false;
  const copyChunk = () => {
    const read = readSync(source, buffer, 0, buffer.length, position);
    for (let written = 0; written < read; ) written += writeSync(target, buffer, written, read - written);
    position += read;
    return read;
  };
  try {
    // The bulk is copied chunk by chunk, with a pause between two so that nobody else has to wait.
    while (position < stat.size && copyChunk() > 0) await nextTurn();
    // From here on nothing is awaited, so that the time between the last read and the truncation is the shortest.
    while (copyChunk() > 0);
    shiftParts(path, keep);
    renameSync(temp, `${path}.1`);
    published = true;
    while (copyChunk() > 0);
    ftruncateSync(source, 0);
  } catch (error) {
    rmSync(published ? `${path}.1` : temp, { force: true });
    throw error;
  } finally {
    closeSync(target);
  }
  writeHeader(source, header);
  return { droppedBytes: start };
}

/** The rotation is done whether or not there is room for its header. */
function writeHeader(source: number, header: string): void {
  try {
    writeSync(source, `${header}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}

function lineStartAfter(source: number, offset: number, buffer: Uint8Array): number {
  const read = readSync(source, buffer, 0, buffer.length, offset);
  const newline = buffer.subarray(0, read).indexOf(10);
  return newline === -1 ? offset : offset + newline + 1;
}

function createLike(path: string, stat: Stats): number {
  rmSync(path, { force: true });
  const file = openSync(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    const own = fstatSync(file);
    if (own.uid !== stat.uid || own.gid !== stat.gid) fchownSync(file, stat.uid, stat.gid);
    fchmodSync(file, stat.mode & 0o777);
  } catch (error) {
    closeSync(file);
    rmSync(path, { force: true });
    throw error;
  }
  return file;
}

function shiftParts(path: string, keep: number): void {
  rmSync(`${path}.${keep}`, { force: true });
  for (let part = keep - 1; part >= 1; part--) {
    try {
      renameSync(`${path}.${part}`, `${path}.${part + 1}`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

function logStat(stat: Stats): LogStat {
  return { ino: stat.ino, size: stat.size, mtimeMs: stat.mtimeMs };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function missingIsNull<Value>(promise: Promise<Value>, also: string[] = []): Promise<Value | null> {
  try {
    return await promise;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (code === "ENOENT" || code === "ENOTDIR" || also.includes(code)) return null;
    throw error;
  }
}
