/** The journal: what happened, in order, with a sequence number as the cursor. */
import * as z from "zod";
import { actorSchema, operationSchema } from "./operation.ts";
import { processStateSchema, siteHealthSchema } from "./process-state.ts";
import { idSchema, timeSchema } from "./text.ts";

export const exitCauseSchema = z.enum([
  "stopped",
  "recycled",
  "scaled-down",
  "timeout",
  "out-of-memory",
  "killed",
  "boot-failed",
  "crashed",
  "unknown",
]);
export type ExitCause = z.infer<typeof exitCauseSchema>;

const base = {
  seq: z.int().min(1),
  at: timeSchema,
  siteId: idSchema("site").optional(),
  actor: actorSchema.optional(),
};

export const journalEventSchema = z.discriminatedUnion("type", [
  /** The whole operation after each change of a step. */
  z.object({ ...base, type: z.literal("operation"), operation: operationSchema }),
  z.object({
    ...base,
    type: z.literal("site-state"),
    state: processStateSchema,
    reason: z.string().optional(),
  }),
  z.object({
    ...base,
    type: z.literal("health"),
    from: siteHealthSchema,
    to: siteHealthSchema,
    reason: z.string().optional(),
  }),
  z.object({
    ...base,
    type: z.literal("worker-exit"),
    pid: z.int(),
    generation: z.int(),
    cause: exitCauseSchema,
    /** `METHOD /path` it was serving, when it died busy. */
    serving: z.string().optional(),
    detail: z.string(),
  }),
  /** A master, nginx, the panel, the keeper or the supervisor itself ended or came back. */
  z.object({
    ...base,
    type: z.literal("process"),
    workload: z.string(),
    change: z.enum(["started", "exited", "adopted", "backoff"]),
    pid: z.int().optional(),
    detail: z.string(),
  }),
  z.object({ ...base, type: z.literal("quarantine"), active: z.boolean(), reason: z.string() }),
  z.object({ ...base, type: z.literal("publish"), revision: z.int(), ok: z.boolean(), detail: z.string() }),
  /** Something an admin should know: disk full, state unreadable, files written in the wrong place. */
  z.object({
    ...base,
    type: z.literal("notice"),
    level: z.enum(["info", "warning", "error"]),
    code: z.string(),
    detail: z.string(),
  }),
]);
export type JournalEvent = z.infer<typeof journalEventSchema>;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
/** An event before the journal has given it a number and a time. */
export type NewJournalEvent = DistributiveOmit<JournalEvent, "seq" | "at">;
