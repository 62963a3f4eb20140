/** What the fake supervisor pretends to see: every started site is ready and healthy. */
import os from "node:os";
import type { ConfigFile } from "../control/contract.ts";
import type { DesiredSite, DesiredState } from "../schema/desired.ts";
import type { ObservedState, ProcessInfo, SiteObservation } from "../schema/observed.ts";
import type { Actor, Operation } from "../schema/operation.ts";
import type { Release } from "../schema/release.ts";
import type { Worker } from "../schema/worker.ts";

type World = {
  desired: DesiredState;
  startedAt: string;
  busy(siteId: string): Operation | null;
  releases: Map<string, Release[]>;
};

export function observe(world: World): ObservedState {
  const { desired, startedAt } = world;
  const ready: ProcessInfo = {
    pid: process.pid,
    state: "ready",
    startedAt,
    rssBytes: 50_000_000,
    restarts: 0,
  };
  return {
    version: "0.0.0-fake",
    at: new Date().toISOString(),
    desiredRevision: desired.revision,
    keeper: ready,
    supervisor: ready,
    panel: ready,
    nginx: { ...ready, version: "1.22.1", binary: "/usr/sbin/nginx", revision: 1 },
    ports: { panel: 4600, http: 8080, https: null },
    host: {
      cores: os.availableParallelism(),
      memoryBytes: 8_000_000_000,
      memoryUsedBytes: 1_000_000_000,
      cpuPercent: 1,
      diskUsedShare: 0.5,
      privileged: false,
    },
    notices: [],
    sites: desired.sites.map((site) => observeSite(site, world)),
  };
}

function observeSite(site: DesiredSite, { startedAt, busy, releases }: World): SiteObservation {
  const operation = busy(site.id);
  const current = releases.get(site.id)?.find((release) => release.current);
  const isStarted = site.wanted === "started";
  const { workers, threads } = site.spec.pool;
  const ready = isStarted && current ? workers : 0;
  return {
    siteId: site.id,
    name: site.spec.name,
    state: !isStarted ? "stopped" : ready > 0 ? "ready" : "starting",
    health: {
      status: !isStarted ? "stopped" : ready > 0 ? "healthy" : "unknown",
      since: startedAt,
      checks: [{ via: "socket", ok: true, at: startedAt, status: 200, durationMs: 3, detail: "200 in 3 ms" }],
    },
    release: current?.number ?? null,
    releaseCreatedAt: current?.createdAt ?? null,
    generation: current?.number ?? null,
    generations: [],
    workers: { wanted: workers, ready, busy: 0, threads, busyThreads: 0 },
    queueWaiting: false,
    traffic: { requestsPerSecond: 0, p50Ms: null, p95Ms: null, errorRate: 0, queueWaitingShare5m: 0 },
    quarantine: null,
    pending: null,
    operationId: operation?.id ?? null,
    user: null,
    revision: site.revision,
  };
}

export function releaseOf(number: number, actor: Actor): Release {
  return {
    number,
    createdAt: new Date().toISOString(),
    actor,
    result: "pending",
    durationMs: null,
    files: 3,
    sizeBytes: 1_000,
    changes: null,
    changedPaths: [],
    environment: "abc",
    current: false,
    kept: true,
    strays: [],
  };
}

export function workersOf(site: DesiredSite): Worker[] {
  if (site.wanted === "stopped") return [];
  return Array.from({ length: site.spec.pool.workers }, (_, index) => ({
    pid: 1_000 + index,
    generation: 1,
    release: 1,
    state: "idle",
    threads: site.spec.pool.threads,
    busyThreads: 0,
    requests: 0,
    errors: 0,
    rssBytes: 30_000_000,
    cpuPercent: 0,
    startedAt: new Date().toISOString(),
  }));
}

/** Includes the environment, as gunicorn's file may. */
export function configFilesOf(site: DesiredSite): ConfigFile[] {
  const { name, domains, env } = site.spec;
  return [
    {
      kind: "nginx",
      path: `/nginx/${name}.conf`,
      text: `server { server_name ${domains.join(" ")}; }\n`,
      revision: 1,
      updatedAt: null,
    },
    {
      kind: "gunicorn",
      path: `/generations/1.conf.py`,
      text: `raw_env = [${env.map((it) => `"${it.name}=${it.value}"`).join(", ")}]\n`,
      revision: 1,
      updatedAt: null,
    },
  ];
}
