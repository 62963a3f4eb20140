/**
 * How many workers gunicorn keeps up, compared with what is recorded. They differ when a supervisor died between asking
 * for a worker and writing that down, or when somebody else has sent the master a signal.
 */
import type { Context } from "../context.ts";
import { currentMaster, type SiteRuntime } from "../site-runtime.ts";
import { writeGeneration } from "./generation-store.ts";

/** A worker that died is brought back sooner than this, and one that was asked to end needs its time to finish. */
const SETTLE_MS = 2_000;

/**
 * Looks at the newest facts. When another number than the recorded one has stayed long enough, it is what counts: the
 * plan then brings it to what is desired.
 */
export async function countWorkers(context: Context, runtime: SiteRuntime): Promise<void> {
  const { current, facts } = runtime;
  const busy = runtime.siteId !== null && context.operations.busyWith(runtime.siteId) !== null;
  const master = currentMaster(runtime);
  const count = facts?.workers.length ?? 0;
  const settled = count > 0 && facts?.workers.every((worker) => worker.ready);
  if (!current || !master || busy || runtime.background || !settled || count === current.pool.workers) {
    runtime.miscount = null;
    return;
  }
  const now = context.system.clock.monotonic();
  if (runtime.miscount?.count !== count) runtime.miscount = { count, since: now };
  if (now - runtime.miscount.since < current.pool.gracefulTimeoutMs + SETTLE_MS) return;
  runtime.miscount = null;
  // The facts come from a file the site can write; the kernel has the last word.
  const processes = await context.system.machine.processes();
  const children = processes.filter(({ parent, state }) => parent === master.pid && state !== "Z");
  if (children.length !== count) return;
  context.log(`${runtime.name}: gunicorn keeps up ${count} workers, recorded were ${current.pool.workers}`);
  runtime.current = { ...current, pool: { ...current.pool, workers: count } };
  await writeGeneration(context, runtime.name, runtime.current);
  context.wake();
}
