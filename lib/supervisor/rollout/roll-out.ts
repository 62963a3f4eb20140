/**
 * The rollout: new code boots beside the old, is probed, takes over, is watched, and the old drains. Anything wrong
 * before cut over leaves no trace but the report; anything wrong while it is watched leads back by one rename.
 * HUP is never sent to gunicorn: with code that does not import it ends the whole master.
 */
import { settingsHash } from "../../core/settings-hash.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { Generation } from "../../schema/generation.ts";
import type { Actor, StepName } from "../../schema/operation.ts";
import type { Context } from "../context.ts";
import type { OperationHandle } from "../operations.ts";
import { awaitReady, logEnd } from "../pool/await-ready.ts";
import { nextGenerationNumber, readGeneration } from "../pool/generation-store.ts";
import { holdSocket, spawnMaster } from "../pool/spawn-master.ts";
import { stopGeneration } from "../pool/stop-generation.ts";
import { publishSites } from "../publish-sites.ts";
import { carryAfterDrain } from "../releases/persistent.ts";
import { pruneAfterRollout } from "../releases/prune.ts";
import type { SiteRuntime } from "../site-runtime.ts";
import { cutOver } from "./cut-over.ts";
import { type PreparedRelease, prepare, type RolloutOf, recordResult } from "./prepare.ts";
import { probeGeneration, requestThroughNginx } from "./probe-generation.ts";
import { watchGeneration } from "./watch-generation.ts";

/** Steps of a reload, a rollback or a change of settings, in order. */
export const rolloutSteps: StepName[] = [
  "prepare",
  "environment",
  "boot",
  "ready",
  "probe",
  "cut-over",
  "watch",
  "drain",
];
/** Steps of a first rollout: nothing to watch against and nothing to drain, but nginx has to learn of the site. */
export const firstRolloutSteps: StepName[] = [
  "prepare",
  "environment",
  "boot",
  "ready",
  "probe",
  "cut-over",
  "publish",
  "request",
];

/** Runs the whole rollout inside an operation; rejects with the step's failure, after cleaning up what it began. */
export async function rollOut(args: {
  context: Context;
  handle: OperationHandle;
  runtime: SiteRuntime;
  site: DesiredSite;
  of: RolloutOf;
  actor: Actor;
}): Promise<void> {
  const { context, handle, runtime, site } = args;
  const startedAt = context.system.clock.now();
  const former = runtime.current;
  let release: PreparedRelease | undefined;
  let booted: Generation | undefined;
  let serving = false;

  try {
    release = await prepare({ ...args, former });
    const generation = await boot(args, release, (begun) => {
      booted = begun;
    });
    await handle.step("probe", () => probeGeneration({ context, site, generation, signal: handle.signal }));
    handle.pastTheReturn();

    await handle.step("cut-over", async () => {
      await cutOver(context, site.spec.name, generation);
      serving = true;
      runtime.current = generation;
      runtime.workerDeaths = 0;
      runtime.releaseCreatedAt = release?.createdAt ?? null;
      return former ? `release ${former.release} → ${generation.release}` : `release ${generation.release}`;
    });
    if (former === null) {
      await handle.step("publish", () => publishSites(context, site.id));
      await handle.step("request", () => requestThroughNginx({ context, site }));
    } else {
      await watch({ ...args, former, generation, onReturn: () => (serving = false) });
      await drain({ ...args, former, generation });
    }
    runtime.restart = { deaths: 0, backoffUntil: 0, reason: null, crashLoop: false };
    await recordResult(context, site.spec.name, release, "succeeded", context.system.clock.now() - startedAt);
    for (const sentence of await pruneAfterRollout({ context, site, runtime })) handle.warn(sentence);
  } catch (cause) {
    if (booted && !serving) {
      await stopGeneration({
        context,
        siteName: site.spec.name,
        generation: booted.number,
        drain: false,
        atOnce: true,
      });
    }
    if (release) {
      await recordResult(context, site.spec.name, release, "failed", context.system.clock.now() - startedAt);
    }
    throw cause;
  }
}

async function boot(
  args: { context: Context; handle: OperationHandle; runtime: SiteRuntime; site: DesiredSite },
  release: PreparedRelease,
  onBegun: (generation: Generation) => void,
): Promise<Generation> {
  const { context, handle, runtime, site } = args;
  const { name, pool, app, env } = site.spec;
  const generation: Generation = {
    number: await nextGenerationNumber(context, name),
    release: release.number,
    folder: release.folder,
    source: site.spec.source,
    python: release.python,
    app,
    pool: { ...pool, threads: pool.workerClass === "sync" ? 1 : pool.threads },
    env: env.map(({ name: variable, value }) => ({ name: variable, value })),
    user: release.user,
    settingsHash: settingsHash(site.spec),
    createdAt: new Date(context.system.clock.now()).toISOString(),
  };
  runtime.highestGeneration = Math.max(runtime.highestGeneration, generation.number);
  const logOffset = await logEnd(context, name);
  let master = { pid: 0, startTime: 0 };
  await handle.step("boot", async () => {
    onBegun(generation);
    await holdSocket(context, name, generation);
    master = await spawnMaster(context, name, generation);
    return `gunicorn master ${master.pid}, ${pool.workers} ${pool.workerClass} worker${pool.workers === 1 ? "" : "s"}`;
  });
  await handle.step("ready", async () => {
    const ready = await awaitReady({
      context,
      siteName: name,
      generation,
      master,
      logOffset,
      deadlineMs: site.spec.rollout.bootDeadlineMs,
      signal: handle.signal,
    });
    return `${ready} worker${ready === 1 ? "" : "s"} imported ${app.entry}`;
  });
  return generation;
}

async function watch(args: {
  context: Context;
  handle: OperationHandle;
  runtime: SiteRuntime;
  site: DesiredSite;
  former: Generation;
  generation: Generation;
  onReturn: () => void;
}): Promise<void> {
  const { context, handle, runtime, site, former, generation } = args;
  await handle.step("watch", async () => {
    try {
      return await watchGeneration({ context, runtime, site, generation });
    } catch (cause) {
      // The way back is the same rename; the former generation never stopped.
      await cutOver(context, site.spec.name, former);
      runtime.current = former;
      args.onReturn();
      await stopGeneration({ context, siteName: site.spec.name, generation: generation.number, drain: true });
      // What visitors wrote in these seconds stays visible.
      const { user, release: to } = former;
      for (const sentence of await carryAfterDrain({ context, site, user, from: generation.release, to }))
        handle.warn(sentence);
      throw cause;
    }
  });
}

async function drain(args: {
  context: Context;
  handle: OperationHandle;
  site: DesiredSite;
  former: Generation;
  generation: Generation;
}): Promise<void> {
  const { context, handle, site, former } = args;
  await handle.step("drain", async () => {
    const record = await readGeneration(context, site.spec.name, former.number);
    const report = await stopGeneration({
      context,
      siteName: site.spec.name,
      generation: former.number,
      drain: true,
    });
    if (report.queueAbandoned)
      handle.warn("Connections were still waiting in the old generation's queue at the deadline.");
    if (report.killed) {
      const seconds = Math.round((record?.pool.gracefulTimeoutMs ?? 0) / 1000);
      const cut = report.cut.length > 0 ? `: ${report.cut.join(", ")}` : "";
      handle.warn(
        `The old workers did not finish within ${seconds} s and were killed; ${report.cut.length} requests were cut${cut}.`,
      );
      return `killed after the deadline, ${report.cut.length} requests cut`;
    }
    for (const sentence of await carryAfterDrain({
      context,
      site,
      user: former.user,
      from: former.release,
      to: args.generation.release,
    })) {
      handle.warn(sentence);
    }
    return "finished by itself";
  });
}
