/**
 * The persistent paths of a site: those somebody declared and those the application turned out to write. The same
 * data is seen by every release, the new one, the one that serves and an old one that is rolled back to.
 */
import { sitePaths } from "../../core/layout.ts";
import { isWithin, parentOf } from "../../core/release-files.ts";
import { isNewerThanSource } from "../../core/strays.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { PersistentEntry } from "../../schema/release-files.ts";
import type { PersistentPath } from "../../schema/site.ts";
import type { Account } from "../../system/system.ts";
import { StepFailure } from "../operations.ts";
import { type LinkTarget, linkData, ownership } from "./link-data.ts";
import type { Place } from "./place.ts";
import {
  currentRelease,
  readManifest,
  readPersistentTable,
  writePersistentTable,
} from "./release-records.ts";
import { finishMoves } from "./settle-strays.ts";
import { siteFiles } from "./site-files.ts";
import { newlyFound } from "./strays.ts";

type Args = { context: Place; site: Pick<DesiredSite, "spec">; user: Account };

/**
 * Before a release serves again: links it to the data as it is now, including what the application wrote
 * into the release that serves. Returns sentences for people. Running it twice does no harm.
 */
export async function linkPersistent(args: Args & { number: number }): Promise<string[]> {
  const from = await currentRelease(args.context, args.site.spec.name);
  return linkRelease({ ...args, into: from === args.number ? "live-release" : "older-release", from });
}

/**
 * After the old generation has ended: what it wrote into its release while the new one was already prepared becomes
 * visible in the new one too. Where both wrote, each keeps its own.
 */
export async function carryAfterDrain(args: Args & { from: number; to: number }): Promise<string[]> {
  return linkRelease({ ...args, number: args.to, into: "live-release" });
}

async function linkRelease(
  args: Args & { number: number; into: LinkTarget["into"]; from: number | null },
): Promise<string[]> {
  const { context, site, number, into, from } = args;
  if (site.spec.source.mode === "in-place") return [];
  const manifest = await readManifest(context, site.spec.name, number);
  const folder = sitePaths(context.instance, site.spec.name).release(number);
  if (!manifest || !(await context.system.files.stat(folder))) return [];
  return bringData({ ...args, from, target: { folder, manifest, into, isPrivate: false } });
}

/** Links everything that is data into `target`, found in `from` or known before, and writes the table. */
export async function bringData(args: Args & { target: LinkTarget; from: number | null }): Promise<string[]> {
  const { context, site, user, target, from } = args;
  const { name } = site.spec;
  await finishMoves({ context, site, user });
  const table = (await readPersistentTable(context, name)).entries;
  const written =
    from === null || from === target.manifest.release ? [] : await newlyFound(context, site, from);
  const { fixed, found } = await sortOut({ ...args, table, written });
  const { entries, notes } = await linkData({ context, site, user, target, fixed, found });
  // A release that serves is not the one to decide that data is no longer shown.
  const unshown = target.into === "live-release" ? table.filter(({ path }) => !isListed(entries, path)) : [];
  await writePersistentTable(context, name, { entries: [...entries, ...unshown] });
  return notes;
}

/**
 * Declared paths and settled ones are `fixed`; the rest is `found` and has to prove that its place is free. Declared
 * folders are made when missing.
 */
async function sortOut(
  args: Args & { table: PersistentEntry[]; written: PersistentEntry[] },
): Promise<{ fixed: PersistentEntry[]; found: PersistentEntry[] }> {
  const { context, site, table, written } = args;
  const { files } = context.system;
  const source = await realSource(args);
  const known = table.filter((entry) => entry.foundInRelease !== null);
  const fixed: PersistentEntry[] = [];
  const found: PersistentEntry[] = [];

  for (const { path, kind, reason } of outermost(site.spec.persistent)) {
    const location = `${source}/${path}`;
    const elsewhere = [...written, ...known].filter(
      (entry) => entry.path === path && entry.location !== location,
    );
    const winner = await newest(location, elsewhere);
    if (!winner && !(await files.stat(location))) {
      await makeDataFolder({ ...args, source }, kind === "directory" ? location : parentOf(location));
    }
    fixed.push(winner ?? { path, kind, location, reason, foundInRelease: null, sourceHash: null });
    found.push(...elsewhere.filter((entry) => entry.location !== winner?.location));
  }
  const isDeclared = (path: string) => fixed.some((entry) => isWithin(path, entry.path));
  for (const entry of known.filter(({ path }) => !fixed.some((other) => other.path === path))) {
    // Written anew at the same path, in place of the link: the newer one is data now, the older one is kept.
    if (written.some(({ path, sourceHash }) => path === entry.path && sourceHash === null)) continue;
    if (entry.location === `${source}/${entry.path}` && !isDeclared(entry.path)) fixed.push(entry);
    else found.push(entry);
  }
  found.push(...written.filter(({ path }) => !fixed.some((entry) => entry.path === path)));
  return { fixed, found };

  async function newest(location: string, candidates: PersistentEntry[]): Promise<PersistentEntry | null> {
    const inSource = await files.stat(location);
    if (!inSource) return candidates[0] ?? null;
    if (inSource.kind !== "file" || candidates.length === 0) return null;
    const sourceHashNow = await files.hash(location);
    for (const entry of candidates) {
      const isWritten = written.includes(entry);
      const hadLink = isWritten && entry.sourceHash === null && table.some(({ path }) => path === entry.path);
      if (isNewerThanSource({ found: entry, hadLink, sourceHashNow })) return { ...entry, supersedes: true };
    }
    return null;
  }
}

/** Without trailing slashes, and without paths that lie in another one. */
export function outermost(paths: PersistentPath[]): PersistentPath[] {
  const tidy = paths.map((entry) => ({ ...entry, path: entry.path.replace(/^(\.\/)+|\/+$/g, "") }));
  return tidy.filter(
    ({ path }, index) =>
      path !== "" &&
      path !== "." &&
      !tidy.some((other, at) => isWithin(path, other.path) && (path !== other.path || at < index)),
  );
}

function isListed(entries: PersistentEntry[], path: string): boolean {
  return entries.some((entry) => entry.path === path);
}

async function makeDataFolder(args: Args & { source: string }, path: string): Promise<void> {
  const { context, user, source, site } = args;
  const { files, accounts } = context.system;
  if (await files.stat(path)) return;
  try {
    const ofRoot = accounts.privileged && (await files.stat(source))?.uid === 0;
    if (!ofRoot) return await siteFiles(context.system, user).makeFolder(path);
    let above = parentOf(path);
    while (!(await files.stat(above))) above = parentOf(above);
    if ((await files.realPath(above)) !== above) throw new Error(`${above} is a symbolic link`);
    await files.makeFolder(path, ownership(context, user));
  } catch (cause) {
    throw new StepFailure({
      code: "persistent-path-missing",
      sentence: `The folder ${path} is to hold data of ${site.spec.name} and could not be made.`,
      hint: `Make it by hand and let the user ${user.name} write to it, or remove it from the persistent paths.`,
      evidence: [cause instanceof Error ? cause.message : String(cause)],
      cause,
    });
  }
}

export async function realSource(args: Pick<Args, "context" | "site">): Promise<string> {
  const { path } = args.site.spec.source;
  return (await args.context.system.files.realPath(path)) ?? path;
}

/** Paths of the source that are data and no part of a release: the declared ones and those that were settled there. */
export async function dataInSource(
  context: Place,
  site: Pick<DesiredSite, "spec">,
  source: string,
): Promise<string[]> {
  const { entries } = await readPersistentTable(context, site.spec.name);
  const settled = entries.filter(
    ({ path, location, foundInRelease }) => foundInRelease !== null && location === `${source}/${path}`,
  );
  return [...outermost(site.spec.persistent), ...settled].map(({ path }) => path);
}
