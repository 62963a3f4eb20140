/** Observed state: what the supervisor has seen, never what it hopes. */
import * as z from "zod";
import { processStateSchema, siteHealthSchema } from "./process-state.ts";
import { idSchema, timeSchema } from "./text.ts";

export const processInfoSchema = z.object({
  pid: z.int().nullable(),
  state: processStateSchema,
  startedAt: timeSchema.nullable(),
  rssBytes: z.int().nullable(),
  restarts: z.int(),
  reason: z.string().optional(),
});
export type ProcessInfo = z.infer<typeof processInfoSchema>;

export const checkResultSchema = z.object({
  /** `socket` asks the workers directly, `nginx` asks as a visitor does. */
  via: z.enum(["socket", "nginx"]),
  ok: z.boolean(),
  at: timeSchema,
  status: z.int().nullable(),
  durationMs: z.number(),
  detail: z.string(),
});
export type CheckResult = z.infer<typeof checkResultSchema>;

/** One minute of a site's life. */
export const minuteSchema = z.object({
  /** Start of the minute, ms since the epoch. */
  t: z.int(),
  checksOk: z.int(),
  checksFailed: z.int(),
  requests: z.int(),
  errors4xx: z.int(),
  errors5xx: z.int(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  bytesSent: z.int(),
  busyMax: z.int(),
  /** Share of samples in which connections waited in the socket's queue, 0 to 1. */
  queueWaitingShare: z.number(),
});
export type Minute = z.infer<typeof minuteSchema>;

export const siteObservationSchema = z.object({
  siteId: idSchema("site"),
  name: z.string(),
  state: processStateSchema,
  reason: z.string().optional(),
  health: z.object({
    status: siteHealthSchema,
    since: timeSchema,
    reason: z.string().optional(),
    checks: z.array(checkResultSchema),
  }),
  release: z.int().nullable(),
  releaseCreatedAt: timeSchema.nullable(),
  generation: z.int().nullable(),
  /** Every generation that has a living master; two during a reload. */
  generations: z.array(
    z.object({
      number: z.int(),
      release: z.int().nullable(),
      state: processStateSchema,
      pid: z.int().nullable(),
      socket: z.string(),
    }),
  ),
  workers: z.object({
    wanted: z.int(),
    ready: z.int(),
    busy: z.int(),
    threads: z.int(),
    busyThreads: z.int(),
  }),
  queueWaiting: z.boolean(),
  /** Over the last full minute or the part of it there is. */
  traffic: z.object({
    requestsPerSecond: z.number(),
    p50Ms: z.number().nullable(),
    p95Ms: z.number().nullable(),
    errorRate: z.number(),
    queueWaitingShare5m: z.number(),
  }),
  quarantine: z.object({ reason: z.string(), since: timeSchema }).nullable(),
  /** Settings that were saved and could not be brought to life; the site still runs with the former ones. */
  pending: z.object({ reason: z.string() }).nullable(),
  operationId: idSchema("op").nullable(),
  user: z.object({ uid: z.int(), name: z.string() }).nullable(),
  revision: z.int(),
});
export type SiteObservation = z.infer<typeof siteObservationSchema>;

export const observedStateSchema = z.object({
  version: z.string(),
  at: timeSchema,
  desiredRevision: z.int(),
  keeper: processInfoSchema,
  supervisor: processInfoSchema,
  panel: processInfoSchema,
  nginx: processInfoSchema.extend({
    version: z.string().nullable(),
    binary: z.string().nullable(),
    revision: z.int().nullable(),
  }),
  ports: z.object({ panel: z.int(), http: z.int(), https: z.int().nullable() }),
  host: z.object({
    cores: z.int(),
    memoryBytes: z.int(),
    memoryUsedBytes: z.int(),
    cpuPercent: z.number(),
    diskUsedShare: z.number().nullable(),
    privileged: z.boolean(),
  }),
  /** Standing conditions an admin should mend: port taken, disk full, unreadable state. */
  notices: z.array(
    z.object({
      code: z.string(),
      level: z.enum(["info", "warning", "error"]),
      detail: z.string(),
      since: timeSchema,
    }),
  ),
  sites: z.array(siteObservationSchema),
  /** Logs being followed for somebody right now; a supervisor from before this was counted does not say. */
  logReaders: z.int().nullable().optional(),
});
export type ObservedState = z.infer<typeof observedStateSchema>;
