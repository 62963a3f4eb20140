/** Keeps logs within bounds. Never throws into the loop: what went wrong is returned as a notice. */

import type { LogFiles } from "../../system/log-files.ts";
import type { Clock, Files } from "../../system/system.ts";
import { instantText } from "./instant-text.ts";
import { DEFAULT_KEPT_PARTS } from "./log-parts.ts";
import type { LogPaths } from "./read-page.ts";

export const DEFAULT_ROTATE_AT_BYTES = 10 * 1024 ** 2;
/** A log that grew past this before anybody looked is kept in its last part only. */
const MAX_COPY_FACTOR = 4;

export type RotatedLog = {
  path: string;
  /**
   * `rename`: its writer opens it again when told to; nothing is lost. `copy`: its writers hold it open for good;
   * lines written within some microseconds of the truncation are lost.
   */
  by: "rename" | "copy";
};

export type LogNotice = { level: "info" | "warning" | "error"; code: string; detail: string };

export type LogRotation = {
  /**
   * Looks at every log once, rotates what is too large and then has nginx open its logs again, once for all. Also
   * once after start, since nobody knows whether the process before got that far.
   */
  turn(logs: readonly RotatedLog[]): Promise<{ rotated: string[]; notices: LogNotice[] }>;
};

export type LogRotationOptions = {
  files: LogFiles;
  clock: Pick<Clock, "now">;
  /** Sends USR1 to the nginx master; resolves when there is none, because it opens its logs when it starts. */
  reopen: () => Promise<void>;
  rotateAtBytes?: number;
  keep?: number;
};

/** The logs of a site and how each is rotated. */
export function siteLogs(paths: LogPaths): RotatedLog[] {
  return [
    { path: paths.accessLog, by: "rename" },
    { path: paths.errorLog, by: "rename" },
    { path: paths.appLog, by: "copy" },
  ];
}

/** The logs of a site that is purged, with all parts. */
export async function removeSiteLogs(files: Pick<Files, "remove">, paths: { logs: string }): Promise<void> {
  await files.remove(paths.logs);
}

export function createLogRotation(options: LogRotationOptions): LogRotation {
  const {
    files,
    clock,
    reopen,
    rotateAtBytes = DEFAULT_ROTATE_AT_BYTES,
    keep = DEFAULT_KEPT_PARTS,
  } = options;
  let mustReopen = true;

  return {
    async turn(logs) {
      const rotated: string[] = [];
      const notices: LogNotice[] = [];
      for (const log of logs) {
        try {
          const stat = await files.stat(log.path);
          if (!stat || stat.size < rotateAtBytes) continue;
          const notice = await rotateMakingRoom(log);
          if (notice) notices.push(notice);
          rotated.push(log.path);
          if (log.by === "rename") mustReopen = true;
        } catch (error) {
          notices.push(failure(log.path, error));
        }
      }
      if (mustReopen) {
        try {
          await reopen();
          mustReopen = false;
        } catch (error) {
          notices.push({
            level: "warning",
            code: "log-reopen-failed",
            detail: `nginx was not told to open its logs again and writes to the rotated ones: ${words(error)}. Monban tries again.`,
          });
        }
      }
      return { rotated, notices };
    },
  };

  /** On a full disk the oldest part goes first; it was about to go anyway. */
  async function rotateMakingRoom(log: RotatedLog): Promise<LogNotice | null> {
    try {
      return await rotate(log);
    } catch (error) {
      if (!isFull(error) || !(await files.removeOldestPart(log.path, keep))) throw error;
      return rotate(log);
    }
  }

  async function rotate(log: RotatedLog): Promise<LogNotice | null> {
    if (log.by === "rename") {
      await files.rotateByRename(log.path, keep);
      return null;
    }
    const header = `[${instantText(clock.now())}] [monban] [INFO] This log was rotated; what was before is in the part with .1 at its end.`;
    const maxCopyBytes = rotateAtBytes * MAX_COPY_FACTOR;
    const { droppedBytes } = await files.rotateByCopy(log.path, { keep, header, maxCopyBytes });
    if (droppedBytes === 0) return null;
    return {
      level: "warning",
      code: "log-dropped",
      detail: `${log.path} had grown too fast to be kept: its first ${Math.round(droppedBytes / 1024 ** 2)} MB were dropped.`,
    };
  }
}

function failure(path: string, error: unknown): LogNotice {
  if (isFull(error)) {
    return {
      level: "error",
      code: "disk-full",
      detail: `${path} could not be rotated: no space left on the disk. It stays as it is, and its site goes on.`,
    };
  }
  return {
    level: "warning",
    code: "log-rotation-failed",
    detail: `${path} could not be rotated: ${words(error)}. It stays as it is and goes on growing.`,
  };
}

function isFull(error: unknown): boolean {
  const code = (error as { code?: string } | null)?.code;
  return code === "ENOSPC" || code === "EDQUOT";
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
