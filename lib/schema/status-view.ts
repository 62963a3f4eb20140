/** The state of Monban itself: every process with its pid, the ports, the host, and what an admin should mend. */
import * as z from "zod";
import { observedStateSchema } from "./observed.ts";
import { timeSchema } from "./text.ts";

const { keeper, supervisor, panel, nginx, ports, host, notices } = observedStateSchema.shape;

export const statusViewSchema = z.object({
  version: z.string(),
  at: timeSchema,
  keeper,
  supervisor,
  panel,
  nginx,
  ports,
  host,
  notices,
  /** False while the supervisor cannot be reached: then `keeper`, `supervisor` and `nginx` are "unknown". Sites keep serving. */
  supervisorReachable: z.boolean(),
  /** Logs being followed for somebody right now; null while that is unknown. */
  logReaders: z.int().nullable(),
  /** False until the supervisor holds exactly what this panel wants. */
  inStep: z.boolean(),
});
export type StatusView = z.infer<typeof statusViewSchema>;
