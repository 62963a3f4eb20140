/** The state of Monban itself: every process with its pid, the ports, the host, and what an admin should mend. */
import { z } from "zod";
import { observedStateSchema } from "./observed.ts";
import { siteViewSchema } from "./site-view.ts";
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
  /** False until the supervisor holds exactly what this panel wants. */
  inStep: z.boolean(),
});
export type StatusView = z.infer<typeof statusViewSchema>;

/** What moves on its own: one `status` message of the dashboard's stream. Settings are read again when `revision` grew. */
export const liveViewSchema = z.object({
  status: statusViewSchema,
  sites: z.array(
    siteViewSchema.pick({ id: true, name: true, wanted: true, state: true, status: true, revision: true }),
  ),
});
export type LiveView = z.infer<typeof liveViewSchema>;
