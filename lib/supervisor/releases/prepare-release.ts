/** Makes a release: a copy of the source with links to the data, private until it is whole and published by a rename. */

import { parseSourceRoots, refusalOfFolder } from "../../core/allowed-folders.ts";
import { sitePaths } from "../../core/layout.ts";
import { diffManifests, systemUserName } from "../../core/release-files.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { Actor } from "../../schema/operation.ts";
import type { Release } from "../../schema/release.ts";
import type { Manifest } from "../../schema/release-files.ts";
import type { Account } from "../../system/system.ts";
import { StepFailure } from "../operations.ts";
import { copySource, lookAtSource } from "./copy-source.ts";
import { grantPersistentAccess, requireReach } from "./grant-access.ts";
import { bringData, dataInSource, outermost } from "./persistent.ts";
import type { Place } from "./place.ts";
import {
  currentRelease,
  listReleases,
  readManifest,
  readPersistentTable,
  writeManifest,
  writeReleaseRecord,
} from "./release-records.ts";
import { removeOwnedFolder } from "./site-files.ts";

export type PrepareArgs = {
  context: Place;
  site: Pick<DesiredSite, "spec">;
  number: number;
  actor: Actor;
  user: Account;
  signal: AbortSignal;
  onProgress?: (text: string) => void;
};

/** `notes` are sentences for people: what was left out, whose permissions were changed, which data gave way. */
export type Prepared = { release: Release; notes: string[] };

/**
 * Rejects with a StepFailure that names the repair; then nothing but a note of the attempt is left. `pending` in the
 * record until the rollout has ended.
 */
export async function prepareRelease(args: PrepareArgs): Promise<Prepared> {
  const source = await openSource(args);
  await makeHome(args.context, args.site.spec.name);
  return args.site.spec.source.mode === "in-place" ? recordInPlace(args, source) : snapshot(args, source);
}

/**
 * The folders above releases and environments are Monban's own and let everybody pass; what belongs to the site's
 * user, and is closed to the users of other sites, begins below them.
 */
export async function makeHome(context: Place, siteName: string): Promise<void> {
  const { files } = context.system;
  const paths = sitePaths(context.instance, siteName);
  for (const folder of [paths.home, paths.releases, paths.environments]) {
    await files.makeFolder(folder, { mode: 0o711 });
  }
}

async function snapshot(args: PrepareArgs, source: string): Promise<Prepared> {
  const { context, site, number, user, signal, onProgress } = args;
  const { files, accounts } = context.system;
  const { name } = site.spec;
  const paths = sitePaths(context.instance, name);
  const declared = outermost(site.spec.persistent);
  await requireReach({ context, user, path: paths.releases, purpose: "where releases are kept" });
  if (declared.length > 0)
    await requireReach({ context, user, path: source, purpose: "where its data lies" });
  await removeUnrecorded(args);

  const partial = `${paths.release(number)}.partial`;
  await files.remove(partial);
  await files.makeFolder(partial, { mode: 0o700 });
  try {
    onProgress?.(`Copying ${source} to release ${number}.`);
    const previous = await newestManifest(context, name);
    const { manifest, notes, bytes } = await copySource({
      context,
      siteName: name,
      source,
      folder: partial,
      number,
      persistent: await dataInSource(context, site, source),
      publicFolders: site.spec.static
        .map(({ directory }) => directory.replace(/\/+$/, ""))
        .filter(isRelative),
      user,
      previous,
      signal,
    });
    const from = await currentRelease(context, name);
    notes.push(...(await grantDeclared(args, source)));
    const target = { folder: partial, manifest, into: "new-release", isPrivate: true } as const;
    notes.push(...(await bringData({ context, site, user, target, from })));
    const { entries } = await readPersistentTable(context, name);
    notes.push(...(await grantPersistentAccess({ context, source, user, entries })));

    const release: Release = {
      ...newRecord(args),
      files: Object.keys(manifest.files).length,
      sizeBytes: bytes,
      ...(previous ? diffManifests(previous, manifest) : {}),
    };
    signal.throwIfAborted();
    await publish(args, partial, manifest);
    await writeReleaseRecord(context, name, release);
    onProgress?.(`Release ${number} has ${release.files} files.`);
    return { release, notes };
  } catch (cause) {
    await files.remove(partial);
    throw cause;
  }

  async function publish(_: PrepareArgs, from: string, manifest: Manifest): Promise<void> {
    await writeManifest(context, name, manifest);
    const nginx = context.instance.users?.nginx;
    // The site's user and nginx may enter, the users of other sites may not.
    const owner = accounts.privileged ? { uid: user.uid, gid: nginx?.gid ?? user.gid } : {};
    await files.makeFolder(from, { ...owner, mode: 0o750 });
    await files.rename(from, paths.release(number));
  }
}

/** The record is written last: a release without one was never served, so there is no data in it. */
async function removeUnrecorded({ context, site, number, user }: PrepareArgs): Promise<void> {
  const paths = sitePaths(context.instance, site.spec.name);
  const { files } = context.system;
  if (await files.stat(paths.releaseRecord(number))) {
    throw new Error(`release ${number} of ${site.spec.name} exists already`);
  }
  if (await files.stat(paths.release(number)))
    await removeOwnedFolder(context.system, user, paths.release(number));
}

async function recordInPlace(args: PrepareArgs, source: string): Promise<Prepared> {
  const { context, site, user, signal } = args;
  await requireReach({ context, user, path: source, purpose: "where the site runs in place" });
  const declared = outermost(site.spec.persistent);
  const tree = await lookAtSource({
    context,
    siteName: site.spec.name,
    source,
    persistent: declared.map(({ path }) => path),
    signal,
  });
  const files = tree.filter(({ kind }) => kind === "file");
  const release: Release = {
    ...newRecord(args),
    files: files.length,
    sizeBytes: files.reduce((sum, { size }) => sum + size, 0),
  };
  const notes = await grantDeclared(args, source);
  await showDataInSource(args, source);
  await writeReleaseRecord(context, site.spec.name, release);
  return { release, notes };
}

/**
 * A site that ran from copies before may have data in them; where it runs in place that has to be seen as well. It
 * is linked where the name is free. Files of the source are never replaced: then somebody has to decide.
 */
async function showDataInSource({ context, site, user, number }: PrepareArgs, source: string): Promise<void> {
  const { name } = site.spec;
  const manifest: Manifest = { release: number, source, files: {}, directories: [], symlinks: {} };
  const target = { folder: source, manifest, into: "live-release", isPrivate: false } as const;
  const from = await currentRelease(context, name);
  const conflicts = await bringData({ context, site, user, target, from });
  if (conflicts.length === 0) return;
  throw new StepFailure({
    code: "data-in-releases",
    sentence: `${name} cannot run in place yet: the application wrote data into its releases that the source has other versions of.`,
    hint: "Stop the site, copy what you want to keep to the source folder by hand, or go on with copies.",
    evidence: conflicts,
  });
}

function grantDeclared({ context, site, user }: PrepareArgs, source: string): Promise<string[]> {
  const declared = outermost(site.spec.persistent);
  const entries = declared.map(({ path, kind }) => ({ path, kind, location: `${source}/${path}` }));
  return grantPersistentAccess({ context, source, user, entries });
}

function newRecord({ context, number, actor }: PrepareArgs): Release {
  return {
    number,
    createdAt: new Date(context.system.clock.now()).toISOString(),
    actor,
    result: "pending",
    durationMs: null,
    files: 0,
    sizeBytes: 0,
    changes: null,
    changedPaths: [],
    environment: null,
    current: false,
    kept: true,
    strays: [],
  };
}

/**
 * The source where it really lies. Its rules are looked at again here, because root may copy it now: what was allowed
 * when the settings were made may be a link to somewhere else today.
 */
async function openSource(args: PrepareArgs): Promise<string> {
  const { context, site } = args;
  const { path } = site.spec.source;
  const real = await context.system.files.realPath(path);
  const stat = real === null ? null : await context.system.files.stat(real);
  if (real !== null && stat?.kind === "directory") {
    const refusal = (await refusalOf(context, real)) ?? strangersFolder(args, real, stat.uid);
    if (refusal === null) return real;
    throw new StepFailure({
      code: "source-refused",
      sentence: `The source of ${site.spec.name}, ${path}, may not be used: ${refusal}`,
      hint: "Choose another folder in the settings of the site.",
    });
  }
  throw new StepFailure({
    code: "source-missing",
    sentence: stat
      ? `The source of ${site.spec.name}, ${path}, is not a folder.`
      : `The source folder of ${site.spec.name}, ${path}, does not exist.`,
    hint: "Put the folder back, or change the source in the settings of the site.",
  });
}

async function refusalOf({ system, instance }: Place, real: string): Promise<string | null> {
  const { files } = system;
  const place = async (folder: string) => (await files.realPath(folder)) ?? folder;
  const roots = await Promise.all(parseSourceRoots(process.env.MONBAN_SOURCE_ROOTS).map(place));
  return refusalOfFolder({
    real,
    data: await place(instance.data),
    program: await place(instance.root),
    roots,
  });
}

/** Why root may not hand this folder to the site's user. The folder may have been exchanged after that user was chosen. */
function strangersFolder({ context, site, user }: PrepareArgs, real: string, uid: number): string | null {
  if (!context.system.accounts.privileged) return null;
  const { nginx, panel } = context.instance.users ?? {};
  if (user.uid === 0 || user.uid === nginx?.uid || user.uid === panel?.uid) {
    return `${real} belongs to ${user.name}, and a site does not run as that user.`;
  }
  const isOwn = uid === 0 ? user.name === systemUserName(site.spec.name) : uid === user.uid;
  return isOwn ? null : `${real} belongs to another user than ${user.name}, who runs the site.`;
}

async function newestManifest(context: Place, siteName: string): Promise<Manifest | null> {
  for (const { number } of await listReleases(context, siteName)) {
    const manifest = await readManifest(context, siteName, number);
    if (manifest) return manifest;
  }
  return null;
}

function isRelative(path: string): boolean {
  return !path.startsWith("/");
}
