/**
 * What a supervisor that died in the middle of something left on disk: drafts of files, generations nobody runs, a
 * release that was not whole yet. Looked for once, at the first look at each site, before anything else works on it.
 */
import { instancePaths, sitePaths } from "../core/layout.ts";
import type { DesiredSite } from "../schema/desired.ts";
import type { Generation } from "../schema/generation.ts";
import type { Context } from "./context.ts";
import { currentGenerationNumber, forgetGeneration, recordedGenerations } from "./pool/generation-store.ts";
import { listReleases, writeReleaseRecord } from "./releases/release-records.ts";
import { removeOwnedFolder } from "./releases/site-files.ts";
import { siteUser } from "./releases/site-user.ts";

/** How `writeAtomic` and `linkAtomic` name what they have not renamed yet (lib/system/real-files.ts). */
const DRAFT = /^\..+\.[0-9a-f]{12}\.tmp$/;

/** Removes drafts from the supervisor's own folders. */
export async function tidyInstance(context: Context): Promise<void> {
  const { instance } = context;
  const paths = instancePaths(instance);
  await removeDrafts(context, [
    paths.supervisor,
    paths.operations,
    paths.nginx,
    instance.run,
    instance.facts,
  ]);
}

/**
 * `held` are the generations the keeper still has a socket or a process of: those are ended in order, not forgotten.
 * `site` is null for one that is not desired any more. Never rejects; what cannot be tidied up does no harm.
 */
export async function tidySite(args: {
  context: Context;
  siteName: string;
  site: DesiredSite | null;
  current: Generation | null;
  held: ReadonlySet<number>;
}): Promise<void> {
  const { context, siteName, site, current, held } = args;
  const paths = sitePaths(context.instance, siteName);
  try {
    await removeDrafts(context, [paths.home, paths.releases, paths.generations, paths.runtime]);
    // Where one is said to serve and its record cannot be read, the others are all there is to go by.
    if (current !== null || (await currentGenerationNumber(context, siteName)) === null) {
      for (const number of await recordedGenerations(context, siteName)) {
        if (number !== current?.number && !held.has(number))
          await forgetGeneration(context, siteName, number);
      }
    }
    await judgePending(context, siteName, current);
    if (site) await removeUnfinishedReleases(context, site);
  } catch (cause) {
    context.log(`tidying up ${siteName}: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}

async function removeDrafts(context: Context, folders: string[]): Promise<void> {
  const { files } = context.system;
  for (const folder of folders) {
    for (const name of await files.list(folder)) {
      if (DRAFT.test(name)) await files.remove(`${folder}/${name}`);
    }
  }
}

/** A rollout that nobody goes on with has an end: its release serves, or it does not. */
async function judgePending(context: Context, siteName: string, current: Generation | null): Promise<void> {
  for (const release of await listReleases(context, siteName)) {
    if (release.result !== "pending") continue;
    const result = release.number === current?.release ? "succeeded" : "failed";
    await writeReleaseRecord(context, siteName, { ...release, result });
  }
}

/** A release is recorded when it is whole; one without a record was never served, so there is no data in it. */
async function removeUnfinishedReleases(context: Context, site: DesiredSite): Promise<void> {
  const { files } = context.system;
  const paths = sitePaths(context.instance, site.spec.name);
  const names = new Set(await files.list(paths.releases));
  for (const name of names) {
    const number = /^([1-9]\d*)(?:\.partial|\.manifest\.json)?$/.exec(name)?.[1];
    if (number === undefined || (names.has(`${number}.json`) && !name.endsWith(".partial"))) continue;
    const path = `${paths.releases}/${name}`;
    // Until it is whole nobody but Monban may enter it.
    if (name.endsWith(".json") || name.endsWith(".partial")) await files.remove(path);
    else await removeOwnedFolder(context.system, await siteUser({ system: context.system, site }), path);
  }
}
