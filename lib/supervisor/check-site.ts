/** Health checks of one site: over its own socket, and through nginx as a visitor would ask. */
import { addProbe, probePasses, siteHealth } from "../core/health.ts";
import { sitePaths } from "../core/layout.ts";
import { settingsHash } from "../core/settings-hash.ts";
import type { DesiredSite } from "../schema/desired.ts";
import type { CheckResult } from "../schema/observed.ts";
import type { ProbeResult } from "../system/system.ts";
import type { Context } from "./context.ts";
import { nginxTarget, probeOf } from "./rollout/probe-generation.ts";
import { currentMaster, type SiteRuntime } from "./site-runtime.ts";

/** Checks are spread so that many sites do not ask in the same moment. */
const SPREAD = 0.2;
/** A site that is not well is asked more often, so that its recovery is seen soon. */
const UNWELL_INTERVAL_MS = 2_000;

/** Starts the two probes when they are due; their results arrive later. */
export function checkWhenDue(context: Context, runtime: SiteRuntime, site: DesiredSite): void {
  const { clock, random } = context.system;
  const { probes } = runtime;
  if (probes.underWay || clock.monotonic() < probes.dueAt || site.wanted === "stopped") return;
  // A site that is being brought up is probed by its operation; visitors are not expected to reach it yet.
  if (currentMaster(runtime) === null || isBeingBroughtUp(context, site)) return;
  const interval =
    runtime.health.status === "healthy"
      ? site.spec.health.intervalMs
      : Math.min(UNWELL_INTERVAL_MS, site.spec.health.intervalMs);
  probes.dueAt = clock.monotonic() + interval * (1 + (random() - 0.5) * SPREAD);
  probes.underWay = true;
  checkBoth(context, runtime, site)
    .catch((cause) =>
      context.log(
        `health check of ${runtime.name}: ${cause instanceof Error ? cause.message : String(cause)}`,
      ),
    )
    .finally(() => {
      probes.underWay = false;
    });
}

function isBeingBroughtUp(context: Context, site: DesiredSite): boolean {
  const operation = context.operations.busyWith(site.id);
  const kind = operation === null ? undefined : context.operations.get(operation)?.kind;
  return kind === "create" || kind === "start" || kind === "restart" || kind === "stop" || kind === "remove";
}

async function checkBoth(context: Context, runtime: SiteRuntime, site: DesiredSite): Promise<void> {
  const probe = probeOf(context, site);
  const socketPath = sitePaths(context.instance, runtime.name).currentSocket;
  const [socket, nginx] = await Promise.all([
    context.system.probe({ ...probe, target: { socketPath } }),
    context.system.probe({ ...probe, target: nginxTarget(context) }),
  ]);
  // An answer that arrives after the site was stopped says nothing about it.
  if (currentMaster(runtime) === null || isBeingBroughtUp(context, site)) return;
  const at = new Date(context.system.clock.now()).toISOString();
  const { health } = site.spec;
  const results: CheckResult[] = [result("socket", socket, at), result("nginx", nginx, at)];
  const { probes } = runtime;
  probes.last = { socket: results[0] ?? null, nginx: results[1] ?? null };
  probes.socket = addProbe(probes.socket, results[0]?.ok ?? false, health);
  probes.nginx = addProbe(probes.nginx, results[1]?.ok ?? false, health);
  const failure = results.find((candidate) => !candidate.ok);
  probes.lastFailure = failure ? `GET ${health.path} ${failure.detail}` : null;
  runtime.metrics.addCheck({
    atMs: context.system.clock.now(),
    ok: results.every((candidate) => candidate.ok),
  });
}

function result(via: "socket" | "nginx", probe: ProbeResult, at: string): CheckResult {
  return {
    via,
    ok: probePasses(probe.status),
    at,
    status: probe.status,
    durationMs: Math.round(probe.durationMs * 10) / 10,
    detail: probe.status === null ? `got no answer: ${probe.detail}` : `answered ${probe.status}`,
  };
}

/** Works out the site's health from all that is known and tells the journal when the word changes. */
export function judgeHealth(context: Context, runtime: SiteRuntime, site: DesiredSite): void {
  const now = context.system.clock.now();
  const traffic = runtime.metrics.view(now);
  const verdict = siteHealth({
    wanted: site.wanted,
    masterAlive: currentMaster(runtime) !== null,
    socket: runtime.probes.socket,
    nginx: runtime.probes.nginx,
    lastFailure: runtime.probes.lastFailure,
    workersWanted: runtime.current?.pool.workers ?? site.spec.pool.workers,
    workersReady: runtime.facts?.workers.filter((worker) => worker.ready).length ?? 0,
    quarantine: runtime.quarantine?.reason ?? null,
    pending: pendingSettings(runtime, site),
    // A rate over the few seconds since the start says little about a minute: what was really counted does.
    requestsLastMinute: traffic.requestsPerSecond * Math.min(60, (now - runtime.countedSince) / 1_000),
    errorRate: traffic.errorRate,
    queueWaitingShare5m: traffic.queueWaitingShare5m,
  });
  if (site.wanted === "started" && verdict.status === "down" && isBeingBroughtUp(context, site)) {
    verdict.status = "unknown";
    verdict.reason = "It is being brought up.";
  }
  const reason =
    verdict.status === "down" && runtime.restart.reason !== null
      ? `${runtime.restart.reason}`
      : verdict.status === "down" && runtime.current === null && runtime.failed !== null
        ? runtime.failed.reason
        : verdict.reason;
  const { health } = runtime;
  if (health.status !== verdict.status) {
    // A site that is just being created or started is not news while its operation tells the story.
    if (
      !(
        health.status === "unknown" &&
        verdict.status !== "healthy" &&
        context.operations.busyWith(site.id) !== null
      )
    ) {
      context.journal.write({
        type: "health",
        siteId: site.id,
        from: health.status,
        to: verdict.status,
        ...(reason ? { reason } : {}),
      });
    }
    runtime.health = { status: verdict.status, since: now, reason };
  } else health.reason = reason;
}

/** Why the settings as they are desired are not the ones that serve, or null when they are. */
export function pendingSettings(runtime: SiteRuntime, site: DesiredSite): string | null {
  if (runtime.current === null || runtime.failed === null) return null;
  const wanted = settingsHash(site.spec);
  if (runtime.failed.hash !== wanted || runtime.current.settingsHash === wanted) return null;
  return `Changed settings could not be brought to life: ${runtime.failed.reason}`;
}
