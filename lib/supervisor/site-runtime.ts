/** What this process remembers of a site between two looks. All of it can be lost: it is observed again. */
import type { ProbeStreak } from "../core/health.ts";
import { freshStreak } from "../core/health.ts";
import type { WorkerFacts } from "../core/worker-facts.ts";
import type { Generation } from "../schema/generation.ts";
import type { CheckResult } from "../schema/observed.ts";
import type { SiteHealth } from "../schema/process-state.ts";
import type { KeeperProcess } from "../system/keeper-client.ts";
import type { Account } from "../system/system.ts";
import type { SiteMetrics } from "./logs/site-metrics.ts";

/** A living or held generation, as the keeper tells it. */
export type GenerationView = {
  number: number;
  /** Null when its record cannot be read. */
  release: number | null;
  pid: number | null;
  startTime: number | null;
  /** Milliseconds since the epoch. */
  startedAt: number | null;
  socketHeld: boolean;
  /** Dead masters whose workers live on. */
  orphans: KeeperProcess[];
};

export type SiteRuntime = {
  name: string;
  siteId: string | null;
  /** Since when this process counts the site's requests, ms since the epoch. */
  countedSince: number;
  highestGeneration: number;
  /** Something short is under way that is no operation, such as starting a dead master again. */
  background: boolean;
  /** It is being removed; a new site of the same name waits until nothing of this one is left. */
  removing: boolean;
  /** Record of the generation nginx is pointed at. */
  current: Generation | null;
  generations: GenerationView[];
  /** Settings whose rollout failed; also on disk, so that a restart does not try them again. */
  failed: { hash: string; reason: string } | null;
  restart: { deaths: number; backoffUntil: number; reason: string | null; crashLoop: boolean };
  /** Pids of dead masters whose workers were asked to finish. */
  relieved: Set<number>;
  /** An operation failed for a reason that may pass; the plan begins none before this time (ms). */
  pausedUntil: number;
  /** Pids that were asked to end, so that their end is no surprise. */
  expectedEnds: Set<number>;
  probes: {
    socket: ProbeStreak;
    nginx: ProbeStreak;
    last: { socket: CheckResult | null; nginx: CheckResult | null };
    lastFailure: string | null;
    /** Monotonic ms. */
    dueAt: number;
    underWay: boolean;
  };
  health: { status: SiteHealth; since: number; reason: string | undefined };
  facts: WorkerFacts | null;
  /** CPU milliseconds per worker pid at the last look, for percentages. */
  cpu: Map<number, { cpuMs: number; at: number; percent: number }>;
  queueWaiting: boolean;
  /** How far the record of worker exits was read, per generation. */
  exitsRead: Map<number, number>;
  /** Workers are being removed on purpose. */
  scaling: boolean;
  /** Workers that were removed on purpose and whose ends were not read yet. */
  scaledDown: Set<number>;
  /** Another number of workers than the recorded one, and since when (monotonic ms). */
  miscount: { count: number; since: number } | null;
  /** Workers that were asked to end because a request hung: when, and how far it went. */
  hung: Map<number, { since: number; killed: boolean; serving: string }>;
  /** Unexpected deaths of workers since the last cut over. */
  workerDeaths: number;
  metrics: SiteMetrics;
  quarantine: { reason: string; since: number } | null;
  user: Account | null;
  releaseCreatedAt: string | null;
  lastState: string | null;
};

export function createSiteRuntime(args: {
  name: string;
  siteId: string | null;
  now: number;
  metrics: SiteMetrics;
}): SiteRuntime {
  return {
    name: args.name,
    siteId: args.siteId,
    countedSince: args.now,
    highestGeneration: 0,
    background: false,
    removing: false,
    current: null,
    generations: [],
    failed: null,
    restart: { deaths: 0, backoffUntil: 0, reason: null, crashLoop: false },
    relieved: new Set(),
    pausedUntil: 0,
    expectedEnds: new Set(),
    probes: {
      socket: freshStreak,
      nginx: freshStreak,
      last: { socket: null, nginx: null },
      lastFailure: null,
      dueAt: 0,
      underWay: false,
    },
    health: { status: "unknown", since: args.now, reason: undefined },
    facts: null,
    cpu: new Map(),
    queueWaiting: false,
    exitsRead: new Map(),
    scaling: false,
    scaledDown: new Set(),
    miscount: null,
    hung: new Map(),
    workerDeaths: 0,
    metrics: args.metrics,
    quarantine: null,
    user: null,
    releaseCreatedAt: null,
    lastState: null,
  };
}

/** The living master of the generation that serves, or null. */
export function currentMaster(runtime: SiteRuntime): { pid: number; startTime: number } | null {
  const view = runtime.generations.find((generation) => generation.number === runtime.current?.number);
  return view && view.pid !== null && view.startTime !== null
    ? { pid: view.pid, startTime: view.startTime }
    : null;
}
