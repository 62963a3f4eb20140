/** Records, manifests and the table of persistent paths: small files beside the releases, Monban's alone. */
import type * as z from "zod";
import { sitePaths } from "../../core/layout.ts";
import { type Release, releaseSchema } from "../../schema/release.ts";
import {
  type Manifest,
  manifestSchema,
  type PersistentTable,
  persistentTableSchema,
} from "../../schema/release-files.ts";
import type { Place } from "./place.ts";

/** Every release that left a record, newest first. `current` is what the link on disk says, not what was hoped. */
export async function listReleases(place: Place, siteName: string): Promise<Release[]> {
  const names = await place.system.files.list(sitePaths(place.instance, siteName).releases);
  const numbers = names
    .map((name) => /^([1-9]\d*)\.json$/.exec(name)?.[1])
    .filter((text) => text !== undefined);
  const sorted = numbers.map(Number).sort((a, b) => b - a);
  const records = await Promise.all(sorted.map((number) => readRelease(place, siteName, number)));
  return records.filter((record) => record !== null);
}

/** The record, or null when there is none or it cannot be understood. */
export async function readRelease(place: Place, siteName: string, number: number): Promise<Release | null> {
  const paths = sitePaths(place.instance, siteName);
  const record = await readJson(place, paths.releaseRecord(number), releaseSchema);
  if (!record) return null;
  const linked = await currentRelease(place, siteName);
  return linked === null ? record : { ...record, current: linked === number };
}

export async function writeReleaseRecord(place: Place, siteName: string, release: Release): Promise<void> {
  const path = sitePaths(place.instance, siteName).releaseRecord(release.number);
  await place.system.files.writeAtomic(path, `${JSON.stringify(release)}\n`);
}

/** The release `current` points at; null when nothing serves, or the source itself does. */
export async function currentRelease(place: Place, siteName: string): Promise<number | null> {
  const paths = sitePaths(place.instance, siteName);
  const target = await place.system.files.readLink(paths.current);
  const number = target === null ? undefined : /(?:^|\/)releases\/([1-9]\d*)\/?$/.exec(target)?.[1];
  return number === undefined ? null : Number(number);
}

export function readManifest(place: Place, siteName: string, number: number): Promise<Manifest | null> {
  return readJson(place, sitePaths(place.instance, siteName).releaseManifest(number), manifestSchema);
}

export async function writeManifest(place: Place, siteName: string, manifest: Manifest): Promise<void> {
  const path = sitePaths(place.instance, siteName).releaseManifest(manifest.release);
  await place.system.files.writeAtomic(path, `${JSON.stringify(manifest)}\n`);
}

/** Rejects when the table is there and cannot be read: going on without it would hide data. */
export async function readPersistentTable(place: Place, siteName: string): Promise<PersistentTable> {
  const path = sitePaths(place.instance, siteName).persistent;
  const text = await place.system.files.readText(path);
  if (text === null) return { entries: [] };
  try {
    return persistentTableSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new Error(`${path}, which says where the data of ${siteName} lies, cannot be read`, { cause });
  }
}

export async function writePersistentTable(
  place: Place,
  siteName: string,
  table: PersistentTable,
): Promise<void> {
  const path = sitePaths(place.instance, siteName).persistent;
  await place.system.files.writeAtomic(path, `${JSON.stringify(table, null, 2)}\n`);
}

async function readJson<T>(place: Place, path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await place.system.files.readText(path);
  if (text === null) return null;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
