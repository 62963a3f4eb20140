/** Log files on a disk made of data. A handle sees the file that is at its path, not one that was renamed meanwhile. */
import type { FakeFiles } from "../system/fake-files.ts";
import type { LogFiles, LogStat } from "../system/log-files.ts";

export function createFakeLogFiles(files: FakeFiles): LogFiles {
  async function stat(path: string): Promise<LogStat | null> {
    const found = await files.stat(path);
    return found?.kind === "file" ? { ino: found.ino, size: found.size, mtimeMs: found.mtimeMs } : null;
  }

  async function shift(path: string, keep: number): Promise<void> {
    for (let part = keep; part > 1; part -= 1) {
      if (await stat(`${path}.${part - 1}`)) await files.rename(`${path}.${part - 1}`, `${path}.${part}`);
    }
  }

  return {
    stat,
    async open(path) {
      if ((await stat(path)) === null) return null;
      return {
        stat: async () => (await stat(path)) ?? { ino: 0, size: 0, mtimeMs: 0 },
        read: async (offset, length) => (await files.readBytes(path, offset, length)) ?? new Uint8Array(),
        close: async () => undefined,
      };
    },
    async rotateByRename(path, keep) {
      await shift(path, keep);
      await files.rename(path, `${path}.1`);
      await files.writeAtomic(path, "");
    },
    async rotateByCopy(path, { keep, header, maxCopyBytes }) {
      const size = (await stat(path))?.size ?? 0;
      const from = Math.max(0, size - maxCopyBytes);
      const kept = (await files.readBytes(path, from, maxCopyBytes)) ?? new Uint8Array();
      await shift(path, keep);
      await files.writeAtomic(`${path}.1`, kept);
      await files.writeAtomic(path, header);
      return { droppedBytes: from };
    },
    async removeOldestPart(path, keep) {
      for (let part = keep; part >= 1; part -= 1) {
        if ((await stat(`${path}.${part}`)) === null) continue;
        await files.remove(`${path}.${part}`);
        return true;
      }
      return false;
    },
  };
}
