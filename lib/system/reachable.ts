/**
 * Whether other users can get to a path. When Monban is root, nginx, the panel and the sites are other users, and a
 * folder such as /root (mode 0700) above their files would shut them out.
 */
import { chmod, realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";

const SEARCH_FOR_OTHERS = 0o001;

/** Folders on the way to `path` (itself included) that other users may not pass, outermost first. */
export async function blockedFolders(path: string): Promise<string[]> {
  const blocked: string[] = [];
  let folder = await nearestExisting(path);
  for (;;) {
    const { mode } = await stat(folder);
    if ((mode & SEARCH_FOR_OTHERS) === 0) blocked.unshift(folder);
    const parent = dirname(folder);
    if (parent === folder) return blocked;
    folder = parent;
  }
}

/** Temporary folders are ours to open a little: they hold nothing of anybody else. */
export function isTemporary(folder: string): boolean {
  return /^\/(tmp|var\/tmp)\/[^/]/.test(folder);
}

/** Lets other users pass the folder without letting them list it. */
export async function letPass(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  await chmod(folder, (mode & 0o7777) | SEARCH_FOR_OTHERS);
}

async function nearestExisting(path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const real = await realpath(folder).catch(() => null);
    if (real !== null) return real;
  }
}
