/** Small shapes that many routes share. */
import * as z from "zod";
import { operationSchema } from "../schema/operation.ts";
import { siteViewSchema } from "../schema/site-view.ts";
import { idSchema } from "../schema/text.ts";

export const siteParams = z.object({ siteId: idSchema("site") });
export const operationParams = z.object({ operationId: idSchema("op") });

const limitSchema = z.coerce
  .number("Give a whole number.")
  .int("Give a whole number.")
  .min(1, "At least 1.")
  .max(200, "At most 200.");
export const pageFields = { limit: limitSchema.default(50), cursor: z.string().max(100).optional() };
export const pageQuery = z.strictObject(pageFields);

/** A number in a query, within its bounds. */
export function queryNumber(bounds: { min: number; max: number; otherwise: number }) {
  const { min, max, otherwise } = bounds;
  return z.coerce
    .number("Give a whole number.")
    .int("Give a whole number.")
    .min(min, `At least ${min}.`)
    .max(max, `At most ${max.toLocaleString("en-US")}.`)
    .default(otherwise);
}

export const queryFlag = z
  .enum(["true", "false"])
  .default("false")
  .transform((text) => text === "true");

/** `{ data, nextCursor }`. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item), nextCursor: z.string().nullable() });
}

/** `{ data }`, for lists that are always whole. */
export function listOf<T extends z.ZodType>(item: T) {
  return z.object({ data: z.array(item) });
}

export const begunSchema = z.object({ operation: operationSchema, site: siteViewSchema });

/** Where an operation can be watched. */
export function locationOf(operation: { id: string }): { location: string } {
  return { location: `/api/v1/operations/${operation.id}` };
}

export function etagOf(site: { revision: number }): { etag: string } {
  return { etag: `"${site.revision}"` };
}
