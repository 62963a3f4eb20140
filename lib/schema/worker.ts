/** One gunicorn worker as its hooks and /proc describe it. */
import * as z from "zod";
import { timeSchema } from "./text.ts";

export const workerSchema = z.object({
  pid: z.int(),
  generation: z.int(),
  release: z.int(),
  state: z.enum(["booting", "idle", "busy", "stopping"]),
  threads: z.int(),
  busyThreads: z.int(),
  requests: z.int(),
  errors: z.int(),
  rssBytes: z.int(),
  cpuPercent: z.number(),
  startedAt: timeSchema,
  /** The request it has been serving longest right now; the path never carries the query. */
  current: z.object({ method: z.string(), path: z.string(), forMs: z.int() }).optional(),
});
export type Worker = z.infer<typeof workerSchema>;
