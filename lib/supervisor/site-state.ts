/** One word for a site, from what was observed, with its reason. */
import type { DesiredSite } from "../schema/desired.ts";
import type { ProcessState } from "../schema/process-state.ts";
import type { Context } from "./context.ts";
import { currentMaster, type SiteRuntime } from "./site-runtime.ts";

export function siteState(
  context: Context,
  site: DesiredSite,
  runtime: SiteRuntime,
): { state: ProcessState; reason?: string } {
  const operation = context.operations.busyWith(site.id);
  const alive = currentMaster(runtime) !== null;
  if (operation !== null) {
    const kind = context.operations.get(operation)?.kind;
    if (kind === "stop" || kind === "remove") return { state: "stopping" };
    if (kind === "create" || kind === "start" || kind === "restart") return { state: "starting" };
  }
  if (site.wanted === "stopped") return { state: alive ? "stopping" : "stopped" };
  if (!alive) {
    if (runtime.restart.crashLoop)
      return { state: "failed", reason: runtime.restart.reason ?? "It keeps dying." };
    if (runtime.restart.reason) return { state: "backoff", reason: runtime.restart.reason };
    if (runtime.failed) return { state: "failed", reason: runtime.failed.reason };
    return { state: "starting" };
  }
  if (runtime.probes.socket.ok === false) {
    return { state: "unhealthy", reason: runtime.health.reason ?? "The health check fails." };
  }
  const ready = runtime.facts?.workers.some((worker) => worker.ready) ?? false;
  if (!ready) return { state: "starting" };
  return { state: "ready" };
}
