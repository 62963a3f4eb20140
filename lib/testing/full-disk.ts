/** A disk with no room left: a real one of 1 MB where that is allowed, else the door to the files says so. */
import { execFile } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { promisify } from "node:util";
import type { LogFiles } from "../system/log-files.ts";
import { realLogFiles } from "../system/real-log-files.ts";

const run = promisify(execFile);

export type SmallDisk = {
  folder: string;
  /** Like the real ones; copies fail as they do on a full disk where no small disk could be made. */
  logFiles: LogFiles;
  isReal: boolean;
  remove(): Promise<void>;
};

/** A file system of 1 MB mounted at `folder`. */
export async function mountSmallDisk(folder: string): Promise<SmallDisk> {
  await mkdir(folder, { recursive: true });
  const mounted = await run("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0755", "tmpfs", folder]).then(
    () => true,
    () => false,
  );
  if (mounted) {
    return {
      folder,
      logFiles: realLogFiles,
      isReal: true,
      remove: async () => void (await run("umount", ["-l", folder])),
    };
  }
  const full = async () => {
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  };
  const logFiles = { ...realLogFiles, rotateByCopy: full };
  return { folder, logFiles, isReal: false, remove: async () => undefined };
}
