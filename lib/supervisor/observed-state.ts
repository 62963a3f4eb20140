/** The observed state as the panel reads it: everything known, put into the words of the vocabulary. */
import type { DesiredSite } from "../schema/desired.ts";
import type { ObservedState, ProcessInfo, SiteObservation } from "../schema/observed.ts";
import type { ProcessState } from "../schema/process-state.ts";
import { pendingSettings } from "./check-site.ts";
import type { Context } from "./context.ts";
import type { HostLook } from "./host-look.ts";
import { openLogReaders } from "./logs/follow-log.ts";
import { currentMaster, type SiteRuntime } from "./site-runtime.ts";
import { siteState } from "./site-state.ts";
import type { Workload, Workloads } from "./workloads.ts";

/** Puts together what is known now. Only the memory of processes is read from the machine at this moment. */
export async function observedState(
  context: Context,
  workloads: Workloads,
  host: HostLook,
): Promise<ObservedState> {
  const { system, instance } = context;
  const { clock, machine, keeper } = system;
  const held = await keeper.status().catch(() => null);
  const hello = held ? await keeper.hello().catch(() => null) : null;
  const proxy = await context.proxy.observe();
  const child = (name: string) =>
    held?.children.find((candidate) => candidate.name === name && candidate.state === "alive");
  const self = await machine.processStat(process.pid);
  const desired = context.desired.get();
  return {
    version: instance.version,
    at: iso(clock.now()),
    desiredRevision: desired.revision,
    keeper: {
      pid: hello?.pid ?? null,
      state: hello ? "ready" : "unknown",
      startedAt: hello ? iso(hello.startedAt) : null,
      rssBytes: held?.rssBytes ?? null,
      restarts: context.keeperChanges(),
    },
    supervisor: {
      pid: process.pid,
      state: "ready",
      startedAt: self ? iso(self.startedAtMs) : null,
      rssBytes: self?.rssBytes ?? null,
      restarts: held?.supervisor.restarts ?? 0,
    },
    panel: await workloadInfo(context, workloads.panel, child("panel"), null),
    nginx: {
      ...(await workloadInfo(context, workloads.nginx, child("nginx"), proxy.state)),
      version: proxy.version,
      binary: proxy.binary,
      revision: proxy.revision,
    },
    ports: { panel: instance.panelPort, http: instance.httpPort, https: null },
    host: {
      cores: machine.cores,
      memoryBytes: machine.memoryBytes,
      memoryUsedBytes: await machine.memoryUsedBytes(),
      cpuPercent: host.cpuPercent,
      diskUsedShare: host.diskUsedShare,
      privileged: system.accounts.privileged,
    },
    notices: context.notices.all(),
    sites: desired.sites.flatMap((site) => {
      const runtime = context.sites.get(site.spec.name);
      return runtime ? [siteObservation(context, site, runtime)] : [];
    }),
    logReaders: openLogReaders(),
  };
}

async function workloadInfo(
  context: Context,
  workload: Workload,
  child: { pid: number; since: number } | undefined,
  proxyState: ProcessState | null,
): Promise<ProcessInfo> {
  const state: ProcessState = workload.busy
    ? "starting"
    : child
      ? (proxyState ?? "ready")
      : workload.reason
        ? "backoff"
        : "starting";
  return {
    pid: child?.pid ?? null,
    state,
    startedAt: child ? iso(child.since) : null,
    rssBytes: child ? ((await context.system.machine.processStat(child.pid))?.rssBytes ?? null) : null,
    restarts: workload.restarts,
    ...(workload.reason && !child ? { reason: workload.reason } : {}),
  };
}

function siteObservation(context: Context, site: DesiredSite, runtime: SiteRuntime): SiteObservation {
  const { state, reason } = siteState(context, site, runtime);
  const { current, facts, probes, health } = runtime;
  const pending = pendingSettings(runtime, site);
  const workers = facts?.workers ?? [];
  return {
    siteId: site.id,
    name: runtime.name,
    state,
    ...(reason ? { reason } : {}),
    health: {
      status: health.status,
      since: iso(health.since),
      ...(health.reason ? { reason: health.reason } : {}),
      checks: [probes.last.socket, probes.last.nginx].filter((check) => check !== null),
    },
    release: current?.release ?? null,
    releaseCreatedAt: runtime.releaseCreatedAt,
    generation: current?.number ?? null,
    generations: runtime.generations
      .filter((generation) => generation.pid !== null)
      .map((generation) => ({
        number: generation.number,
        release: generation.release,
        state: generation.number === current?.number ? "ready" : "draining",
        pid: generation.pid,
        socket: `g${generation.number}.sock`,
      })),
    workers: {
      wanted: site.spec.pool.workers,
      ready: currentMaster(runtime) === null ? 0 : workers.filter((worker) => worker.ready).length,
      busy: workers.filter((worker) => worker.busyThreads > 0).length,
      threads: (current?.pool.threads ?? site.spec.pool.threads) * workers.length,
      busyThreads: workers.reduce((sum, worker) => sum + worker.busyThreads, 0),
    },
    queueWaiting: runtime.queueWaiting,
    traffic: runtime.metrics.view(context.system.clock.now()),
    quarantine: runtime.quarantine
      ? { reason: runtime.quarantine.reason, since: iso(runtime.quarantine.since) }
      : null,
    pending: pending === null ? null : { reason: pending },
    operationId: context.operations.busyWith(site.id),
    user: current ? { uid: current.user.uid, name: current.user.name } : null,
    revision: site.revision,
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
