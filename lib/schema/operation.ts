/** An operation: a long action with an id, steps and a result. The supervisor runs it; the panel shows it. */
import * as z from "zod";
import { problemSchema } from "./problem.ts";
import { idSchema, timeSchema } from "./text.ts";

export const operationKindSchema = z.enum([
  "create",
  "reload",
  "rollback",
  "restart",
  "start",
  "stop",
  "scale",
  "apply",
  "remove",
]);
export type OperationKind = z.infer<typeof operationKindSchema>;

/**
 * The steps in the words of the product. A rollout is prepare · environment · boot · ready · probe · cut-over ·
 * watch · drain; `ready` is where the application is imported. `publish` is nginx: test, rename, reload, verify.
 * `request` is one real request through nginx. `scale` adds or removes workers; `stop`, `remove` and `prune` end things.
 */
export const stepNameSchema = z.enum([
  "prepare",
  "environment",
  "boot",
  "ready",
  "probe",
  "cut-over",
  "publish",
  "request",
  "watch",
  "drain",
  "scale",
  "stop",
  "remove",
  "prune",
]);
export type StepName = z.infer<typeof stepNameSchema>;

export const operationStepSchema = z.object({
  name: stepNameSchema,
  state: z.enum(["pending", "running", "succeeded", "failed", "skipped"]),
  startedAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
  /** One short line: what was done, or why it failed, in plain words. */
  detail: z.string().optional(),
});
export type OperationStep = z.infer<typeof operationStepSchema>;

export const actorSchema = z.object({
  kind: z.enum(["user", "token", "cli", "system"]),
  /** The user's or token's name; "monban" for the system. */
  name: z.string().max(100),
});
export type Actor = z.infer<typeof actorSchema>;
export const systemActor: Actor = { kind: "system", name: "monban" };

export const operationSchema = z.object({
  id: idSchema("op"),
  kind: operationKindSchema,
  state: z.enum(["queued", "running", "succeeded", "failed"]),
  siteId: idSchema("site").optional(),
  /** The site's name, so that it can still be told once the site is removed. */
  siteName: z.string().optional(),
  steps: z.array(operationStepSchema),
  error: problemSchema.optional(),
  /** Things the operation did that are worth knowing although it succeeded, such as requests cut at the deadline. */
  warnings: z.array(z.string()).default([]),
  /** The release this operation made or went back to. */
  release: z.int().optional(),
  createdAt: timeSchema,
  finishedAt: timeSchema.optional(),
  actor: actorSchema,
});
export type Operation = z.infer<typeof operationSchema>;
