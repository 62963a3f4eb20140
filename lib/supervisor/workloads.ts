/** nginx and the panel: the two processes besides the pools that the supervisor brings back when they die. */
import { afterDeath } from "../core/restart-policy.ts";
import type { KeeperExit } from "../system/keeper-client.ts";
import type { Context } from "./context.ts";

export type Workload = {
  name: "nginx" | "panel";
  busy: boolean;
  deaths: number;
  restarts: number;
  /** Milliseconds since the epoch. */
  backoffUntil: number;
  startedAt: number | null;
  reason: string | null;
};

export type Workloads = { nginx: Workload; panel: Workload };

export function createWorkloads(): Workloads {
  const fresh = (name: Workload["name"]): Workload => ({
    name,
    busy: false,
    deaths: 0,
    restarts: 0,
    backoffUntil: 0,
    startedAt: null,
    reason: null,
  });
  return { nginx: fresh("nginx"), panel: fresh("panel") };
}

/** Notes a death that was not asked for and decides when to try again. */
export function noteDeath(
  context: Context,
  workload: Workload,
  exit: Pick<KeeperExit, "pid" | "code" | "signal">,
): void {
  const now = context.system.clock.now();
  const decision = afterDeath({
    deathsBefore: workload.deaths,
    livedMs: workload.startedAt === null ? 0 : now - workload.startedAt,
    random: context.system.random(),
  });
  workload.deaths = decision.deaths;
  workload.restarts += 1;
  workload.backoffUntil = now + decision.delayMs;
  workload.reason = `${describeExit(exit)} ${decision.reason}`;
  context.journal.write({
    type: "process",
    workload: workload.name,
    change: "exited",
    pid: exit.pid,
    detail: workload.reason,
  });
}

/** Notes that starting did not work, with the machine's words. */
export function noteFailedStart(context: Context, workload: Workload, reason: string): void {
  const now = context.system.clock.now();
  const decision = afterDeath({
    deathsBefore: Math.max(1, workload.deaths),
    livedMs: 0,
    random: context.system.random(),
  });
  workload.deaths = decision.deaths;
  workload.backoffUntil = now + decision.delayMs;
  if (workload.reason !== reason) {
    context.journal.write({ type: "process", workload: workload.name, change: "backoff", detail: reason });
  }
  workload.reason = reason;
}

/** How a process ended, in words. */
export function describeExit(exit: Pick<KeeperExit, "code" | "signal">): string {
  if (exit.signal) return `It was ended by ${exit.signal}.`;
  if (exit.code !== null) return `It ended with exit code ${exit.code}.`;
  return "It ended while nobody could see how.";
}
