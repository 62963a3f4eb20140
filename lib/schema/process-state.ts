/** The words for what a process does. "running" is not among them: *up* is not *ready*. */
import * as z from "zod";

export const processStateSchema = z.enum([
  "starting",
  "ready",
  "unhealthy",
  "draining",
  "stopping",
  "stopped",
  "backoff",
  "failed",
  "unknown",
]);
export type ProcessState = z.infer<typeof processStateSchema>;

export const siteHealthSchema = z.enum(["healthy", "degraded", "down", "stopped", "unknown"]);
export type SiteHealth = z.infer<typeof siteHealthSchema>;
