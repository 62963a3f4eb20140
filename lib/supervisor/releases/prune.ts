/** Removes the code of old releases and environments nobody uses. Data that was written into them stays. */
import { sitePaths } from "../../core/layout.ts";
import { ancestorsOf, databaseOfCompanion, isWithin, releasesToPrune } from "../../core/release-files.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import { type Generation, generationSchema } from "../../schema/generation.ts";
import type { Release, StrayFile } from "../../schema/release.ts";
import type { Account } from "../../system/system.ts";
import { carryAfterDrain } from "./persistent.ts";
import type { Place } from "./place.ts";
import { readTree } from "./read-tree.ts";
import {
  currentRelease,
  listReleases,
  readManifest,
  readPersistentTable,
  readRelease,
  writeReleaseRecord,
} from "./release-records.ts";
import { removeOwnedFolder, siteFiles } from "./site-files.ts";
import { siteUser } from "./site-user.ts";
import { findStrays, MAX_RUN_TIME_ENTRIES } from "./strays.ts";

/** A record is read by the panel; what is kept does not depend on it. */
const MAX_RECORDED_STRAYS = 200;

type Site = Pick<DesiredSite, "spec">;

/**
 * After a rollout, when the old generation has ended: what it wrote last becomes visible in the release that serves,
 * then old releases go. `former` is the release that served before; the newest other one when it is not given.
 * Returns sentences for people.
 */
export async function pruneAfterRollout(args: {
  context: Place;
  site: Site;
  runtime: { current: Generation | null; generations: { number: number }[] };
  former?: number;
}): Promise<string[]> {
  const { context, site, runtime } = args;
  const { name, rollout } = site.spec;
  const user = await siteUser({ system: context.system, site });
  const current = runtime.current?.release ?? (await currentRelease(context, name));
  const others = (await listReleases(context, name)).filter(({ number, kept }) => kept && number !== current);
  const former = args.former ?? others.find(({ result }) => result === "succeeded")?.number;
  const notes: string[] = [];
  if (current !== null && former !== undefined && former !== current) {
    notes.push(...(await carryAfterDrain({ context, site, user, from: former, to: current })));
    await noteStrays(context, site, former);
  }
  const inUse = await releasesOf(context, name, runtime.generations);
  if (inUse === null) return [...notes, "No old release was removed: it is not known which ones still run."];
  notes.push(...(await pruneReleases({ context, site, user, keep: rollout.keepReleases, current, inUse })));
  return notes;
}

/** What the application wrote into a release that has ended becomes part of its record, for people to see. */
async function noteStrays(context: Place, site: Site, number: number): Promise<void> {
  const record = await readRelease(context, site.spec.name, number);
  if (!record) return;
  const strays = await findStrays(context, site, number);
  await writeReleaseRecord(context, site.spec.name, {
    ...record,
    strays: strays.slice(0, MAX_RECORDED_STRAYS),
  });
}

/** `inUse` are releases that living generations run. Never deletes data: what it keeps for that reason is told. */
export async function pruneReleases(args: {
  context: Place;
  site: Site;
  user: Account;
  keep: number;
  current: number | null;
  inUse: number[];
}): Promise<string[]> {
  const { context, site, user, keep, current, inUse } = args;
  const releases = await listReleases(context, site.spec.name);
  const drop = new Set(releasesToPrune({ releases, keep, current, inUse }));
  const notes: string[] = [];
  for (const release of releases) {
    if (release.kept && !drop.has(release.number)) continue;
    const left = await pruneOne({ context, site, user }, release);
    if (release.kept) notes.push(...left);
  }
  await pruneEnvironments(context, site.spec.name, user);
  return notes;
}

async function pruneOne(
  { context, site, user }: { context: Place; site: Site; user: Account },
  release: Release,
): Promise<string[]> {
  const { files } = context.system;
  const { name } = site.spec;
  const paths = sitePaths(context.instance, name);
  const folder = paths.release(release.number);
  if (!(await files.stat(folder))) {
    if (release.kept) await writeReleaseRecord(context, name, { ...release, kept: false });
    return [];
  }
  if (!(await readManifest(context, name, release.number))) {
    return [
      `${folder} was not removed: its list of files is missing, so code and data cannot be told apart.`,
    ];
  }
  const strays = await findStrays(context, site, release.number);
  const located = (await readPersistentTable(context, name)).entries
    .filter(({ location }) => isWithin(location, folder))
    .map(({ location }) => location.slice(folder.length + 1));
  const data = [...new Set([...strays.map(({ path }) => path), ...located])];
  await writeReleaseRecord(context, name, {
    ...release,
    kept: false,
    strays: strays.slice(0, MAX_RECORDED_STRAYS),
  });
  if (data.length === 0) {
    await removeOwnedFolder(context.system, user, folder);
    await files.remove(paths.releaseManifest(release.number));
    return [];
  }
  await removeAllBut({ context, user }, folder, data);
  return [keptSentence(release.number, strays, data, folder)];
}

/** Leaves the data, the journals of databases and the folders on the way to them. */
async function removeAllBut(
  { context, user }: { context: Place; user: Account },
  folder: string,
  data: string[],
): Promise<void> {
  const onTheWay = new Set(data.flatMap(ancestorsOf));
  const isData = (path: string) => {
    const database = databaseOfCompanion(path);
    return data.some((one) => isWithin(path, one)) || (database !== null && data.includes(database));
  };
  const tree = await readTree({
    system: context.system,
    root: folder,
    maxEntries: MAX_RUN_TIME_ENTRIES,
    leaveOut: () => false,
  });
  const doomed = new Set<string>();
  for (const { path } of tree) {
    if (onTheWay.has(path) || isData(path)) continue;
    if (!ancestorsOf(path).some((ancestor) => doomed.has(ancestor))) doomed.add(path);
  }
  await siteFiles(context.system, user).remove([...doomed].map((path) => `${folder}/${path}`));
}

/** An environment stays while a release that is kept was started with it. */
async function pruneEnvironments(context: Place, siteName: string, user: Account): Promise<void> {
  const paths = sitePaths(context.instance, siteName);
  const kept = (await listReleases(context, siteName)).filter((release) => release.kept);
  const used = new Set(kept.map(({ environment }) => environment));
  for (const hash of await context.system.files.list(paths.environments)) {
    const isEnvironment = /^[0-9a-f]{16,64}$/.test(hash);
    if (isEnvironment && !used.has(hash)) {
      await removeOwnedFolder(context.system, user, paths.environment(hash));
    }
  }
}

/** Null when a living generation does not say what it runs. */
async function releasesOf(
  context: Place,
  siteName: string,
  generations: { number: number }[],
): Promise<number[] | null> {
  const paths = sitePaths(context.instance, siteName);
  const releases: number[] = [];
  for (const { number } of generations) {
    const text = await context.system.files.readText(paths.generationRecord(number));
    try {
      releases.push(generationSchema.parse(JSON.parse(text ?? "")).release);
    } catch {
      return null;
    }
  }
  return releases;
}

function keptSentence(number: number, strays: StrayFile[], data: string[], folder: string): string {
  const names =
    data.length <= 3 ? data.join(", ") : `${data.slice(0, 3).join(", ")} and ${data.length - 3} more`;
  const bytes = strays.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const size = bytes > 0 ? ` (${Math.ceil(bytes / 1024)} KB)` : "";
  return `The code of release ${number} was removed; ${names}${size}, which the application wrote into it, stays in ${folder}.`;
}
