/** Walks the steps of a plan. Long ones become operations; short ones run in the background, one per site at a time. */

import type { Step } from "../core/plan.ts";
import { afterDeath } from "../core/restart-policy.ts";
import { settingsHash } from "../core/settings-hash.ts";
import type { DesiredSite } from "../schema/desired.ts";
import { type Actor, type Operation, systemActor } from "../schema/operation.ts";
import type { Context } from "./context.ts";
import { startPanel } from "./panel.ts";
import { readGeneration } from "./pool/generation-store.ts";
import { holdSocket, spawnMaster } from "./pool/spawn-master.ts";
import { stopGeneration } from "./pool/stop-generation.ts";
import { proxySites, publishSites } from "./publish-sites.ts";
import { carryAfterDrain } from "./releases/persistent.ts";
import { beginRemove, beginRollout, beginScale, beginStart, beginStop } from "./site-actions.ts";
import type { SiteRuntime } from "./site-runtime.ts";
import { noteFailedStart, type Workload, type Workloads } from "./workloads.ts";

/** Who asked for a change of a site, until the operation that carries it out has begun. */
export type PendingEdits = { actors: Map<string, Actor>; purge: Set<string> };

/** Begins what the steps ask for and returns the operations that came of it. Never rejects: failures are told by those. */
export function apply(
  context: Context,
  workloads: Workloads,
  steps: Step[],
  edits: PendingEdits,
): Operation[] {
  const operations: Operation[] = [];
  for (const step of steps) {
    const operation = applyStep(context, workloads, step, edits);
    if (operation) operations.push(operation);
  }
  return operations;
}

function applyStep(
  context: Context,
  workloads: Workloads,
  step: Step,
  edits: PendingEdits,
): Operation | null {
  switch (step.kind) {
    case "start-panel":
      startWorkload(context, workloads.panel, () => startPanel(context));
      return null;
    case "start-nginx":
      startWorkload(context, workloads.nginx, () => startNginx(context));
      return null;
    case "publish-proxy":
      publishInBackground(context, workloads.nginx);
      return null;
    case "retire-generation":
      inBackground(context, step.siteName, (runtime) => retire(context, runtime, step.generation));
      return null;
    case "respawn-master":
      inBackground(context, step.site.spec.name, (runtime) => respawn(context, runtime));
      return null;
    case "remove-site": {
      const runtime = context.sites.get(step.siteName);
      if (!runtime) return null;
      const purge = runtime.siteId !== null && edits.purge.delete(runtime.siteId);
      return beginRemove({ context, runtime, purge, actor: takeActor(edits, runtime.siteId) });
    }
    case "create-site":
    case "apply-settings":
    case "scale":
    case "start-site":
    case "stop-site":
      return applySiteStep(context, step, edits);
  }
}

function applySiteStep(
  context: Context,
  step: Extract<Step, { kind: "create-site" | "apply-settings" | "scale" | "start-site" | "stop-site" }>,
  edits: PendingEdits,
): Operation | null {
  const { site } = step;
  const runtime = context.sites.get(site.spec.name);
  if (!runtime) return null;
  const actor = takeActor(edits, site.id);
  switch (step.kind) {
    case "create-site":
      return beginRollout({ context, runtime, site, kind: "create", of: { kind: "new-release" }, actor });
    case "apply-settings":
      return beginRollout({
        context,
        runtime,
        site,
        kind: "apply",
        of: step.newRelease ? { kind: "new-release" } : { kind: "same-release" },
        actor,
      });
    case "scale":
      return beginScale({ context, runtime, site, actor });
    case "start-site":
      return withBackoff(context, runtime, site, beginStart({ context, runtime, site, actor }));
    case "stop-site":
      return beginStop({ context, runtime, site, actor });
  }
}

/** A start that fails is tried again by the plan; this keeps it from being tried every second. */
function withBackoff(
  context: Context,
  runtime: SiteRuntime,
  site: DesiredSite,
  operation: Operation,
): Operation {
  void context.operations.wait(operation.id, 3_600_000).then((ended) => {
    // Settings that are known to fail are not tried again at all.
    if (ended?.state === "failed" && runtime.failed?.hash !== settingsHash(site.spec))
      delayRestart(context, runtime, 0, ended.error?.detail ?? "It could not be started.");
  });
  return operation;
}

/** Puts off the next start of a site's master according to the restart policy. */
export function delayRestart(context: Context, runtime: SiteRuntime, livedMs: number, why: string): void {
  const decision = afterDeath({
    deathsBefore: runtime.restart.deaths,
    livedMs,
    random: context.system.random(),
  });
  runtime.restart = {
    deaths: decision.deaths,
    backoffUntil: context.system.clock.now() + decision.delayMs,
    reason: `${why} ${decision.reason}`,
    crashLoop: decision.crashLoop,
  };
}

/** Ends a generation that serves nobody any more; what its application wrote last is shown by the one that does. */
async function retire(context: Context, runtime: SiteRuntime, generation: number): Promise<void> {
  const siteName = runtime.name;
  const record = await readGeneration(context, siteName, generation);
  await stopGeneration({ context, siteName, generation, drain: true });
  const site = context.desired.get().sites.find(({ spec }) => spec.name === siteName);
  if (!record || !site || !runtime.current || runtime.current.release === record.release) return;
  const { user, release: from } = record;
  const notes = await carryAfterDrain({ context, site, user, from, to: runtime.current.release });
  for (const note of notes) context.log(`${siteName}: ${note}`);
}

async function respawn(context: Context, runtime: SiteRuntime): Promise<void> {
  const generation = runtime.current;
  if (!generation) return;
  try {
    await holdSocket(context, runtime.name, generation);
    const { pid } = await spawnMaster(context, runtime.name, generation);
    context.journal.write({
      type: "process",
      workload: `pool:${runtime.name}`,
      change: "started",
      pid,
      ...(runtime.siteId ? { siteId: runtime.siteId } : {}),
      detail: `gunicorn master ${pid} was started again for release ${generation.release}; what waited in the socket is answered.`,
    });
  } catch (cause) {
    delayRestart(context, runtime, 0, cause instanceof Error ? cause.message : String(cause));
  }
}

async function startNginx(context: Context): Promise<{ pid: number }> {
  const sockets = await context.proxy.ensureSockets();
  if (!sockets.ok) {
    context.notices.raise("http-port", "error", sockets.detail);
    throw new Error(sockets.detail);
  }
  context.notices.clear("http-port");
  const started = await context.proxy.start(proxySites(context));
  if (!started.ok) throw new Error(started.detail);
  return { pid: started.pid };
}

function startWorkload(context: Context, workload: Workload, start: () => Promise<{ pid: number }>): void {
  workload.busy = true;
  // Its death may be heard before its start is done: how long it lived is never counted from an earlier start.
  workload.startedAt = context.system.clock.now();
  start()
    .then(({ pid }) => {
      workload.startedAt = context.system.clock.now();
      workload.reason = null;
      context.journal.write({
        type: "process",
        workload: workload.name,
        change: "started",
        pid,
        detail: `${workload.name} ${pid} was started.`,
      });
    })
    .catch((cause) =>
      noteFailedStart(context, workload, cause instanceof Error ? cause.message : String(cause)),
    )
    .finally(() => {
      workload.busy = false;
      context.wake();
    });
}

function publishInBackground(context: Context, nginx: Workload): void {
  nginx.busy = true;
  publishSites(context)
    .then(() => context.notices.clear("publish"))
    .catch((cause) => {
      const reason = cause instanceof Error ? cause.message : String(cause);
      context.notices.raise("publish", "error", reason);
      noteFailedStart(context, nginx, reason);
    })
    .finally(() => {
      nginx.busy = false;
      context.wake();
    });
}

function inBackground(
  context: Context,
  siteName: string,
  act: (runtime: SiteRuntime) => Promise<unknown>,
): void {
  const runtime = context.sites.get(siteName);
  if (!runtime || runtime.background) return;
  runtime.background = true;
  act(runtime)
    .catch((cause) => context.log(`${siteName}: ${cause instanceof Error ? cause.message : String(cause)}`))
    .finally(() => {
      runtime.background = false;
      context.wake();
    });
}

function takeActor(edits: PendingEdits, siteId: string | null): Actor {
  const actor = siteId === null ? undefined : edits.actors.get(siteId);
  if (siteId !== null) edits.actors.delete(siteId);
  return actor ?? systemActor;
}
