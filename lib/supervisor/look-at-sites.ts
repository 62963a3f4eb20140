/** The look every second: per-worker facts, queues, deaths, access logs. Cheap, because it is done all day. */
import type { DesiredSite } from "../schema/desired.ts";
import { checkWhenDue, judgeHealth } from "./check-site.ts";
import type { Context } from "./context.ts";
import { countWorkers } from "./pool/count-workers.ts";
import { relieveOrphans } from "./pool/end-orphans.ts";
import { watchHungRequests } from "./pool/hung-requests.ts";
import { generationName } from "./pool/names.ts";
import { readFacts } from "./pool/read-facts.ts";
import { readWorkerExits } from "./pool/worker-exits.ts";
import type { SiteRuntime } from "./site-runtime.ts";
import { siteState } from "./site-state.ts";

/** A busy site may be a little behind after one round; a site that was never read does not hold up the others. */
const MAX_LOG_TURNS = 8;

/** One round over all sites. A site whose files cannot be read does not stop the round. */
export async function lookAtSites(context: Context): Promise<void> {
  const pairs = context.desired.get().sites.flatMap((site) => {
    const runtime = context.sites.get(site.spec.name);
    return runtime ? [{ site, runtime }] : [];
  });
  const names = pairs.flatMap(({ runtime }) =>
    runtime.current &&
    runtime.generations.some(
      (generation) => generation.number === runtime.current?.number && generation.socketHeld,
    )
      ? [generationName(runtime.name, runtime.current.number)]
      : [],
  );
  const waiting =
    names.length === 0
      ? {}
      : await context.system.keeper.waiting(names).catch(() => ({}) as Record<string, boolean | null>);
  for (const { site, runtime } of pairs) {
    try {
      await lookAtSite(context, site, runtime, waiting);
    } catch (cause) {
      context.log(`${runtime.name}: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
  }
}

async function lookAtSite(
  context: Context,
  site: DesiredSite,
  runtime: SiteRuntime,
  waiting: Record<string, boolean | null>,
): Promise<void> {
  const now = context.system.clock.now();
  runtime.facts = runtime.current ? await readFacts(context, runtime.name, runtime.current.number) : null;
  for (const generation of runtime.generations) await readWorkerExits(context, runtime, generation.number);
  if (runtime.current) {
    runtime.queueWaiting = waiting[generationName(runtime.name, runtime.current.number)] ?? false;
    const busyThreads = runtime.facts?.workers.reduce((sum, worker) => sum + worker.busyThreads, 0) ?? 0;
    runtime.metrics.addSample({ atMs: now, busyThreads, queueWaiting: runtime.queueWaiting });
    await watchHungRequests(context, runtime);
    await relieveOrphans(context, runtime.name);
    await countWorkers(context, runtime);
  }
  let figures = await runtime.metrics.tick();
  for (let turn = 1; figures.more && turn < MAX_LOG_TURNS; turn += 1) figures = await runtime.metrics.tick();
  for (const { code, level, detail } of figures.notices)
    context.notices.raise(`${code}:${runtime.name}`, level, detail);
  if (figures.notices.length === 0) context.notices.clear(`metrics-late:${runtime.name}`);
  checkWhenDue(context, runtime, site);
  judgeHealth(context, runtime, site);
  tellState(context, site, runtime);
}

function tellState(context: Context, site: DesiredSite, runtime: SiteRuntime): void {
  const { state, reason } = siteState(context, site, runtime);
  if (runtime.lastState === state) return;
  if (runtime.lastState !== null) {
    context.journal.write({ type: "site-state", siteId: site.id, state, ...(reason ? { reason } : {}) });
  }
  runtime.lastState = state;
}
