/**
 * What people send to make or change a site. It differs from the spec in two ways: nearly everything may be left
 * out, and environment variables are an object, because that is how everybody writes them.
 */
import * as z from "zod";
import {
  appSchema,
  environmentSchema,
  envVariableSchema,
  healthCheckSchema,
  persistentPathSchema,
  poolSchema,
  rolloutSchema,
  siteSpecSchema,
  sourceSchema,
  staticMappingSchema,
} from "./site.ts";
import { domainSchema, envNameSchema, siteNameSchema } from "./text.ts";

type WithoutDefault<T> =
  T extends z.ZodDefault<infer Inner>
    ? z.ZodOptional<Inner>
    : T extends z.ZodPrefault<infer Inner>
      ? z.ZodOptional<Inner>
      : T extends z.ZodType
        ? z.ZodOptional<T>
        : never;

/** The same object with every field optional and no defaults: what is absent stays as it is. */
function changesOf<Shape extends z.ZodRawShape>(
  object: z.ZodObject<Shape, z.core.$strict>,
): z.ZodObject<{ [Key in keyof Shape]: WithoutDefault<Shape[Key]> }, z.core.$strict> {
  const shape: Record<string, z.ZodType> = {};
  for (const [name, field] of Object.entries(object.shape as unknown as Record<string, z.ZodType>)) {
    const bare =
      field instanceof z.ZodDefault || field instanceof z.ZodPrefault ? (field.unwrap() as z.ZodType) : field;
    shape[name] = bare.optional();
  }
  return z.strictObject(shape) as never;
}

/**
 * Environment variables by name. A plain string is a plain value. `{ value, secret: true }` is write-only: it is
 * answered as `{ secret: true }`, and sent back like that it keeps its value. `null` removes the variable.
 */
const envValueText = envVariableSchema.shape.value;
export const envChangeSchema = z.record(
  envNameSchema,
  z.union(
    [
      envValueText,
      z.strictObject({ value: envValueText.optional(), secret: z.boolean().optional() }),
      z.null(),
    ],
    'Give the value as text, as { "value": "…", "secret": true }, or null to remove it.',
  ),
);
export type EnvChange = z.infer<typeof envChangeSchema>;

const domainsSchema = siteSpecSchema.shape.domains;
const staticListSchema = z.array(staticMappingSchema).max(50, "At most 50 static mappings.");
const persistentListSchema = z.array(persistentPathSchema).max(200, "At most 200 persistent paths.");
const maxBodySchema = siteSpecSchema.shape.maxBodyBytes.unwrap();

export const createSiteSchema = z.strictObject({
  name: siteNameSchema,
  domains: z.array(domainSchema).min(1, "Give at least one domain.").max(50, "At most 50 domains."),
  source: sourceSchema.extend({ kind: z.literal("directory").default("directory") }),
  /** Left out: detected from the source, like `static`, `persistent` and the path of the health check. */
  app: changesOf(appSchema).optional(),
  pool: changesOf(poolSchema).optional(),
  environment: environmentSchema.optional(),
  static: staticListSchema.optional(),
  health: changesOf(healthCheckSchema).optional(),
  env: envChangeSchema.optional(),
  persistent: persistentListSchema.optional(),
  rollout: changesOf(rolloutSchema).optional(),
  maxBodyBytes: maxBodySchema.optional(),
  /** False creates the site stopped. */
  start: z.boolean().default(true),
});
export type CreateSite = z.input<typeof createSiteSchema>;

/** A change: objects are merged field by field, lists are replaced, what is absent stays. */
export const changeSiteSchema = z.strictObject({
  name: siteNameSchema.optional(),
  domains: domainsSchema.optional(),
  source: changesOf(sourceSchema).optional(),
  app: changesOf(appSchema).optional(),
  pool: changesOf(poolSchema).optional(),
  environment: environmentSchema.optional(),
  static: staticListSchema.optional(),
  health: changesOf(healthCheckSchema).optional(),
  env: envChangeSchema.optional(),
  persistent: persistentListSchema.optional(),
  rollout: changesOf(rolloutSchema).optional(),
  maxBodyBytes: maxBodySchema.optional(),
});
export type ChangeSite = z.infer<typeof changeSiteSchema>;
