/** Looks at the machine: what the keeper holds, which masters live, what is on disk. The plan is made from this. */
import { instancePaths, sitePaths } from "../core/layout.ts";
import type { ObservedSite, ObservedWorld } from "../core/plan.ts";
import type { DesiredSite } from "../schema/desired.ts";
import type { StepName } from "../schema/operation.ts";
import type { KeeperStatus } from "../system/keeper-client.ts";
import type { Context } from "./context.ts";
import { createSiteMetrics } from "./logs/site-metrics.ts";
import { currentGenerationNumber, readGeneration, recordedGenerations } from "./pool/generation-store.ts";
import { parseGenerationName } from "./pool/names.ts";
import { readRelease } from "./releases/release-records.ts";
import { cutOver } from "./rollout/cut-over.ts";
import { recallFailure } from "./site-failures.ts";
import { createSiteRuntime, type GenerationView, type SiteRuntime } from "./site-runtime.ts";
import { tidySite } from "./tidy.ts";
import type { Workloads } from "./workloads.ts";

/** Refreshes the memory of every site from the keeper and makes the world the plan is drawn up for. */
export async function observe(context: Context, workloads: Workloads): Promise<ObservedWorld> {
  const status = await context.system.keeper.status();
  const views = generationViews(status);
  const desired = context.desired.get();
  const names = new Set([
    ...desired.sites.map((site) => site.spec.name),
    ...views.keys(),
    ...context.sites.keys(),
    ...(await namesOnDisk(context)),
  ]);
  for (const name of names) {
    const site = desired.sites.find((candidate) => candidate.spec.name === name) ?? null;
    const siteId = site?.id ?? null;
    const held = new Set(views.get(name)?.map(({ number }) => number));
    const runtime = context.sites.get(name) ?? (await adopt(context, name, site, held));
    if (!runtime.removing) runtime.siteId = siteId ?? runtime.siteId;
    runtime.generations = await withReleases(context, runtime, views.get(name) ?? []);
    const highest = Math.max(0, ...runtime.generations.map((generation) => generation.number));
    runtime.highestGeneration = Math.max(runtime.highestGeneration, highest);
  }
  return {
    now: context.system.clock.now(),
    sites: [...context.sites.values()].map((runtime) => observedSite(context, runtime)),
    nginx: {
      alive: status.children.some((child) => child.name === "nginx" && child.state === "alive"),
      socketsHeld: !status.sockets.some((socket) => socket.name.startsWith("nginx-") && socket.rebound),
      backoffUntil: workloads.nginx.busy ? Number.POSITIVE_INFINITY : workloads.nginx.backoffUntil,
      publishedKey: context.publishedKey,
    },
    panel: {
      alive: status.children.some((child) => child.name === "panel" && child.state === "alive"),
      backoffUntil: workloads.panel.busy ? Number.POSITIVE_INFINITY : workloads.panel.backoffUntil,
    },
  };
}

const lookedAtDisk = new WeakSet<Context>();

/**
 * Sites that left something on disk that says they serve, looked for once: one that was removed while nobody could do
 * it, and of which nothing lives any more, is known by nothing else.
 */
async function namesOnDisk(context: Context): Promise<string[]> {
  // Without a desired state nothing is known to be unwanted.
  if (lookedAtDisk.has(context) || context.desired.get().revision === 0) return [];
  const { files } = context.system;
  const names: string[] = [];
  for (const name of await files.list(instancePaths(context.instance).sites)) {
    const isLinked = (await files.readLink(sitePaths(context.instance, name).current)) !== null;
    if (isLinked || (await recordedGenerations(context, name)).length > 0) names.push(name);
  }
  lookedAtDisk.add(context);
  return names;
}

function observedSite(context: Context, runtime: SiteRuntime): ObservedSite {
  const { current } = runtime;
  return {
    name: runtime.name,
    siteId: runtime.siteId,
    current:
      current === null
        ? null
        : {
            number: current.number,
            release: current.release,
            settingsHash: current.settingsHash,
            workers: current.pool.workers,
            source: current.source,
          },
    generations: runtime.generations.map(({ number, pid, socketHeld, orphans }) => ({
      number,
      masterAlive: pid !== null,
      socketHeld,
      orphaned: orphans.length > 0,
    })),
    busy:
      runtime.background || (runtime.siteId !== null && context.operations.busyWith(runtime.siteId) !== null),
    failedHash: runtime.failed?.hash ?? null,
    backoffUntil: runtime.restart.backoffUntil,
    mayRespawn: !runtime.background && isServedMeanwhile(context, runtime),
    pausedUntil: runtime.pausedUntil,
  };
}

/** From cut over to the end of the watch window the rollout itself decides what a death means. */
function isServedMeanwhile(context: Context, runtime: SiteRuntime): boolean {
  const id = runtime.siteId === null ? null : context.operations.busyWith(runtime.siteId);
  const operation = id === null ? null : context.operations.get(id);
  const stateOf = (step: StepName) => operation?.steps.find(({ name }) => name === step)?.state;
  if (stateOf("cut-over") === "succeeded") return stateOf("drain") === "running";
  return stateOf("cut-over") === "pending";
}

function generationViews(status: KeeperStatus): Map<string, GenerationView[]> {
  const views = new Map<string, GenerationView[]>();
  const view = (name: string): GenerationView | null => {
    const parsed = parseGenerationName(name);
    if (!parsed) return null;
    const list = views.get(parsed.siteName) ?? [];
    views.set(parsed.siteName, list);
    let found = list.find((generation) => generation.number === parsed.generation);
    if (!found) {
      found = {
        number: parsed.generation,
        release: null,
        pid: null,
        startTime: null,
        startedAt: null,
        socketHeld: false,
        orphans: [],
      };
      list.push(found);
    }
    return found;
  };
  for (const child of status.children) {
    const found = view(child.name);
    if (found && child.state === "alive")
      Object.assign(found, { pid: child.pid, startTime: child.startTime, startedAt: child.since });
    else found?.orphans.push({ pid: child.pid, startTime: child.startTime });
  }
  for (const socket of status.sockets) {
    const found = view(socket.name);
    if (found) found.socketHeld = true;
  }
  return views;
}

/** Adds which release each generation runs; records are read once. */
async function withReleases(
  context: Context,
  runtime: SiteRuntime,
  views: GenerationView[],
): Promise<GenerationView[]> {
  for (const view of views) {
    const known = runtime.generations.find((former) => former.number === view.number)?.release;
    view.release = known ?? (await readGeneration(context, runtime.name, view.number))?.release ?? null;
  }
  return views;
}

/** Takes up a site this process has not seen yet: which generation serves, what failed, what the past looked like. */
async function adopt(
  context: Context,
  name: string,
  site: DesiredSite | null,
  held: ReadonlySet<number>,
): Promise<SiteRuntime> {
  const { system, instance } = context;
  const siteId = site?.id ?? null;
  const metrics = await createSiteMetrics({
    system,
    logFiles: context.logFiles,
    paths: sitePaths(instance, name),
  });
  const runtime = createSiteRuntime({ name, siteId, now: system.clock.now(), metrics });
  const number = await currentGenerationNumber(context, name);
  if (number !== null) runtime.current = await readGeneration(context, name, number);
  runtime.highestGeneration = Math.max(0, number ?? 0, ...(await recordedGenerations(context, name)));
  runtime.failed = await recallFailure(context, name);
  if (runtime.current) {
    // A supervisor that died between the two renames of a cut over left them apart; the socket's word counts.
    await cutOver(context, name, runtime.current).catch((cause) =>
      context.log(`${name}: its links are not as they should be: ${cause}`),
    );
    const release = await readRelease(context, name, runtime.current.release);
    runtime.releaseCreatedAt = release?.createdAt ?? null;
    runtime.user = runtime.current.user;
  }
  await tidySite({ context, siteName: name, site, current: runtime.current, held });
  // Only now: whoever finds a site here takes what it says about it for the truth.
  context.sites.set(name, runtime);
  return runtime;
}
