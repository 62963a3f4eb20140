/**
 * Data that an application wrote into a release instead of into one of its persistent paths: how it is told from
 * the code, and how it stays visible in the next release without being moved under a process that may have it open.
 */
import type { StrayFile } from "../schema/release.ts";
import type { Manifest, PersistentEntry } from "../schema/release-files.ts";
import { ancestorsOf, databaseOfCompanion, isSameFile, isWithin, type TreeEntry } from "./release-files.ts";

/** Files whose time or size differ from what the source gave; those of the same size are worth a look inside. */
export function suspectedChanges(manifest: Manifest, tree: TreeEntry[]): TreeEntry[] {
  return tree.filter(({ path, kind, ...now }) => {
    const was = manifest.files[path];
    return kind === "file" && was !== undefined && !isSameFile(was, now);
  });
}

/**
 * `tree` is the release as it lies there, run-time noise left out. `links` are paths that Monban linked to data.
 * `changed` are the suspected files whose content really differs.
 */
export function decideStrays(args: {
  manifest: Manifest;
  tree: TreeEntry[];
  links: Map<string, string>;
  changed: Set<string>;
}): StrayFile[] {
  const { manifest, tree, links, changed } = args;
  const known = new Set([
    ...manifest.directories,
    ...Object.keys(manifest.files),
    ...Object.keys(manifest.symlinks),
  ]);
  const present = new Set(tree.map(({ path }) => path));
  // Folders made only to hold a link are Monban's as well.
  const ours = new Set([...links.keys()].flatMap((path) => [path, ...ancestorsOf(path)]));
  const strays: StrayFile[] = [];
  const appearedFolders: string[] = [];

  for (const entry of [...tree].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const { path, kind, size } = entry;
    const database = databaseOfCompanion(path);
    if (database !== null && present.has(database)) continue;
    if (changed.has(path)) {
      strays.push({ path, kind: "file", sizeBytes: size, change: "changed" });
      continue;
    }
    if (known.has(path) || ours.has(path)) continue;
    if (appearedFolders.some((folder) => isWithin(path, folder))) continue;
    if (kind === "directory") {
      const inside = tree.filter((other) => other.kind !== "directory" && isWithin(other.path, path));
      appearedFolders.push(path);
      strays.push({
        path,
        kind: "directory",
        sizeBytes: inside.reduce((sum, other) => sum + other.size, 0),
        change: "appeared",
      });
      continue;
    }
    strays.push({ path, kind: "file", sizeBytes: kind === "file" ? size : 0, change: "appeared" });
  }
  return strays;
}

export type ReleaseKind = "new-release" | "older-release" | "live-release";

/** What a release has at a path where data is to become visible. */
export type Standing =
  | { kind: "none" }
  | { kind: "directory"; untouched: boolean }
  /** `sourceHash` is set while it is as the source gave it. */
  | { kind: "file"; sourceHash: string | null };

/**
 * Whether data takes the place of what a release has there. `link`: the place is free, or holds a copy nobody
 * wrote to. `descend`: both are folders, so their contents are considered one by one. `set-aside`: it gives way
 * but is kept. `conflict`: the release keeps its own and the data stays where it is.
 *
 * In a new release the source wins over data when it changed after the data was found. In an older release that is
 * about to serve again the data wins, so that all releases see the same. In a release that serves right now nothing
 * gives way: a process may have it open, and what it writes to a file without a name is lost.
 */
export function decideCarry(args: {
  data: Pick<PersistentEntry, "kind" | "sourceHash">;
  standing: Standing;
  into: ReleaseKind;
}): "link" | "descend" | "set-aside" | "conflict" {
  const { data, standing, into } = args;
  if (standing.kind === "none") return "link";
  if (into === "live-release") return "conflict";
  if (into === "older-release") {
    if (standing.kind === "directory") return standing.untouched ? "link" : "set-aside";
    return standing.sourceHash !== null ? "link" : "set-aside";
  }
  if (standing.kind === "directory") return data.kind === "directory" ? "descend" : "conflict";
  return data.sourceHash !== null && data.sourceHash === standing.sourceHash ? "link" : "conflict";
}

/**
 * Where the link for `path` belongs: in the release, or, when a folder above it is itself a link to data, there.
 * `links` are the paths and locations of such folders.
 */
export function linkPlace(
  path: string,
  release: string,
  links: { path: string; location: string }[],
): string {
  const above = links
    .filter((link) => link.path !== path && isWithin(path, link.path))
    .sort((a, b) => b.path.length - a.path.length)[0];
  return above ? `${above.location}${path.slice(above.path.length)}` : `${release}/${path}`;
}

/**
 * Whether a file found at a declared path is newer than the source's own: the application replaced the link that led
 * there (as programs do that write a new file and rename it), or it changed a copy of what the source still has.
 */
export function isNewerThanSource(args: {
  found: Pick<PersistentEntry, "kind" | "sourceHash" | "supersedes">;
  hadLink: boolean;
  sourceHashNow: string | null;
}): boolean {
  const { found, hadLink, sourceHashNow } = args;
  if (found.kind === "directory") return false;
  if (found.supersedes || hadLink) return true;
  return found.sourceHash !== null && found.sourceHash === sourceHashNow;
}
