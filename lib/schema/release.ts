/** A release: one immutable copy of a site's code, with the environment it runs in. */
import * as z from "zod";
import { actorSchema } from "./operation.ts";
import { timeSchema } from "./text.ts";

/** A file the application wrote into a release at run time, beside its code. */
export const strayFileSchema = z.object({
  path: z.string(),
  kind: z.enum(["file", "directory"]),
  sizeBytes: z.int(),
  change: z.enum(["appeared", "changed"]),
});
export type StrayFile = z.infer<typeof strayFileSchema>;

export const releaseSchema = z.object({
  number: z.int().min(1),
  createdAt: timeSchema,
  actor: actorSchema,
  /** How the rollout that made it ended; `pending` while it is under way. */
  result: z.enum(["pending", "succeeded", "failed"]),
  durationMs: z.int().nullable(),
  files: z.int(),
  sizeBytes: z.int(),
  /** Against the release before it, by content. */
  changes: z.object({ added: z.int(), changed: z.int(), removed: z.int() }).nullable(),
  changedPaths: z.array(z.string()).max(50).default([]),
  environment: z.string().nullable(),
  current: z.boolean(),
  /** False once pruned: the record stays, the code is gone. */
  kept: z.boolean(),
  strays: z.array(strayFileSchema).default([]),
});
export type Release = z.infer<typeof releaseSchema>;
