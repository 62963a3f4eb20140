/**
 * Workers whose master is dead. gthread workers end by themselves at once; sync workers only when nobody visits them,
 * so that under load they would serve beside their successors for ever, with nobody to watch over them.
 */
import type { KeeperProcess } from "../../system/keeper-client.ts";
import type { Context } from "../context.ts";
import { readFacts } from "./read-facts.ts";

const LOOK_EVERY_MS = 50;

/**
 * Asks the members of a group to finish what they serve, waits for that and kills who is left. True when somebody had
 * to be killed.
 */
export async function endOrphans(
  context: Context,
  group: KeeperProcess,
  gracefulMs: number,
): Promise<boolean> {
  const { clock, keeper } = context.system;
  const signal = async (name: "SIGTERM" | "SIGKILL") => {
    const { pid, startTime } = group;
    await keeper.signal({ pid, startTime, signal: name, group: true }).catch((cause) => {
      // Gone meanwhile is exactly what was wanted.
      if ((cause as { code?: string }).code !== "NotFound") throw cause;
    });
  };
  await signal("SIGTERM");
  const until = clock.monotonic() + gracefulMs;
  while ((await keeper.members(group.pid)).length > 0) {
    if (clock.monotonic() >= until) {
      await signal("SIGKILL");
      return true;
    }
    await clock.sleep(LOOK_EVERY_MS);
  }
  return false;
}

/**
 * Ends the orphans of a site's serving generation once its new master has workers that are ready; until then the
 * orphans are the only ones who serve. Returns at once; what takes time goes on by itself.
 */
export async function relieveOrphans(context: Context, siteName: string): Promise<void> {
  const runtime = context.sites.get(siteName);
  const { current } = runtime ?? {};
  const view = runtime?.generations.find(({ number }) => number === current?.number);
  if (!runtime || !current || !view || view.pid === null) return;
  const waiting = view.orphans.filter(({ pid }) => !runtime.relieved.has(pid));
  if (waiting.length === 0) return;
  const facts = await readFacts(context, siteName, current.number);
  if (!facts?.workers.some((worker) => worker.ready)) return;
  for (const group of waiting) {
    runtime.relieved.add(group.pid);
    endOrphans(context, group, current.pool.gracefulTimeoutMs)
      .then((killed) => {
        if (!killed) return;
        context.journal.write({
          type: "notice",
          level: "warning",
          code: "orphans-killed",
          ...(runtime.siteId ? { siteId: runtime.siteId } : {}),
          detail: `Workers of the dead gunicorn master ${group.pid} did not finish within ${Math.round(current.pool.gracefulTimeoutMs / 1000)} s and were killed.`,
        });
      })
      .catch((cause) =>
        context.log(
          `${siteName}: workers of ${group.pid}: ${cause instanceof Error ? cause.message : String(cause)}`,
        ),
      )
      .finally(() => {
        runtime.relieved.delete(group.pid);
        context.wake();
      });
  }
}
