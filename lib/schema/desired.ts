/** Desired state: what the panel hands to the supervisor, whole, and what the supervisor keeps on disk. */
import * as z from "zod";
import { siteSpecSchema } from "./site.ts";
import { idSchema } from "./text.ts";

export const desiredSiteSchema = z.strictObject({
  id: idSchema("site"),
  wanted: z.enum(["started", "stopped"]),
  /** Grows with every edit of this site. */
  revision: z.int().min(1),
  spec: siteSpecSchema,
});
export type DesiredSite = z.infer<typeof desiredSiteSchema>;

export const desiredStateSchema = z.strictObject({
  schemaVersion: z.literal(1),
  /** Grows with every change; an older one is refused. */
  revision: z.int().min(0),
  sites: z
    .array(desiredSiteSchema)
    .max(1_000)
    // A name is a folder, a socket and a user: two sites of one name would be one site with two wills.
    .refine(
      (sites) => new Set(sites.map((site) => site.spec.name)).size === sites.length,
      "Two sites have the same name.",
    )
    .refine(
      (sites) => new Set(sites.map((site) => site.id)).size === sites.length,
      "Two sites have the same id.",
    ),
});
export type DesiredState = z.infer<typeof desiredStateSchema>;

export const emptyDesiredState: DesiredState = { schemaVersion: 1, revision: 0, sites: [] };
