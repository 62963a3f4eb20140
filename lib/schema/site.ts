/**
 * A site: the domains it answers on, where its code comes from, how its workers are run and how requests reach
 * them. This is what people edit; releases, generations and states are elsewhere.
 */
import * as z from "zod";
import {
  absolutePathSchema,
  domainSchema,
  entryPointSchema,
  envNameSchema,
  relativePathSchema,
  siteNameSchema,
  urlFolderSchema,
  urlPathSchema,
} from "./text.ts";

export const frameworkSchema = z.enum(["flask", "django", "fastapi", "starlette", "wsgi", "asgi", "unknown"]);
export type Framework = z.infer<typeof frameworkSchema>;

export const sourceSchema = z.strictObject({
  kind: z.literal("directory"),
  path: absolutePathSchema,
  /** `snapshot` copies the code into a release on every reload; `in-place` runs it where it lies. */
  mode: z.enum(["snapshot", "in-place"]).default("snapshot"),
});
export type Source = z.infer<typeof sourceSchema>;

export const appSchema = z.strictObject({
  entry: entryPointSchema,
  framework: frameworkSchema.default("unknown"),
});

export const workerClassSchema = z.enum(["sync", "gthread"]);
export type WorkerClass = z.infer<typeof workerClassSchema>;

/** Workers of one site may not exceed this; beyond it a typo is likelier than an intention. */
export const MAX_WORKERS = 64;

export const poolSchema = z.strictObject({
  server: z.literal("gunicorn").default("gunicorn"),
  workerClass: workerClassSchema.default("gthread"),
  workers: z
    .int("Give a whole number.")
    .min(1, "At least 1 worker.")
    .max(MAX_WORKERS, `At most ${MAX_WORKERS} workers.`),
  /** Threads of one worker; sync workers have exactly one. */
  threads: z
    .int("Give a whole number.")
    .min(1, "At least 1 thread.")
    .max(128, "At most 128 threads.")
    .default(8),
  /** gunicorn `timeout`: a sync worker that is silent for longer is killed; also the longest request allowed. */
  timeoutMs: z.int().min(1_000).max(3_600_000).default(30_000),
  /** How long a worker may finish its requests when it is asked to stop. */
  gracefulTimeoutMs: z.int().min(1_000).max(600_000).default(30_000),
  /** Recycle a worker after this many requests; 0 means never. */
  maxRequests: z.int().min(0).max(10_000_000).default(0),
  maxRequestsJitter: z.int().min(0).max(1_000_000).default(0),
});
export type Pool = z.infer<typeof poolSchema>;

export const staticMappingSchema = z.strictObject({
  urlPath: urlFolderSchema,
  /** Relative to the source folder (and then taken from the release), or absolute. */
  directory: z.union([relativePathSchema, absolutePathSchema]),
});
export type StaticMapping = z.infer<typeof staticMappingSchema>;

export const healthCheckSchema = z.strictObject({
  path: urlPathSchema.default("/"),
  intervalMs: z.int().min(1_000).max(3_600_000).default(10_000),
  timeoutMs: z.int().min(100).max(60_000).default(2_000),
  /** Passes in a row that make an unhealthy site healthy, and that a new generation must show before cut over. */
  healthyThreshold: z.int().min(1).max(20).default(2),
  /** Failures in a row that make a healthy site unhealthy. */
  unhealthyThreshold: z.int().min(1).max(20).default(3),
});
export type HealthCheck = z.infer<typeof healthCheckSchema>;

export const envVariableSchema = z.strictObject({
  name: envNameSchema,
  value: z
    .string()
    .max(32_768)
    .regex(/^[^\u0000]*$/, "An environment variable cannot hold a NUL character."),
  secret: z.boolean().default(false),
});
export type EnvVariable = z.infer<typeof envVariableSchema>;

export const environmentSchema = z.discriminatedUnion("kind", [
  /** Built by Monban from the requirements found in the source. */
  z.strictObject({ kind: z.literal("managed"), python: absolutePathSchema.optional() }),
  /** An existing virtual environment, used and never modified. */
  z.strictObject({ kind: z.literal("existing"), path: absolutePathSchema }),
]);
export type Environment = z.infer<typeof environmentSchema>;

export const persistentPathSchema = z.strictObject({
  path: relativePathSchema,
  kind: z.enum(["file", "directory"]),
  /** Why it is kept outside releases, as shown to people. */
  reason: z.string().max(300).default("named by hand"),
});
export type PersistentPath = z.infer<typeof persistentPathSchema>;

export const rolloutSchema = z.strictObject({
  /** From the start of the master until every worker has loaded the application. */
  bootDeadlineMs: z.int().min(1_000).max(600_000).default(60_000),
  /** After cut over: worker deaths and server errors in this window bring the old generation back. */
  watchWindowMs: z.int().min(0).max(600_000).default(5_000),
  /** Releases kept besides the current one. */
  keepReleases: z.int().min(1).max(50).default(5),
});
export type Rollout = z.infer<typeof rolloutSchema>;

export const siteSpecSchema = z.strictObject({
  name: siteNameSchema,
  domains: z.array(domainSchema).min(1, "Give at least one domain.").max(50, "At most 50 domains."),
  source: sourceSchema,
  app: appSchema,
  pool: poolSchema,
  environment: environmentSchema.default({ kind: "managed" }),
  static: z.array(staticMappingSchema).max(50).default([]),
  health: healthCheckSchema.prefault({}),
  env: z.array(envVariableSchema).max(200).default([]),
  persistent: z.array(persistentPathSchema).max(200).default([]),
  rollout: rolloutSchema.prefault({}),
  /** The largest request body nginx lets through. */
  maxBodyBytes: z
    .int()
    .min(0)
    .max(100 * 1024 ** 3)
    .default(16 * 1024 ** 2),
});
export type SiteSpec = z.infer<typeof siteSpecSchema>;
