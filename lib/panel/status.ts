/** The state of Monban itself. */
import os from "node:os";
import type { ObservedState, ProcessInfo } from "../schema/observed.ts";
import type { StatusView } from "../schema/status-view.ts";

export type PanelFacts = {
  version: string;
  now: number;
  startedAt: number;
  cores: number;
  ports: { panel: number; http: number; https: number | null };
  /** The revision the panel wants the supervisor to hold. */
  revision: number;
};

/** `observed` is null while the supervisor is away: what only it knows is then "unknown". */
export function statusView(observed: ObservedState | null, facts: PanelFacts): StatusView {
  const panel: ProcessInfo = {
    pid: process.pid,
    state: "ready",
    startedAt: new Date(facts.startedAt).toISOString(),
    rssBytes: process.memoryUsage.rss(),
    restarts: observed?.panel.restarts ?? 0,
  };
  const { version } = facts;
  const at = new Date(facts.now).toISOString();
  if (observed) {
    const { keeper, supervisor, nginx, ports, host, notices, desiredRevision } = observed;
    const inStep = desiredRevision === facts.revision;
    return {
      version,
      at,
      keeper,
      supervisor,
      panel,
      nginx,
      ports,
      host,
      notices,
      supervisorReachable: true,
      inStep,
      logReaders: observed.logReaders ?? null,
    };
  }
  return {
    version,
    at,
    keeper: UNKNOWN,
    supervisor: UNKNOWN,
    panel,
    nginx: { ...UNKNOWN, version: null, binary: null, revision: null },
    ports: facts.ports,
    host: {
      cores: facts.cores,
      memoryBytes: os.totalmem(),
      memoryUsedBytes: os.totalmem() - os.freemem(),
      cpuPercent: 0,
      diskUsedShare: null,
      privileged: false,
    },
    notices: [
      {
        code: "supervisor-away",
        level: "warning",
        detail:
          "The supervisor cannot be reached. Sites keep serving; nothing can be changed until it is back.",
        since: at,
      },
    ],
    supervisorReachable: false,
    inStep: false,
    logReaders: null,
  };
}

const UNKNOWN: ProcessInfo = { pid: null, state: "unknown", startedAt: null, rssBytes: null, restarts: 0 };
