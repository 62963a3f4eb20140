/**
 * The watchdog for requests that never end. gthread's own `timeout` watches the worker's main loop and never sees a
 * hung thread (facts §1.5), so the supervisor asks such a worker to end, lets its other requests finish, and insists.
 */
import { MAX_WORKERS } from "../../schema/site.ts";
import type { ProcessStat } from "../../system/system.ts";
import type { Context } from "../context.ts";
import { currentMaster, type SiteRuntime } from "../site-runtime.ts";

/** gunicorn's own timeout comes first where it works; this much later the watchdog acts. */
const SLACK_MS = 1_000;
/** All workers of the largest pool, twice, because old ones may still finish. */
const MAX_WORKERS_LOOKED_AT = 2 * MAX_WORKERS;

/** Looks at the newest facts; workers with a request beyond the limit are asked to end, later killed. */
export async function watchHungRequests(context: Context, runtime: SiteRuntime): Promise<void> {
  const { current, facts, hung } = runtime;
  if (!current || !facts || currentMaster(runtime) === null) return;
  const now = context.system.clock.monotonic();
  const alive = new Set(facts.workers.map((worker) => worker.pid));
  for (const pid of hung.keys()) if (!alive.has(pid)) hung.delete(pid);
  // The facts are a file the site can write: what it says beyond its own workers is not looked at.
  for (const worker of facts.workers.slice(0, MAX_WORKERS_LOOKED_AT)) {
    const known = hung.get(worker.pid);
    if (known) {
      if (!known.killed && now - known.since > current.pool.gracefulTimeoutMs) {
        known.killed = true;
        await signalWorker(context, runtime, worker.pid, "SIGKILL");
      }
      continue;
    }
    if (!worker.current || worker.current.forMs <= current.pool.timeoutMs + SLACK_MS) continue;
    if ((await ownWorker(context, runtime, worker.pid)) === null) continue;
    const serving = `${worker.current.method} ${worker.current.path}`;
    hung.set(worker.pid, { since: now, killed: false, serving });
    context.journal.write({
      type: "notice",
      level: "warning",
      code: "hung-request",
      ...(runtime.siteId ? { siteId: runtime.siteId } : {}),
      detail: `${serving} has been running for ${Math.round(worker.current.forMs / 1000)} s in worker ${worker.pid}; the worker finishes its other requests and is replaced.`,
    });
    await signalWorker(context, runtime, worker.pid, "SIGTERM");
  }
}

/** The pid comes from a file the site can write: only a child of this site's master may be told of or touched. */
async function ownWorker(context: Context, runtime: SiteRuntime, pid: number): Promise<ProcessStat | null> {
  const stat = await context.system.machine.processStat(pid);
  return stat && stat.parent === currentMaster(runtime)?.pid ? stat : null;
}

async function signalWorker(
  context: Context,
  runtime: SiteRuntime,
  pid: number,
  signal: "SIGTERM" | "SIGKILL",
): Promise<void> {
  const stat = await ownWorker(context, runtime, pid);
  if (stat === null) return;
  await context.system.keeper
    .signal({ pid, startTime: stat.startTime, signal, group: false })
    .catch((cause) =>
      context.log(
        `${runtime.name}: worker ${pid}: ${cause instanceof Error ? cause.message : String(cause)}`,
      ),
    );
}
