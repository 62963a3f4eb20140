/**
 * Moves data that the application wrote into releases to a place that is meant for data. Only for a site without
 * processes: a database that is open is never moved. Every step can be repeated after a crash.
 */
import { sitePaths } from "../../core/layout.ts";
import { companionSuffixes, isWithin, parentOf } from "../../core/release-files.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { PersistentEntry, PersistentTable } from "../../schema/release-files.ts";
import type { Account } from "../../system/system.ts";
import { ownership } from "./link-data.ts";
import type { Place } from "./place.ts";
import { currentRelease, readPersistentTable, writePersistentTable } from "./release-records.ts";
import { type SiteFiles, siteFiles } from "./site-files.ts";
import { siteUser } from "./site-user.ts";
import { newlyFound } from "./strays.ts";

type Args = { context: Place; site: Pick<DesiredSite, "spec">; user: Account };

/** Returns sentences for people: what was moved where, and what could not be. */
export async function settleStrays(args: {
  context: Place;
  site: Pick<DesiredSite, "spec">;
  user?: Account;
}): Promise<string[]> {
  const { context, site } = args;
  if (site.spec.source.mode === "in-place") return [];
  const user = args.user ?? (await siteUser({ system: context.system, site }));
  const full = { context, site, user };
  await finishMoves(full);
  await noteStrays(context, site);
  const paths = sitePaths(context.instance, site.spec.name);
  const notes: string[] = [];
  for (;;) {
    const { entries } = await readPersistentTable(context, site.spec.name);
    const entry = entries.find(
      ({ location, movingTo }) => isWithin(location, paths.releases) && movingTo === undefined,
    );
    if (!entry) return notes;
    if (!(await context.system.files.stat(entry.location))) {
      await rewrite(full, entry, null);
      continue;
    }
    try {
      const to = await freePlace(full, entry);
      await rewrite(full, entry, { ...entry, movingTo: to });
      await finishMoves(full);
      notes.push(`${entry.path} was moved from release ${entry.foundInRelease} to ${to}.`);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      notes.push(`${entry.path} stays at ${entry.location}: it could not be moved (${why}).`);
      return notes;
    }
  }
}

/** What the release that served last was found to hold becomes part of the table, so that it moves as well. */
async function noteStrays(context: Place, site: Pick<DesiredSite, "spec">): Promise<void> {
  const { name } = site.spec;
  const current = await currentRelease(context, name);
  const written = current === null ? [] : await newlyFound(context, site, current);
  if (written.length === 0) return;
  const { entries } = await readPersistentTable(context, name);
  // A file in place of a link that was there is newer than what the link led to.
  const isReplaced = (path: string) => written.some((entry) => entry.path === path);
  const linked = new Set(entries.map(({ path }) => path));
  const rows = written.map((entry) => (linked.has(entry.path) ? { ...entry, supersedes: true } : entry));
  await writePersistentTable(context, name, {
    entries: [...entries.filter(({ path }) => !isReplaced(path)), ...rows],
  });
}

/** Completes moves that were begun: by this process just now, or by one that did not live to see the end. */
export async function finishMoves(args: Args): Promise<void> {
  const { context, site } = args;
  for (;;) {
    const { entries } = await readPersistentTable(context, site.spec.name);
    const entry = entries.find(({ movingTo }) => movingTo !== undefined);
    if (!entry) return;
    const { movingTo: _done, ...rest } = entry;
    let moved: boolean;
    try {
      moved = await move(args, entry, entry.movingTo!);
    } catch (cause) {
      await moveBack(args, entry, entry.movingTo!);
      await rewrite(args, entry, rest);
      throw cause;
    }
    await rewrite(args, entry, moved ? { ...rest, location: entry.movingTo! } : rest);
    if (moved) await relink(args, entry.location, entry.movingTo!);
  }
}

/** False when it stays where it is, because somebody else took the new name meanwhile. */
async function move({ context, user }: Args, entry: PersistentEntry, to: string): Promise<boolean> {
  const { files } = context.system;
  const asUser = siteFiles(context.system, user);
  const from = entry.location;
  const here = await files.stat(from);
  const there = await files.stat(to);
  if (!here || here.kind === "symlink") {
    // The move itself was done before; what remains is the link to it.
    if (there && !here) await asUser.link(to, from);
    return there !== null;
  }
  if (there) return false;
  await asUser.makeFolder(parentOf(to));
  const isNear = (await files.stat(parentOf(to)))?.device === here.device;
  // A database's journals go first: a database is never found without them at its new place.
  for (const suffix of entry.kind === "file" ? companionSuffixes : []) {
    if (await files.stat(`${from}${suffix}`))
      await carry(asUser, `${from}${suffix}`, `${to}${suffix}`, isNear, files);
  }
  await carry(asUser, from, to, isNear, files);
  await asUser.link(to, from);
  return true;
}

/** After a move that failed before the file itself had moved: its journals return to it. */
async function moveBack({ context, user }: Args, entry: PersistentEntry, to: string): Promise<void> {
  const { files } = context.system;
  if ((await files.stat(entry.location))?.kind !== "file" || (await files.stat(to))) return;
  for (const suffix of companionSuffixes) {
    const [here, there] = [`${entry.location}${suffix}`, `${to}${suffix}`];
    if ((await files.stat(there)) && !(await files.stat(here)))
      await siteFiles(context.system, user).rename(there, here);
  }
}

async function carry(
  asUser: SiteFiles,
  from: string,
  to: string,
  isNear: boolean,
  files: Place["system"]["files"],
): Promise<void> {
  if (isNear) return asUser.rename(from, to);
  const partial = `${to}.monban-partial`;
  await asUser.remove([partial]);
  await asUser.copyTree(from, partial);
  if (await files.stat(to)) throw new Error(`${to} exists already`);
  await asUser.rename(partial, to);
  await asUser.remove([from]);
}

/** The source folder when the site's user may write there and the name is free, else a folder of Monban's. */
async function freePlace(args: Args, entry: PersistentEntry): Promise<string> {
  const { context, site, user } = args;
  const { files } = context.system;
  const source = await files.realPath(site.spec.source.path);
  const inSource = `${source}/${entry.path}`;
  const isFree = async (path: string) => {
    const names = [
      path,
      ...(entry.kind === "file" ? companionSuffixes.map((suffix) => `${path}${suffix}`) : []),
    ];
    return (await Promise.all(names.map((name) => files.stat(name)))).every((stat) => stat === null);
  };
  if (source && (await isFree(inSource)) && (await canWriteBelow(args, source, inSource))) return inSource;
  const folder = `${sitePaths(context.instance, site.spec.name).home}/persistent`;
  await files.makeFolder(folder, ownership(context, user));
  let to = `${folder}/${entry.path}`;
  for (let copy = 2; !(await isFree(to)); copy += 1) to = `${folder}/${entry.path}.${copy}`;
  return to;
}

/** Tries it, because permissions alone do not tell: the disk may be mounted read-only. */
async function canWriteBelow({ context, user }: Args, source: string, path: string): Promise<boolean> {
  const { files } = context.system;
  const asUser = siteFiles(context.system, user);
  let folder = parentOf(path);
  while (folder !== source && !(await files.stat(folder))) folder = parentOf(folder);
  const trial = `${folder}/.monban-can-write`;
  try {
    await asUser.link("nowhere", trial);
    await asUser.remove([trial]);
    return (await files.stat(folder))?.kind === "directory" && (await files.realPath(folder)) === folder;
  } catch {
    return false;
  }
}

/** Links in releases that led to the old place lead to the new one directly. */
async function relink({ context, site, user }: Args, from: string, to: string): Promise<void> {
  const { files } = context.system;
  const paths = sitePaths(context.instance, site.spec.name);
  const { entries } = await readPersistentTable(context, site.spec.name);
  const path = entries.find((entry) => entry.location === to)?.path;
  if (path === undefined) return;
  for (const name of await files.list(paths.releases)) {
    const at = `${paths.releases}/${name}/${path}`;
    if (/^[1-9]\d*$/.test(name) && (await files.readLink(at)) === from) {
      await siteFiles(context.system, user).link(to, at);
    }
  }
}

async function rewrite(
  { context, site }: Args,
  old: PersistentEntry,
  now: PersistentEntry | null,
): Promise<void> {
  const table: PersistentTable = await readPersistentTable(context, site.spec.name);
  const entries = table.entries.flatMap((entry) => (entry.path === old.path ? (now ? [now] : []) : [entry]));
  await writePersistentTable(context, site.spec.name, { entries });
}
