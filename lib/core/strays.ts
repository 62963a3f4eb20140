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

/** What a release that takes over has at a path. `sourceHash` is set for a file that is as the source gave it. */
export type Standing = { kind: "none" } | { kind: "directory" } | { kind: "file"; sourceHash: string | null };

export type CarryPlan = {
  /** New rows of the persistent table; each becomes a link. */
  carry: PersistentEntry[];
  /** Both sides have something of their own there: the new release keeps its own, the old data stays where it is. */
  conflicts: { path: string; location: string }[];
};

/**
 * Plans how data found in release `from` stays visible in the release that takes over. `inside` lists what a stray
 * folder holds, relative to the release it lies in.
 */
export function planCarryOver(args: {
  from: number;
  fromFolder: string;
  fromManifest: Manifest;
  strays: StrayFile[];
  inside: (folder: string) => TreeEntry[];
  standing: (path: string) => Standing;
  /** Paths that are links to data already. */
  linked: Set<string>;
}): CarryPlan {
  const { from, fromFolder, fromManifest, inside, standing, linked } = args;
  const plan: CarryPlan = { carry: [], conflicts: [] };

  function consider(path: string, kind: "file" | "directory", change: StrayFile["change"]) {
    if (linked.has(path)) return;
    const location = `${fromFolder}/${path}`;
    const blocked = ancestorsOf(path).some((ancestor) => standing(ancestor).kind === "file");
    const there = standing(path);
    if (!blocked && kind === "directory" && there.kind === "directory") {
      for (const child of inside(path)) {
        consider(child.path, child.kind === "directory" ? "directory" : "file", "appeared");
      }
      return;
    }
    const sourceHash = change === "changed" ? (fromManifest.files[path]?.sha256 ?? null) : null;
    const isFree = there.kind === "none";
    const isUnchanged = there.kind === "file" && sourceHash !== null && there.sourceHash === sourceHash;
    if (blocked || !(isFree || isUnchanged)) {
      plan.conflicts.push({ path, location });
      return;
    }
    const verb = change === "changed" ? "changed" : "wrote";
    const reason = `the application ${verb} it in release ${from}`;
    plan.carry.push({ path, kind, location, reason, foundInRelease: from, sourceHash });
  }

  for (const { path, kind, change } of args.strays) consider(path, kind, change);
  return plan;
}
