/** Lists a folder tree without following links, within bounds. */
import type { TreeEntry } from "../../core/release-files.ts";
import type { System } from "../../system/system.ts";

const STATS_AT_ONCE = 64;

/** A tree that has more entries than anybody meant it to have. */
export class TreeTooLarge extends Error {
  readonly tree: TreeEntry[];
  constructor(root: string, tree: TreeEntry[]) {
    super(`${root} holds more than ${tree.length} files and folders`);
    this.tree = tree;
  }
}

/**
 * `leaveOut` decides for each entry, a folder with the names inside it; what is left out is not entered. Entries are
 * in order of their folders. Things that vanish while it reads are left out.
 */
export async function readTree(args: {
  system: System;
  root: string;
  maxEntries: number;
  leaveOut: (entry: TreeEntry, name: string, childNames: string[]) => boolean;
  signal?: AbortSignal;
  /** Folders that cannot be read are told and left empty; without it they are an error. */
  onUnreadable?: (path: string) => void;
}): Promise<TreeEntry[]> {
  const { root, maxEntries, leaveOut, signal } = args;
  const { files } = args.system;
  const tree: TreeEntry[] = [];
  const folders = [{ path: "", names: await files.list(root) }];

  for (let folder = folders.shift(); folder; folder = folders.shift()) {
    for (let at = 0; at < folder.names.length; at += STATS_AT_ONCE) {
      signal?.throwIfAborted();
      const names = folder.names.slice(at, at + STATS_AT_ONCE);
      const prefix = folder.path === "" ? "" : `${folder.path}/`;
      const entries = await Promise.all(names.map((name) => look(`${prefix}${name}`)));
      for (const [index, found] of entries.entries()) {
        if (!found || leaveOut(found.entry, names[index]!, found.childNames)) continue;
        tree.push(found.entry);
        if (found.entry.kind === "directory")
          folders.push({ path: found.entry.path, names: found.childNames });
        if (tree.length > maxEntries) throw new TreeTooLarge(root, tree);
      }
    }
  }
  return tree;

  async function look(path: string): Promise<{ entry: TreeEntry; childNames: string[] } | null> {
    const full = `${root}/${path}`;
    const stat = await files.stat(full);
    if (!stat) return null;
    const { kind, size, mtimeMs, ino, mode } = stat;
    const entry: TreeEntry = { path, kind, size, mtimeMs, ino, mode };
    if (kind === "symlink") {
      const target = await files.readLink(full);
      if (target === null) return null;
      entry.target = target;
    }
    return { entry, childNames: kind === "directory" ? await namesIn(path, full) : [] };
  }

  async function namesIn(path: string, full: string): Promise<string[]> {
    try {
      return await files.list(full);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (!args.onUnreadable || (code !== "EACCES" && code !== "EPERM")) throw cause;
      args.onUnreadable(path);
      return [];
    }
  }
}
