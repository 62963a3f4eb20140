/** Makes data visible in a release: every persistent path becomes a symbolic link to where the bytes are. */
import { sitePaths } from "../../core/layout.ts";
import { ancestorsOf, isSameFile, isWithin, parentOf } from "../../core/release-files.ts";
import { decideCarry, linkPlace, type ReleaseKind, type Standing } from "../../core/strays.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { Manifest, PersistentEntry } from "../../schema/release-files.ts";
import type { Account } from "../../system/system.ts";
import type { Place } from "./place.ts";
import { type SiteFiles, siteFiles } from "./site-files.ts";
import { readRunTimeTree } from "./strays.ts";

export type LinkTarget = {
  folder: string;
  manifest: Manifest;
  into: ReleaseKind;
  /** True for a folder nobody but Monban can enter yet: links are then made directly. */
  isPrivate: boolean;
};

/**
 * Links `fixed` entries (declared or settled) first, then considers `found` ones. Returns the entries that are
 * visible now and sentences for people about those that gave way.
 */
export async function linkData(args: {
  context: Place;
  site: Pick<DesiredSite, "spec">;
  user: Account;
  target: LinkTarget;
  fixed: PersistentEntry[];
  found: PersistentEntry[];
}): Promise<{ entries: PersistentEntry[]; notes: string[] }> {
  const { context, site, user, target, fixed, found } = args;
  const { files } = context.system;
  const { folder, manifest, into } = target;
  const asUser = siteFiles(context.system, user);
  const direct = directFiles(context, user);
  const writer = (path: string) => (target.isPrivate && isWithin(path, folder) ? direct : asUser);
  const locations = [...fixed, ...found].map((entry) => entry.location);
  const entries: PersistentEntry[] = [];
  const notes: string[] = [];

  for (const entry of fixed) await consider(entry);
  for (const entry of found) await consider(entry);
  return { entries, notes };

  async function consider(entry: PersistentEntry): Promise<void> {
    if (entries.some(({ path }) => path === entry.path)) {
      const own = entries.find(({ path }) => path === entry.path)!;
      if (own.location === entry.location) return;
      // The same folder in two places: what lies in the second is shown in the first, name by name.
      if (own.kind === "directory" && entry.kind === "directory") return descend(entry);
      notes.push(
        `${entry.path} exists twice; ${own.location} is used and ${entry.location} is kept as it is.`,
      );
      return;
    }
    const folders = entries.filter(({ kind }) => kind === "directory");
    const at = linkPlace(entry.path, folder, folders);
    if (at === entry.location || (await files.readLink(at)) === entry.location) {
      entries.push(entry);
      return;
    }
    const decision = (await isBlocked(at))
      ? "conflict"
      : decideCarry({ data: entry, standing: await look(at), into });
    if (decision === "descend") return descend(entry);
    if (decision === "conflict" || (decision === "set-aside" && holdsData(at))) {
      notes.push(...conflictNote(entry));
      return;
    }
    if (decision === "set-aside") notes.push(await setAside(entry.path, at));
    else if (await files.stat(at)) await writer(at).remove([at]);
    await writer(at).makeFolder(parentOf(at));
    await writer(at).link(entry.location, at);
    entries.push(entry);
  }

  function conflictNote({ path, location, foundInRelease }: PersistentEntry): string[] {
    if (into !== "live-release") {
      return [
        `${path} is in the new source and was also written by the application: the source's is used, the other is kept at ${location}.`,
      ];
    }
    // What was declared while the release was serving takes effect with the next one.
    if (foundInRelease === null) return [];
    return [
      `${path} was written in two releases: ${folder} keeps its own, the other is kept at ${location}.`,
    ];
  }

  async function descend(entry: PersistentEntry): Promise<void> {
    for (const name of await files.list(entry.location)) {
      const location = `${entry.location}/${name}`;
      const kind = (await files.stat(location))?.kind === "directory" ? "directory" : "file";
      await consider({ ...entry, path: `${entry.path}/${name}`, kind, location });
    }
  }

  /** True when a file stands where a folder is needed. */
  async function isBlocked(at: string): Promise<boolean> {
    if (!isWithin(at, folder)) return false;
    for (const ancestor of ancestorsOf(at.slice(folder.length + 1))) {
      const stat = await files.stat(`${folder}/${ancestor}`);
      if (!stat) return false;
      if (stat.kind !== "directory") return true;
    }
    return false;
  }

  async function look(at: string): Promise<Standing> {
    const stat = await files.stat(at);
    if (!stat) return { kind: "none" };
    // A link that is not of the source is one of Monban's to an older place; it holds nothing itself.
    if (stat.kind === "symlink" && isWithin(at, folder) && !manifest.symlinks[at.slice(folder.length + 1)]) {
      return { kind: "none" };
    }
    const path = isWithin(at, folder) ? at.slice(folder.length + 1) : null;
    if (stat.kind === "directory")
      return { kind: "directory", untouched: path !== null && (await isUntouched(path)) };
    const was = path === null ? undefined : manifest.files[path];
    const isAsGiven = was !== undefined && stat.kind === "file" && isSameFile(was, stat);
    return { kind: "file", sourceHash: isAsGiven ? was.sha256 : null };
  }

  async function isUntouched(path: string): Promise<boolean> {
    const at = `${folder}/${path}`;
    if (holdsData(at)) return false;
    const known = new Set([...manifest.directories, ...Object.keys(manifest.symlinks)]);
    const tree = await readRunTimeTree(context, at);
    return tree.every((inside) => {
      const inRelease = `${path}/${inside.path}`;
      const was = manifest.files[inRelease];
      if (inside.kind === "file") return was !== undefined && isSameFile(was, inside);
      return known.has(inRelease);
    });
  }

  function holdsData(at: string): boolean {
    return locations.some((location) => isWithin(location, at));
  }

  async function setAside(path: string, at: string): Promise<string> {
    const home = sitePaths(context.instance, site.spec.name).home;
    const folderOfAll = `${home}/aside`;
    await files.makeFolder(folderOfAll, ownership(context, user));
    const stem = `${folderOfAll}/${manifest.release}/${path}`;
    let to = stem;
    for (let copy = 2; await files.stat(to); copy += 1) to = `${stem}.${copy}`;
    await asUser.makeFolder(parentOf(to));
    await asUser.rename(at, to);
    return `${path} had been changed in release ${manifest.release}; that version was set aside as ${to}.`;
  }
}

/** Owner of folders that belong to a site's application. */
export function ownership(context: Place, user: Account): { mode: number; uid?: number; gid?: number } {
  return context.system.accounts.privileged ? { mode: 0o750, uid: user.uid, gid: user.gid } : { mode: 0o750 };
}

function directFiles(context: Place, user: Account): Pick<SiteFiles, "makeFolder" | "link" | "remove"> {
  const { files, accounts } = context.system;
  return {
    async makeFolder(path) {
      if (await files.stat(path)) return;
      await this.makeFolder(parentOf(path));
      await files.makeFolder(path, ownership(context, user));
    },
    async link(to, path) {
      await files.linkAtomic(to, path);
      if (accounts.privileged) await files.own(path, user.uid, user.gid);
    },
    async remove(paths) {
      for (const path of paths) await files.remove(path);
    },
  };
}
