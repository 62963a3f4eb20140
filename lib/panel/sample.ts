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
 */
export async function ensureSampleSite(
  { database, log }: Context,
  sites: Sites,
  folder: string,
): Promise<boolean> {
  if ((await readNumber(database.db, "sample-offered")) > 0) return false;
  const isThere = await fs.stat(folder).then(
    (stat) => stat.isDirectory(),
    () => false,
  );
  if (!isThere) return false;
  const isEmpty = (await sites.list()).length === 0;
  if (isEmpty) {
    const input = createSiteSchema.parse({
      name: "sample",
      domains: ["sample.localhost", "localhost", "127.0.0.1"],
      source: { path: folder },
    });
    await sites.create(system, input);
    log("created the sample site");
  }
  await writeNumber(database.db, "sample-offered", 1);
  return isEmpty;
}
