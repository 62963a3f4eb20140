/** Files on the real disk. What is written is whole: a sibling is written, brought to disk and renamed. */
import { createHash, randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import * as fs from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { runProgram } from "./run-program.ts";
import type { CopyOptions, FileKind, FileStat, Files, WriteOptions } from "./system.ts";

/** Private unless somebody says otherwise: most of what Monban writes holds settings, and settings hold secrets. */
export const DEFAULT_FILE_MODE = 0o600;

const HASH_CHUNK_BYTES = 256 * 1024;
const READ_CHUNK_BYTES = 64 * 1024;
const LEAST_CHUNK_BYTES = 512;
/** What is read as a whole is settings and records; the largest is the journal with a few MB. */
const MAX_TEXT_BYTES = 64 * 1024 ** 2;
const REMOVE_TIMEOUT_MS = 600_000;

export const realFiles: Files = {
  async readText(path) {
    const file = await openToRead(path);
    if (!file) return null;
    try {
      const text = await readAtMost(file, MAX_TEXT_BYTES);
      if (text === null) throw unfit(path, `is larger than ${MAX_TEXT_BYTES / 1024 ** 2} MB`);
      return text;
    } finally {
      await file.close();
    }
  },

  async readBytes(path, offset, length, into) {
    const file = await openToRead(path);
    if (!file) return null;
    try {
      // Callers name the most they would take, megabytes at times, and some of them ask every second.
      const size = Math.max(0, Math.min(length, (await file.stat()).size - offset));
      const buffer = into && into.length >= size ? into.subarray(0, size) : new Uint8Array(size);
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    } finally {
      await file.close();
    }
  },

  async writeAtomic(path, text, options = {}) {
    const temp = sibling(path);
    try {
      const file = await fs.open(temp, "wx", DEFAULT_FILE_MODE);
      try {
        await file.writeFile(text);
        await setOwner(file, options);
        await file.chmod(options.mode ?? DEFAULT_FILE_MODE);
        await file.sync();
      } finally {
        await file.close();
      }
      await fs.rename(temp, path);
    } catch (error) {
      await fs.rm(temp, { force: true });
      throw error;
    }
    await syncFolder(dirname(path));
  },

  async append(path, text, options = {}) {
    const { O_APPEND, O_CREAT, O_WRONLY, O_NOFOLLOW } = constants;
    const mode = options.mode ?? DEFAULT_FILE_MODE;
    const file = await fs.open(path, O_APPEND | O_CREAT | O_WRONLY | O_NOFOLLOW, mode);
    try {
      if ((await file.stat()).size === 0) {
        await setOwner(file, options);
        await file.chmod(mode);
      }
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  },

  async linkAtomic(target, path) {
    const temp = sibling(path);
    try {
      await fs.symlink(target, temp);
      await fs.rename(temp, path);
    } catch (error) {
      await fs.rm(temp, { force: true });
      throw error;
    }
  },

  readLink: (path) => orNull(fs.readlink(path), ["EINVAL"]),

  async list(path) {
    return ((await orNull(fs.readdir(path))) ?? []).sort();
  },

  async stat(path) {
    const stats = await orNull(fs.lstat(path));
    return stats && toFileStat(stats);
  },

  realPath: (path) => orNull(fs.realpath(path)),

  async makeFolder(path, options = {}) {
    await fs.mkdir(path, { recursive: true, mode: 0o755 });
    if (options.uid === undefined && options.gid === undefined && options.mode === undefined) return;
    const folder = await fs.open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      await setOwner(folder, options);
      if (options.mode !== undefined) await folder.chmod(options.mode);
    } finally {
      await folder.close();
    }
  },

  rename: (from, to) => fs.rename(from, to),
  remove: removeAll,
  own: (path, uid, gid) => fs.lchown(path, uid, gid),
  setMode: (path, mode) => fs.chmod(path, mode),

  async space(path) {
    const found = await orNull(fs.statfs(path));
    if (!found) return null;
    // Blocks kept for root count neither as free nor as used, as in df.
    const usedBytes = (found.blocks - found.bfree) * found.bsize;
    const freeBytes = found.bavail * found.bsize;
    return { freeBytes, totalBytes: usedBytes + freeBytes };
  },

  copy: copyFile,

  async ownInPlace(path, options) {
    const file = await openWhereItIs(path, ["file", "directory"]);
    try {
      await setOwner(file, options);
      if (options.mode !== undefined) await file.chmod(options.mode);
    } finally {
      await file.close();
    }
  },

  async hash(path) {
    const file = await orNull(openWhereItIs(path));
    if (!file) return null;
    try {
      const hash = createHash("sha256");
      const buffer = Buffer.allocUnsafe(HASH_CHUNK_BYTES);
      for (;;) {
        const { bytesRead } = await file.read(buffer, 0, buffer.length, null);
        if (bytesRead === 0) return hash.digest("hex");
        hash.update(buffer.subarray(0, bytesRead));
      }
    } finally {
      await file.close();
    }
  },
};

/** Never waits for a writer: what a site put in place of a file may be a pipe, or a device without an end. */
async function openToRead(path: string): Promise<fs.FileHandle | null> {
  const file = await orNull(fs.open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY));
  if (!file) return null;
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw unfit(path, "is not a file");
}

/** Null when there is more than `limit` bytes, also when the file grows while it is read or does not say its size. */
async function readAtMost(file: fs.FileHandle, limit: number): Promise<string | null> {
  const chunks: Buffer[] = [];
  const { size: expected } = await file.stat();
  let size = 0;
  for (;;) {
    // Most are small: a large chunk for each would be garbage that the next collection may be minutes away from.
    const left = Math.max(expected - size, LEAST_CHUNK_BYTES);
    const chunk = Buffer.allocUnsafe(Math.min(left, READ_CHUNK_BYTES));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
    if (bytesRead === 0) return Buffer.concat(chunks, size).toString();
    chunks.push(chunk.subarray(0, bytesRead));
    size += bytesRead;
    if (size > limit) return null;
  }
}

function unfit(path: string, why: string): Error {
  return Object.assign(new Error(`${path} ${why}`), { code: "EINVAL", path });
}

/**
 * As root a folder is removed by `rm`, which goes down by open folders: what is exchanged for a link meanwhile, by a
 * program of the site that still runs, leads it nowhere. Node goes by paths.
 */
async function removeAll(path: string): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !(await orNull(fs.lstat(path)))?.isDirectory()) {
    return fs.rm(path, { recursive: true, force: true });
  }
  const { exitCode, stderr } = await runProgram({
    file: "rm",
    args: ["-rf", "--", path],
    cwd: "/",
    env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
    timeoutMs: REMOVE_TIMEOUT_MS,
  });
  if (exitCode !== 0) throw new Error(`${path} could not be removed: ${stderr.trim() || `exit ${exitCode}`}`);
}

/** Clones blocks where the file system can, so that a copy is quick and yet its own file. */
async function copyFile(from: string, to: string, options: CopyOptions = {}): Promise<FileStat> {
  const source = await openWhereItIs(from);
  try {
    const before = await source.stat();
    await fs.copyFile(`/proc/self/fd/${source.fd}`, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const target = await fs.open(to, "r+");
    try {
      await setOwner(target, options);
      await target.chmod(options.mode ?? before.mode & 0o777);
      await target.utimes(before.atimeMs / 1000, before.mtimeMs / 1000);
      if (options.sync) await target.sync();
    } finally {
      await target.close();
    }
    return toFileStat(before);
  } finally {
    await source.close();
  }
}

/**
 * Opens it only if it really lies at `path`: a symbolic link anywhere on the way is refused, also one
 * that was put there between looking and opening. Folders of sites are written to by programs that are not ours.
 */
async function openWhereItIs(path: string, kinds: FileKind[] = ["file"]): Promise<fs.FileHandle> {
  const file = await fs.open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  const real = await fs.readlink(`/proc/self/fd/${file.fd}`);
  if (real === path && kinds.includes(kindOf(await file.stat()))) return file;
  await file.close();
  throw Object.assign(new Error(`${path} is not a ${kinds.join(" or ")} at its real path (found ${real})`), {
    code: "ELOOP",
    path,
  });
}

function sibling(path: string): string {
  return join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString("hex")}.tmp`);
}

async function setOwner(file: fs.FileHandle, { uid, gid }: WriteOptions): Promise<void> {
  if (uid === undefined && gid === undefined) return;
  const now = await file.stat();
  if (now.uid === (uid ?? now.uid) && now.gid === (gid ?? now.gid)) return;
  await file.chown(uid ?? now.uid, gid ?? now.gid);
}

/** A rename is on disk only when its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await fs.open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function toFileStat(stats: Stats): FileStat {
  const { size, uid, gid, mtimeMs, ino, dev } = stats;
  return { kind: kindOf(stats), size, mode: stats.mode & 0o7777, uid, gid, mtimeMs, ino, device: dev };
}

function kindOf(stats: Stats): FileKind {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  return "other";
}

async function orNull<T>(promise: Promise<T>, also: string[] = []): Promise<T | null> {
  try {
    return await promise;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (["ENOENT", "ENOTDIR", ...also].includes(code)) return null;
    throw error;
  }
}
