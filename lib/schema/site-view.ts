/** A site as the API and the dashboard show it: what people set, and beside it what was seen. */
import * as z from "zod";
import { siteObservationSchema } from "./observed.ts";
import { operationSchema } from "./operation.ts";
import { processStateSchema, siteHealthSchema } from "./process-state.ts";
import { releaseSchema } from "./release.ts";
import { siteSpecSchema } from "./site.ts";
import { idSchema, timeSchema } from "./text.ts";

const releaseIdSchema = idSchema("rel");

/** Environment variables by name; a secret one is `{ secret: true }` and its value is never answered. */
export const envViewSchema = z.record(
  z.string(),
  z.union([z.string(), z.object({ secret: z.literal(true) })]),
);
export type EnvView = z.infer<typeof envViewSchema>;

export const siteStatusSchema = z.object({
  health: siteHealthSchema,
  /** Null while nothing is known. */
  since: timeSchema.nullable(),
  /** Why the site is in this state, when that is known. */
  reason: z.string().nullable(),
  workers: z.object({
    ready: z.int().nullable(),
    busy: z.int().nullable(),
    wanted: z.int(),
    threads: z.int().nullable(),
    busyThreads: z.int().nullable(),
  }),
  release: z.object({ id: releaseIdSchema, number: z.int(), createdAt: timeSchema.nullable() }).nullable(),
  generation: z.int().nullable(),
  queueWaiting: z.boolean().nullable(),
  traffic: siteObservationSchema.shape.traffic.nullable(),
  quarantine: siteObservationSchema.shape.quarantine,
  /** Saved settings that could not be brought to life; the site still runs with the former ones. */
  pending: siteObservationSchema.shape.pending,
  /** The operation under way. */
  operationId: idSchema("op").nullable(),
});
export type SiteStatus = z.infer<typeof siteStatusSchema>;

export const siteViewSchema = z.object({
  id: idSchema("site"),
  ...siteSpecSchema.shape,
  env: envViewSchema,
  wanted: z.enum(["started", "stopped"]),
  state: processStateSchema,
  status: siteStatusSchema,
  createdAt: timeSchema,
  updatedAt: timeSchema,
  /** Grows with every change; give it as `If-Match` to change exactly what you saw. */
  revision: z.int(),
});
export type SiteView = z.infer<typeof siteViewSchema>;

export const releaseViewSchema = releaseSchema.extend({ id: releaseIdSchema, siteId: idSchema("site") });
export type ReleaseView = z.infer<typeof releaseViewSchema>;

export const siteHealthViewSchema = z.object({
  status: siteHealthSchema,
  since: timeSchema.nullable(),
  reason: z.string().nullable(),
  checks: siteObservationSchema.shape.health.shape.checks,
});
export type SiteHealthView = z.infer<typeof siteHealthViewSchema>;

/** What a change answers: the site as it is now, and the operation when something has to happen. */
export const siteChangeSchema = z.object({ site: siteViewSchema, operation: operationSchema.nullable() });
export type SiteChange = z.infer<typeof siteChangeSchema>;
