/** Sites as the panel wants them. Removed ones stay as rows, for the history, without their name and domains. */
import * as z from "zod";
import { type SiteSpec, siteSpecSchema } from "../schema/site.ts";
import type { Db } from "./client.ts";
import { readColumn, time } from "./columns.ts";
import type { SiteModel } from "./generated/models.ts";

export const wantedSchema = z.enum(["started", "stopped"]);
export type Wanted = z.infer<typeof wantedSchema>;

export type StoredSite = {
  id: string;
  spec: SiteSpec;
  wanted: Wanted;
  revision: number;
  createdAt: string;
  updatedAt: string;
};

/** All living sites, by name. */
export async function listSites(db: Db): Promise<StoredSite[]> {
  const rows = await db.site.findMany({ where: { removedAt: null }, orderBy: { name: "asc" } });
  return rows.map(fromRow);
}

/** A living site by its id or name. */
export async function findSite(db: Db, idOrName: string): Promise<StoredSite | null> {
  const row = await db.site.findFirst({
    where: { removedAt: null, OR: [{ id: idOrName }, { liveName: idOrName }] },
  });
  return row && fromRow(row);
}

/** Creates or replaces a site with its domains. */
export async function saveSite(db: Db, site: StoredSite): Promise<void> {
  const { id, spec, wanted, revision } = site;
  const columns = {
    name: spec.name,
    liveName: spec.name,
    spec: JSON.stringify(spec),
    wanted,
    revision,
    createdAt: new Date(site.createdAt),
    updatedAt: new Date(site.updatedAt),
  };
  await db.site.upsert({ where: { id }, create: { id, ...columns }, update: columns });
  await db.domain.deleteMany({ where: { siteId: id } });
  await db.domain.createMany({ data: spec.domains.map((name) => ({ name, siteId: id })) });
}

export async function markSiteRemoved(db: Db, id: string, at: Date): Promise<void> {
  await db.domain.deleteMany({ where: { siteId: id } });
  await db.site.update({
    where: { id },
    // The settings may hold secrets: they go with the site.
    data: { liveName: null, removedAt: at, updatedAt: at, spec: "null" },
  });
}

function fromRow(row: SiteModel): StoredSite {
  return {
    id: row.id,
    spec: readColumn(siteSpecSchema, row.spec, `site ${row.name}`),
    wanted: wantedSchema.parse(row.wanted),
    revision: row.revision,
    createdAt: time(row.createdAt),
    updatedAt: time(row.updatedAt),
  };
}
