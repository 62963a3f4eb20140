/**
 * Changes inside folders that a site's application can write to. When Monban is root they are made by programs that
 * run as the site's user, so that a symbolic link planted there cannot lead root to somebody else's files.
 */
import { parentOf } from "../../core/release-files.ts";
import type { Account, System } from "../../system/system.ts";

const FILE_COMMAND_TIMEOUT_MS = 60_000;
/** Moving data between file systems copies it. */
const COPY_TIMEOUT_MS = 3_600_000;
const PATHS_PER_COMMAND = 200;

export type SiteFiles = {
  makeFolder(path: string): Promise<void>;
  /** A symbolic link, put in place by one rename. */
  link(target: string, path: string): Promise<void>;
  /** To a name that is free, on the same file system. */
  rename(from: string, to: string): Promise<void>;
  /** With owners, modes and times, brought to disk before it returns. */
  copyTree(from: string, to: string): Promise<void>;
  /** Files and whole folders; missing ones are fine. */
  remove(paths: string[]): Promise<void>;
};

export function siteFiles(system: System, user: Account): SiteFiles {
  const { accounts, files } = system;
  const isOther = accounts.privileged && user.uid !== accounts.self.uid;

  async function run(file: string, args: string[], timeoutMs = FILE_COMMAND_TIMEOUT_MS): Promise<void> {
    const result = await system.run({
      file,
      args,
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
      ...(isOther ? { uid: user.uid, gid: user.gid } : {}),
      timeoutMs,
    });
    if (result.exitCode === 0) return;
    const why = result.timedOut ? `it took longer than ${timeoutMs} ms` : result.stderr.trim();
    throw new Error(`${file} as ${user.name} failed: ${why || `exit ${result.exitCode}`}`);
  }

  return {
    async makeFolder(path) {
      if (isOther) await run("mkdir", ["-p", "--", path]);
      else await files.makeFolder(path);
    },
    async link(target, path) {
      if (isOther) await run("ln", ["-sfT", "--", target, path]);
      else await files.linkAtomic(target, path);
    },
    async rename(from, to) {
      if (await files.stat(to)) throw new Error(`${to} exists already`);
      if (isOther) await run("mv", ["-nT", "--", from, to]);
      else await files.rename(from, to);
      if (await files.stat(from)) throw new Error(`${from} could not be moved to ${to}`);
    },
    async copyTree(from, to) {
      await run("cp", ["-a", "--reflink=auto", "-T", "--", from, to], COPY_TIMEOUT_MS);
      await run("sync", ["-f", "--", to], COPY_TIMEOUT_MS);
    },
    async remove(paths) {
      if (!isOther) {
        for (const path of paths) await files.remove(path);
        return;
      }
      for (let at = 0; at < paths.length; at += PATHS_PER_COMMAND) {
        await run("rm", ["-rf", "--", ...paths.slice(at, at + PATHS_PER_COMMAND)]);
      }
    },
  };
}

/**
 * Removes a folder whose contents belong to the site's user while the folder above it is Monban's own.
 * A folder without write permission for its owner would keep its contents from `rm`; that is an error, not a loss.
 */
export async function removeOwnedFolder(system: System, user: Account, path: string): Promise<void> {
  const names = await system.files.list(path);
  await siteFiles(system, user).remove(names.map((name) => `${path}/${name}`));
  await system.files.remove(path);
}

/** Makes the folder that is to hold `path`. */
export function makeParent(files: SiteFiles, path: string): Promise<void> {
  return files.makeFolder(parentOf(path));
}
