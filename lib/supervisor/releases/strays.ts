/** Finds what an application wrote into a release. */
import { sitePaths } from "../../core/layout.ts";
import { isRunTimeNoise, isWithin, type TreeEntry } from "../../core/release-files.ts";
import { decideStrays, suspectedChanges } from "../../core/strays.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { StrayFile } from "../../schema/release.ts";
import type { Manifest, PersistentEntry } from "../../schema/release-files.ts";
import type { Place } from "./place.ts";
import { readTree } from "./read-tree.ts";
import { readManifest, readPersistentTable } from "./release-records.ts";

/** An upload folder in the wrong place may be large; beyond this the release cannot be looked through. */
export const MAX_RUN_TIME_ENTRIES = 1_000_000;

/** Files that appeared or changed in a release at run time. Empty for one that runs in place or has been pruned. */
export async function findStrays(
  place: Place,
  site: Pick<DesiredSite, "spec">,
  number: number,
): Promise<StrayFile[]> {
  const { name, source } = site.spec;
  const manifest = await readManifest(place, name, number);
  const folder = sitePaths(place.instance, name).release(number);
  if (!manifest || !(await place.system.files.stat(folder))) return [];
  const tree = await readRunTimeTree(place, folder);
  const changed = await changedFiles(place, folder, manifest, tree);
  const locations = new Set((await readPersistentTable(place, name)).entries.map((entry) => entry.location));
  const sourceRoot = (await place.system.files.realPath(source.path)) ?? source.path;
  const links = new Map<string, string>();
  for (const { path, target } of tree) {
    if (target === undefined || manifest.symlinks[path] !== undefined) continue;
    if (locations.has(target) || isWithin(target, sourceRoot)) links.set(path, target);
  }
  return decideStrays({ manifest, tree, links, changed });
}

export function readRunTimeTree(place: Place, folder: string): Promise<TreeEntry[]> {
  return readTree({
    system: place.system,
    root: folder,
    maxEntries: MAX_RUN_TIME_ENTRIES,
    leaveOut: ({ kind }, name, childNames) => isRunTimeNoise(name, kind, childNames),
  });
}

/** A new time alone is no change: content of the same size is read and compared. */
async function changedFiles(
  place: Place,
  folder: string,
  manifest: Manifest,
  tree: TreeEntry[],
): Promise<Set<string>> {
  const changed = new Set<string>();
  for (const { path, size } of suspectedChanges(manifest, tree)) {
    const was = manifest.files[path]!;
    const same = was.size === size && (await place.system.files.hash(`${folder}/${path}`)) === was.sha256;
    if (!same) changed.add(path);
  }
  return changed;
}

/** The same as rows for the table of persistent paths, each at the place where it was found. */
export async function newlyFound(
  context: Place,
  site: Pick<DesiredSite, "spec">,
  number: number,
): Promise<PersistentEntry[]> {
  const folder = sitePaths(context.instance, site.spec.name).release(number);
  const manifest = await readManifest(context, site.spec.name, number);
  return (await findStrays(context, site, number)).map(({ path, kind, change }) => ({
    path,
    kind,
    location: `${folder}/${path}`,
    reason: `the application ${change === "changed" ? "changed" : "wrote"} it in release ${number}`,
    foundInRelease: number,
    sourceHash: change === "changed" ? (manifest?.files[path]?.sha256 ?? null) : null,
  }));
}
