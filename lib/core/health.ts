/** From single probes to words: thresholds keep one slow answer from ringing a bell. */
import type { SiteHealth } from "../schema/process-state.ts";
import type { HealthCheck } from "../schema/site.ts";

/** Consecutive results of one kind of probe. */
export type ProbeStreak = { ok: boolean | null; passes: number; failures: number };

export const freshStreak: ProbeStreak = { ok: null, passes: 0, failures: 0 };

/** Adds one result; `ok` changes only when its threshold is reached, except that the first pass counts at once. */
export function addProbe(
  streak: ProbeStreak,
  passed: boolean,
  check: Pick<HealthCheck, "healthyThreshold" | "unhealthyThreshold">,
): ProbeStreak {
  const passes = passed ? streak.passes + 1 : 0;
  const failures = passed ? 0 : streak.failures + 1;
  if (passed && (streak.ok === null || passes >= check.healthyThreshold))
    return { ok: true, passes, failures };
  if (!passed && failures >= check.unhealthyThreshold) return { ok: false, passes, failures };
  return { ok: streak.ok, passes, failures };
}

/** A probe passes when the application answered without an error of its own; redirects are an answer. */
export function probePasses(status: number | null): boolean {
  return status !== null && status >= 200 && status < 400;
}

export type HealthFacts = {
  wanted: "started" | "stopped";
  masterAlive: boolean;
  socket: ProbeStreak;
  nginx: ProbeStreak;
  /** Why the last failing probe failed, in the machine's words. */
  lastFailure: string | null;
  workersWanted: number;
  workersReady: number;
  quarantine: string | null;
  pending: string | null;
  requestsLastMinute: number;
  errorRate: number;
  queueWaitingShare5m: number;
};

/** More than this share of time with a waiting queue is worth a look: visitors wait while all workers are busy. */
export const QUEUE_DEGRADED_SHARE = 0.3;
/** Share of server errors that makes a site degraded, once there is enough traffic to speak of a share. */
export const ERROR_DEGRADED_RATE = 0.05;
const ENOUGH_REQUESTS = 20;

/** One status with its reason; the worst that is true wins. */
export function siteHealth(facts: HealthFacts): { status: SiteHealth; reason?: string } {
  if (facts.wanted === "stopped") return { status: "stopped" };
  if (!facts.masterAlive) return { status: "down", reason: "No gunicorn master is alive for this site." };
  if (facts.socket.ok === false) {
    return { status: "down", reason: `The health check fails: ${facts.lastFailure ?? "no answer"}.` };
  }
  if (facts.quarantine !== null) return { status: "down", reason: `Taken out of nginx: ${facts.quarantine}` };
  if (facts.nginx.ok === false) {
    return {
      status: "degraded",
      reason: `The workers answer, but a request through nginx fails: ${facts.lastFailure ?? "no answer"}.`,
    };
  }
  if (facts.pending !== null) return { status: "degraded", reason: facts.pending };
  if (facts.socket.ok === null) return { status: "unknown", reason: "Not checked yet." };
  if (facts.workersReady < facts.workersWanted) {
    return {
      status: "degraded",
      reason: `${facts.workersReady} of ${facts.workersWanted} workers are ready.`,
    };
  }
  if (facts.requestsLastMinute >= ENOUGH_REQUESTS && facts.errorRate >= ERROR_DEGRADED_RATE) {
    return {
      status: "degraded",
      reason: `${Math.round(facts.errorRate * 100)} % of requests in the last minute ended in a server error.`,
    };
  }
  if (facts.queueWaitingShare5m >= QUEUE_DEGRADED_SHARE) {
    return {
      status: "degraded",
      reason: `Requests waited for a free worker in ${Math.round(facts.queueWaitingShare5m * 100)} % of the last 5 minutes.`,
    };
  }
  return { status: "healthy" };
}
