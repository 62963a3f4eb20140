/** The site that an empty installation starts with, so that the first page shows the whole chain alive. */
import fs from "node:fs/promises";
import { readNumber, writeNumber } from "../db/settings.ts";
import { systemActor } from "../schema/operation.ts";
import { createSiteSchema } from "../schema/site-request.ts";
import type { Caller, Context } from "./context.ts";
import type { Sites } from "./sites.ts";

const system: Caller = {
  viewer: { actor: systemActor, scopes: ["admin"], user: null, session: null },
  address: "",
};

/**
 * Creates the site "sample" from `folder`, once in the life of an installation: a sample that was removed does not come
 * back. True when it was created. The folder is put there before the panel starts; without it there is no sample.
 * `breakable` becomes a second site in the same way; `npm run dev` has it.
 */
export async function ensureSampleSite(
  context: Context,
  sites: Sites,
  folder: string,
  breakable: string | null = null,
): Promise<boolean> {
  const { db } = context.database;
  if ((await readNumber(db, "sample-offered")) > 0) return false;
  if (!(await isFolder(folder))) return false;
  const isEmpty = (await sites.list()).length === 0;
  if (isEmpty) {
    await offer(context, sites, "sample", folder, ["localhost", "127.0.0.1"]);
    if (breakable !== null && (await isFolder(breakable)))
      await offer(context, sites, "breakable", breakable, []);
  }
  await writeNumber(db, "sample-offered", 1);
  return isEmpty;
}

async function offer(
  context: Context,
  sites: Sites,
  name: string,
  folder: string,
  furtherDomains: string[],
): Promise<void> {
  const domains = [`${name}.localhost`, ...furtherDomains];
  await sites.create(system, createSiteSchema.parse({ name, domains, source: { path: folder } }));
  context.log(`created the ${name} site`);
}

async function isFolder(file: string): Promise<boolean> {
  return fs.stat(file).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
}
