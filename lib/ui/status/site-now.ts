/** One site as it is now: what was last seen live, else what the page was rendered with. Pure. */
import type { SiteObservation } from "../../schema/observed.ts";
import type { ProcessState, SiteHealth } from "../../schema/process-state.ts";
import type { SiteView } from "../../schema/site-view.ts";

export type SiteNow = {
  id: string;
  name: string;
  domains: readonly string[];
  state: ProcessState;
  health: SiteHealth;
  since: string | null;
  reason: string | null;
  workers: {
    wanted: number;
    ready: number | null;
    busy: number | null;
    threads: number | null;
    busyThreads: number | null;
  };
  release: { number: number; createdAt: string | null } | null;
  generation: number | null;
  queueWaiting: boolean | null;
  traffic: SiteObservation["traffic"] | null;
  quarantine: { reason: string; since: string } | null;
  pending: { reason: string } | null;
  operationId: string | null;
};

export function siteNow(site: SiteView, seen: SiteObservation | undefined): SiteNow {
  const { status } = site;
  if (!seen)
    return {
      id: site.id,
      name: site.name,
      domains: site.domains,
      state: site.state,
      health: status.health,
      since: status.since,
      reason: status.reason,
      workers: status.workers,
      release: status.release,
      generation: status.generation,
      queueWaiting: status.queueWaiting,
      traffic: status.traffic,
      quarantine: status.quarantine,
      pending: status.pending,
      operationId: status.operationId,
    };
  return {
    id: site.id,
    name: site.name,
    domains: site.domains,
    state: seen.state,
    health: seen.health.status,
    since: seen.health.since,
    reason: seen.quarantine?.reason ?? seen.health.reason ?? seen.reason ?? null,
    workers: seen.workers,
    release: seen.release === null ? null : { number: seen.release, createdAt: seen.releaseCreatedAt },
    generation: seen.generation,
    queueWaiting: seen.queueWaiting,
    traffic: seen.traffic,
    quarantine: seen.quarantine,
    pending: seen.pending,
    operationId: seen.operationId,
  };
}

const TROUBLE: Record<SiteHealth, number> = { down: 0, degraded: 1, unknown: 2, healthy: 3, stopped: 4 };

/** Sites in need of somebody first, then by name; stopped ones, which nobody waits for, last. */
export function byTrouble(a: SiteNow, b: SiteNow): number {
  return rank(a) - rank(b) || a.name.localeCompare(b.name);
}

function rank(site: SiteNow): number {
  if (site.quarantine) return 0;
  return TROUBLE[site.health] - (site.pending && site.health === "healthy" ? 0.5 : 0);
}

export type HealthCounts = Record<SiteHealth, number>;

/** A quarantined site answers nobody and so counts as down. */
export function countByHealth(sites: readonly SiteNow[]): HealthCounts {
  const counts: HealthCounts = { healthy: 0, degraded: 0, down: 0, stopped: 0, unknown: 0 };
  for (const site of sites) counts[site.quarantine ? "down" : site.health] += 1;
  return counts;
}

/** Threads (or workers, when that is all that is known) that serve a request, of how many. */
export function busyShare(site: SiteNow): { busy: number; of: number } | null {
  const { threads, busyThreads, ready, busy } = site.workers;
  if (threads !== null && busyThreads !== null && threads > 0) return { busy: busyThreads, of: threads };
  if (busy !== null && ready !== null && ready > 0) return { busy, of: ready };
  return null;
}
