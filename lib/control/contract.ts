/**
 * The contract between panel and supervisor: HTTP with JSON over one unix socket (mode 0660, group of the panel).
 * Both sides parse with these schemas; the version changes whenever one of them does in an incompatible way.
 *
 *   GET    /v1/hello                                   → Hello
 *   GET    /v1/observed                                → ObservedState
 *   GET    /v1/desired                                 → DesiredState (with secrets; the panel owns it anyway)
 *   PUT    /v1/desired            PutDesired           → { operations: Operation[] }      409 when older than held
 *   POST   /v1/operations         StartOperation       → Operation (202)                  404 site, 409 busy
 *   GET    /v1/operations?siteId=&limit=               → { data: Operation[] }            newest first
 *   GET    /v1/operations/:id?waitMs=&after=           → Operation    waits until it ends, or until a step changed
 *                                                                     since the number of changes in `after`
 *   GET    /v1/operations/:id/output?offset=&waitMs=   → OutputChunk  what pip and release commands printed
 *   POST   /v1/operations/:id/cancel                   → Operation    before cut over only, else 409
 *   GET    /v1/events?after=&limit=&waitMs=            → EventPage    waits up to waitMs when there is none
 *   GET    /v1/sites/:siteId/workers                   → { data: Worker[] }
 *   GET    /v1/sites/:siteId/releases                  → { data: Release[] }              newest first
 *   GET    /v1/sites/:siteId/history?minutes=          → { data: Minute[] }               oldest first
 *   GET    /v1/sites/:siteId/config-files              → { data: ConfigFile[] }
 *   GET    /v1/sites/:siteId/logs?LogQuery             → LogPage                          newest last
 *   GET    /v1/sites/:siteId/logs/stream?source=&contains=&level=   → one LogLine of JSON per text line, until closed
 *   GET    /v1/sites/:siteId/logs/download?source=     → text/plain, rotated files first
 *   POST   /v1/inspections        { path }             → Inspection                       422 with the field `path`
 *   GET    /v1/folders?path=                           → FolderListing                    422 with the field `path`
 *   POST   /v1/checks             { spec, siteId? }    → { errors: FieldError[] }         what only the machine can tell
 *
 * Errors are Problem documents with their status.
 */
import * as z from "zod";
import { desiredStateSchema } from "../schema/desired.ts";
import { journalEventSchema } from "../schema/event.ts";
import { logLevelSchema, logLineSchema, logSourceSchema } from "../schema/log-line.ts";
import { actorSchema } from "../schema/operation.ts";
import { fieldErrorSchema } from "../schema/problem.ts";
import { siteSpecSchema } from "../schema/site.ts";
import { absolutePathSchema, idSchema, timeSchema } from "../schema/text.ts";

export const CONTROL_PROTOCOL = 1;

/** Bodies above this are refused; a desired state of 1,000 sites stays far below. */
export const MAX_CONTROL_BODY_BYTES = 16 * 1024 ** 2;

/** No request is held open longer than this, whatever `waitMs` says. */
export const MAX_WAIT_MS = 60_000;

export const helloSchema = z.object({
  protocol: z.int(),
  version: z.string(),
  pid: z.int(),
  startedAt: timeSchema,
});
export type Hello = z.infer<typeof helloSchema>;

export const putDesiredSchema = z.strictObject({
  desired: desiredStateSchema,
  actor: actorSchema,
  /** Sites that are no longer desired and whose releases, logs and system user go with them; others keep their files. */
  purge: z.array(idSchema("site")).default([]),
});
export type PutDesired = z.infer<typeof putDesiredSchema>;

export const startOperationSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("reload"), siteId: idSchema("site"), actor: actorSchema }),
  z.strictObject({ kind: z.literal("restart"), siteId: idSchema("site"), actor: actorSchema }),
  z.strictObject({
    kind: z.literal("rollback"),
    siteId: idSchema("site"),
    release: z.int().min(1),
    actor: actorSchema,
  }),
]);
export type StartOperation = z.infer<typeof startOperationSchema>;

export const outputChunkSchema = z.object({ text: z.string(), nextOffset: z.int(), finished: z.boolean() });
export type OutputChunk = z.infer<typeof outputChunkSchema>;

export const eventPageSchema = z.object({
  data: z.array(journalEventSchema),
  /** Give it as `after` next time. Never beyond the newest event: less than `after` tells that the journal began anew. */
  next: z.int(),
  /** Events that were rotated away before they could be read. */
  lost: z.int(),
});
export type EventPage = z.infer<typeof eventPageSchema>;

export const logQuerySchema = z.object({
  source: logSourceSchema,
  limit: z.coerce.number().int().min(1).max(1_000).default(200),
  before: z.string().max(100).optional(),
  after: z.string().max(100).optional(),
  contains: z.string().max(200).optional(),
  level: logLevelSchema.optional(),
});
export type LogQuery = z.infer<typeof logQuerySchema>;

export const logPageSchema = z.object({
  data: z.array(logLineSchema),
  before: z.string().nullable(),
  after: z.string().nullable(),
});
export type LogPage = z.infer<typeof logPageSchema>;

export const configFileSchema = z.object({
  kind: z.enum(["nginx", "gunicorn", "nginx-main"]),
  path: z.string(),
  text: z.string(),
  /** What it belongs to: a revision of nginx or a generation of the pool. */
  revision: z.int().nullable(),
  updatedAt: timeSchema.nullable(),
});
export type ConfigFile = z.infer<typeof configFileSchema>;

export const inspectRequestSchema = z.strictObject({ path: absolutePathSchema });
export const checkRequestSchema = z.strictObject({
  spec: siteSpecSchema,
  siteId: idSchema("site").optional(),
});
export const checkReplySchema = z.object({ errors: z.array(fieldErrorSchema) });
