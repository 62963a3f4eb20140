/** What can be done to a site, each as one operation with its steps. One operation per site at a time. */
import { sitePaths } from "../core/layout.ts";
import { needsNewRelease, settingsHash } from "../core/settings-hash.ts";
import type { DesiredSite } from "../schema/desired.ts";
import type { Generation } from "../schema/generation.ts";
import type { Actor, Operation, OperationKind, StepName } from "../schema/operation.ts";
import { KeeperError } from "../system/keeper-client.ts";
import type { Context } from "./context.ts";
import { type OperationHandle, StepFailure, Stopping } from "./operations.ts";
import { awaitReady, logEnd } from "./pool/await-ready.ts";
import { forgetGeneration, recordedGenerations } from "./pool/generation-store.ts";
import { generationName } from "./pool/names.ts";
import { scaleWorkers } from "./pool/scale-workers.ts";
import { holdSocket, spawnMaster } from "./pool/spawn-master.ts";
import { stopGeneration } from "./pool/stop-generation.ts";
import { publishSites } from "./publish-sites.ts";
import { settleStrays } from "./releases/settle-strays.ts";
import { removeSiteUser } from "./releases/site-user.ts";
import { cutOver } from "./rollout/cut-over.ts";
import type { RolloutOf } from "./rollout/prepare.ts";
import { probeGeneration, requestThroughNginx } from "./rollout/probe-generation.ts";
import { firstRolloutSteps, rollOut, rolloutSteps } from "./rollout/roll-out.ts";
import { rememberFailure } from "./site-failures.ts";
import type { SiteRuntime } from "./site-runtime.ts";

/** After a failure that may pass by itself the plan tries again this much later. */
const RETRY_AFTER_MS = 5_000;

/** The first rollout of a site, or a reload, rollback or change of settings of one that serves. */
export function beginRollout(args: {
  context: Context;
  runtime: SiteRuntime;
  site: DesiredSite;
  kind: Extract<OperationKind, "create" | "reload" | "rollback" | "apply" | "start">;
  of: RolloutOf;
  actor: Actor;
  /** The generation a stopped site had before its settings changed. */
  replaces?: Generation;
}): Operation {
  const { context, runtime, site, kind, actor, replaces } = args;
  const before = runtime.current;
  return begin({
    context,
    site,
    kind,
    actor,
    steps: before === null ? firstRolloutSteps : rolloutSteps,
    run: async (handle) => {
      try {
        await rollOut({ context, handle, runtime, site, of: args.of, actor });
        await rememberFailure(context, runtime, null);
      } catch (cause) {
        runtime.current ??= replaces ?? null;
        const reason = cause instanceof Error ? cause.message : String(cause);
        const hash = settingsHash(site.spec);
        if (isPassing(cause, handle)) pause(context, runtime);
        // A failed reload to new code says nothing about the settings that already serve.
        else if (runtime.current?.settingsHash !== hash)
          await rememberFailure(context, runtime, { hash, reason });
        throw cause;
      } finally {
        if (replaces && runtime.current?.number !== replaces.number)
          await forgetGeneration(context, site.spec.name, replaces.number);
      }
    },
    afterFailure: () =>
      before === null
        ? "The site is not served yet."
        : runtime.current?.number === before.number
          ? `Nothing changed for visitors: the site still runs release ${before.release}.`
          : `The site runs release ${runtime.current?.release ?? "unknown"}.`,
  });
}

/** True when it says nothing about the site: the supervisor or the keeper went away in the middle. */
function isPassing(cause: unknown, handle: OperationHandle): boolean {
  if (handle.signal.reason instanceof Stopping) return true;
  return cause instanceof KeeperError && cause.code === "Closed";
}

function pause(context: Context, runtime: SiteRuntime): void {
  runtime.pausedUntil = context.system.clock.now() + RETRY_AFTER_MS;
}

/** Stops the master and starts it again on the same socket and release; requests wait in the queue meanwhile. */
export function beginRestart(args: {
  context: Context;
  runtime: SiteRuntime;
  site: DesiredSite;
  actor: Actor;
}): Operation {
  const { context, runtime, site, actor } = args;
  return begin({
    context,
    site,
    kind: "restart",
    actor,
    steps: ["stop", "boot", "ready", "probe", "request"],
    run: async (handle) => {
      const generation = requireCurrent(runtime);
      await handle.step("stop", async () => {
        handle.pastTheReturn();
        const report = await stopGeneration({
          context,
          siteName: site.spec.name,
          generation: generation.number,
          drain: false,
          keepSocket: true,
        });
        return report.killed
          ? `killed after the deadline, ${report.cut.length} requests cut`
          : "finished by itself";
      });
      await bringUp({ context, handle, runtime, site });
    },
    afterFailure: () => "The site may not be answering; Monban keeps trying to start it.",
  });
}

/** Starts a stopped site with the release it had, or with a first rollout when it has none or its settings changed. */
export function beginStart(args: {
  context: Context;
  runtime: SiteRuntime;
  site: DesiredSite;
  actor: Actor;
}): Operation {
  const { context, runtime, site, actor } = args;
  const generation = runtime.current;
  if (generation === null || generation.settingsHash !== settingsHash(site.spec)) {
    runtime.current = null;
    const isNew = generation === null || needsNewRelease(generation.source, site.spec.source);
    return beginRollout({
      context,
      runtime,
      site,
      kind: "start",
      of: isNew ? { kind: "new-release" } : { kind: "older-release", number: generation.release },
      actor,
      ...(generation ? { replaces: generation } : {}),
    });
  }
  return begin({
    context,
    site,
    kind: "start",
    actor,
    steps: ["boot", "ready", "probe", "publish", "request"],
    run: (handle) => bringUp({ context, handle, runtime, site }),
    afterFailure: () => "The site is not served.",
  });
}

/** Takes the site out of nginx, lets its workers finish and ends them. The release stays for the next start. */
export function beginStop(args: {
  context: Context;
  runtime: SiteRuntime;
  site: DesiredSite;
  actor: Actor;
}): Operation {
  const { context, runtime, site, actor } = args;
  return begin({
    context,
    site,
    kind: "stop",
    actor,
    steps: ["publish", "drain", "prune"],
    onFailure: () => pause(context, runtime),
    run: async (handle) => {
      handle.pastTheReturn();
      await handle.step("publish", () => takeOutOfNginx(context, handle));
      await handle.step("drain", () => stopAll(context, runtime, handle, { keepRecord: true }));
      await handle.step("prune", async () => {
        const notes = await settleStrays({ context, site });
        for (const sentence of notes) handle.warn(sentence);
        return notes.length === 0 ? "nothing to tidy up" : notes.join(" ");
      });
    },
  });
}

/** Adds or removes workers of the living master. */
export function beginScale(args: {
  context: Context;
  runtime: SiteRuntime;
  site: DesiredSite;
  actor: Actor;
}): Operation {
  const { context, runtime, site, actor } = args;
  const wanted = site.spec.pool.workers;
  return begin({
    context,
    site,
    kind: "scale",
    actor,
    steps: ["scale"],
    onFailure: () => pause(context, runtime),
    run: async (handle) => {
      const generation = requireCurrent(runtime);
      handle.pastTheReturn();
      await handle.step("scale", async () => {
        runtime.scaling = wanted < generation.pool.workers;
        await scaleWorkers({
          context,
          siteName: site.spec.name,
          generation,
          wanted,
          bootDeadlineMs: site.spec.rollout.bootDeadlineMs,
          onProgress: (workers) => {
            runtime.current = { ...generation, pool: { ...generation.pool, workers } };
            handle.output(`${workers} workers\n`);
          },
        }).finally(() => {
          runtime.scaling = false;
        });
        return `${generation.pool.workers} → ${wanted} workers`;
      });
    },
    afterFailure: () =>
      `The site runs with ${runtime.current?.pool.workers ?? "an unknown number of"} workers.`,
  });
}

/** Removes a site that is not desired any more; its files go only when that was asked for. */
export function beginRemove(args: {
  context: Context;
  runtime: SiteRuntime;
  actor: Actor;
  purge: boolean;
}): Operation {
  const { context, runtime, actor, purge } = args;
  const { files } = context.system;
  const paths = sitePaths(context.instance, runtime.name);
  // One that was adopted has no id any more by which it could be seen that an operation works on it.
  runtime.background = true;
  runtime.removing = true;
  return context.operations.start({
    kind: "remove",
    ...(runtime.siteId ? { siteId: runtime.siteId } : {}),
    siteName: runtime.name,
    actor,
    steps: ["publish", "drain", "remove"],
    onEnd: ({ state }) => {
      runtime.background = false;
      runtime.removing = false;
      if (state === "failed") pause(context, runtime);
      context.wake();
    },
    run: async (handle) => {
      handle.pastTheReturn();
      await handle.step("publish", () => takeOutOfNginx(context, handle));
      await handle.step("drain", () => stopAll(context, runtime, handle, { keepRecord: false }));
      await handle.step("remove", async () => {
        await files.remove(paths.runtime);
        await files.remove(paths.current);
        runtime.current = null;
        if (purge) {
          await files.remove(paths.home);
          await files.remove(paths.logs);
          // Another Monban on this machine may run a site of the same name as the same user.
          await removeSiteUser({ system: context.system, siteName: runtime.name }).catch((cause) =>
            handle.warn(`The site's system user was left: ${cause instanceof Error ? cause.message : cause}`),
          );
        }
        // From here on a new site may have the name.
        context.sites.delete(runtime.name);
        if (!purge) return "releases, environments and logs are kept";
        return "releases, environments and logs are removed; the source folder is untouched";
      });
    },
  });
}

function begin(args: {
  context: Context;
  site: DesiredSite;
  kind: OperationKind;
  actor: Actor;
  steps: StepName[];
  run: (handle: OperationHandle) => Promise<void>;
  afterFailure?: () => string;
  onFailure?: () => void;
}): Operation {
  const { context, site, onFailure, ...rest } = args;
  return context.operations.start({
    ...rest,
    siteId: site.id,
    siteName: site.spec.name,
    onEnd: ({ state }) => {
      if (state === "failed") onFailure?.();
      context.wake();
    },
  });
}

/** An nginx that takes no configuration does not keep anybody from stopping a site; it is told again by the plan. */
async function takeOutOfNginx(context: Context, handle: OperationHandle): Promise<string> {
  try {
    return await publishSites(context);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    handle.warn(`nginx still sends visitors to this site, who get an error: ${reason}`);
    return "nginx did not take it and is told again";
  }
}

function requireCurrent(runtime: SiteRuntime) {
  if (runtime.current) return runtime.current;
  throw new StepFailure({
    code: "not-serving",
    sentence: "This site has no generation that serves.",
    hint: "Press Reload to make a release.",
  });
}

/** Boots the recorded generation again and proves it: the tail of start and restart. */
async function bringUp(args: {
  context: Context;
  handle: OperationHandle;
  runtime: SiteRuntime;
  site: DesiredSite;
}): Promise<void> {
  const { context, handle, runtime, site } = args;
  const current = requireCurrent(runtime);
  const generation = { ...current, pool: { ...current.pool, workers: site.spec.pool.workers } };
  const logOffset = await logEnd(context, site.spec.name);
  let master = { pid: 0, startTime: 0 };
  await handle.step("boot", async () => {
    await holdSocket(context, site.spec.name, generation);
    master = await spawnMaster(context, site.spec.name, generation);
    runtime.current = generation;
    return `gunicorn master ${master.pid}`;
  });
  await handle.step("ready", async () => {
    const { bootDeadlineMs } = site.spec.rollout;
    const ready = await awaitReady({
      context,
      siteName: site.spec.name,
      generation,
      master,
      logOffset,
      deadlineMs: bootDeadlineMs,
    });
    return `${ready} workers`;
  });
  await handle.step("probe", () => probeGeneration({ context, site, generation }));
  // After a clean stop or a reboot the run folder is empty, and nginx has to find the socket again.
  await cutOver(context, site.spec.name, generation);
  runtime.restart = { deaths: 0, backoffUntil: 0, reason: null, crashLoop: false };
  if (context.operations.get(handle.id)?.steps.some((step) => step.name === "publish")) {
    await handle.step("publish", () => publishSites(context, site.id));
  }
  await handle.step("request", () => requestThroughNginx({ context, site }));
}

async function stopAll(
  context: Context,
  runtime: SiteRuntime,
  handle: OperationHandle,
  { keepRecord }: { keepRecord: boolean },
): Promise<string> {
  const alive = runtime.generations.filter((generation) => generation.pid !== null || generation.socketHeld);
  let stopped = 0;
  for (const generation of alive) {
    const isCurrent = generation.number === runtime.current?.number;
    const report = await stopGeneration({
      context,
      siteName: runtime.name,
      generation: generation.number,
      drain: true,
      keepSocket: keepRecord && isCurrent,
    });
    stopped += 1;
    if (report.killed)
      handle.warn(
        `Workers were killed after the deadline; ${report.cut.length} requests were cut: ${report.cut.join(", ")}.`,
      );
  }
  if (!keepRecord) {
    for (const number of await recordedGenerations(context, runtime.name))
      await forgetGeneration(context, runtime.name, number);
  } else if (runtime.current) {
    await context.system.keeper
      .unlisten(generationName(runtime.name, runtime.current.number))
      .catch(() => undefined);
  }
  return stopped === 0 ? "nothing was running" : "workers finished";
}
