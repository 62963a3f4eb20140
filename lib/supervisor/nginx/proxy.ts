/**
 * nginx as the supervisor sees it: sockets, a configuration that is tested before and verified after it is live, and
 * a process that can be replaced without a visitor noticing.
 */
import type { ProxySite } from "../../render/nginx/site-config.ts";
import { type NginxVersion, parseNginxVersion } from "../../render/nginx/version.ts";
import type { NewJournalEvent } from "../../schema/event.ts";
import type { Instance } from "../../schema/instance.ts";
import type { ProcessState } from "../../schema/process-state.ts";
import type { KeeperProcess } from "../../system/keeper-client.ts";
import type { System } from "../../system/system.ts";
import { endGroup, retireGroup, STOP_DEADLINE_MS, stopGroups } from "./end-nginx.ts";
import { askMarker, findNginx, signalQuietly, until, workerPids } from "./nginx-process.ts";
import {
  linkedRevision,
  linkRevision,
  prepareRevision,
  pruneRevisions,
  removeRevision,
} from "./revisions.ts";
import { holdProxySockets, type ProxySockets } from "./sockets.ts";
import type { Quarantined, TreeContext } from "./stage-tree.ts";
import { bringLive, spawnAndVerify } from "./verify-live.ts";

export type { ProxySite } from "../../render/nginx/site-config.ts";
export { ensureSiteLogs } from "./folders.ts";

export type PublishResult = {
  /** The wanted sites are live, those in `quarantined` as placeholders. */
  ok: boolean;
  /** What is live now, as far as is known; 0 when nothing is. */
  revision: number;
  changed: boolean;
  quarantined: Quarantined[];
  /** One or two sentences in plain words. */
  detail: string;
};

export type StartResult =
  | { ok: true; pid: number; adopted: boolean; revision: number }
  | { ok: false; detail: string };

export type ProxyObservation = {
  pid: number | null;
  state: ProcessState;
  version: string | null;
  binary: string;
  revision: number | null;
  /** Also those that only finish what they began. */
  workerPids: number[];
};

export type Proxy = {
  ensureSockets(): Promise<{ ok: true } | { ok: false; code: string; detail: string }>;
  publish(sites: readonly ProxySite[]): Promise<PublishResult>;
  /** Starts nginx or adopts a living one, and brings these sites live. */
  start(sites: readonly ProxySite[]): Promise<StartResult>;
  /** Lets it finish its requests; `forced` tells that it had to be killed. */
  stop(deadlineMs?: number): Promise<{ forced: boolean }>;
  /** After log files were renamed and made anew. */
  reopenLogs(): Promise<void>;
  observe(): Promise<ProxyObservation>;
};

export type ProxyOptions = {
  system: System;
  instance: Instance;
  /** Hexadecimal; requests with it in X-Monban-Check stand in no log. */
  checkToken: string;
  journal: (event: NewJournalEvent) => void;
};

/** A living nginx that does not answer for so long is replaced. */
const ADOPT_DEADLINE_MS = 3_000;
const TERM_DEADLINE_MS = 5_000;
const VERSION_TIMEOUT_MS = 10_000;
/** Assumed when nginx does not say; everything that is written is known since then. */
const OLDEST_VERSION: NginxVersion = [1, 19, 5];

export function createProxy({ system, instance, checkToken, journal }: ProxyOptions): Proxy {
  let version: NginxVersion | null = null;
  let queue: Promise<unknown> = Promise.resolve();
  let toldWarning: string | null = null;

  /** One change at a time: two publishes would both think they are the next revision. */
  function inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const turn = queue.then(act);
    queue = turn.catch(() => undefined);
    return turn;
  }

  /** Null when nginx cannot be run or does not say. Asked again until it does: it may be installed meanwhile. */
  async function nginxVersion(): Promise<NginxVersion | null> {
    if (version) return version;
    const { nginxBinary: file } = instance;
    const printed = await system
      .run({ file, args: ["-v"], env: {}, timeoutMs: VERSION_TIMEOUT_MS })
      .catch(() => null);
    version = printed && (parseNginxVersion(printed.stderr) ?? parseNginxVersion(printed.stdout));
    return version;
  }

  async function holdSockets(): Promise<ProxySockets> {
    const sockets = await holdProxySockets(system, instance);
    const warning = sockets.ok ? sockets.warning : null;
    if (warning !== null && warning !== toldWarning) {
      journal({ type: "notice", level: "warning", code: "http-port-ipv6", detail: warning });
    }
    toldWarning = warning;
    return sockets;
  }

  async function treeContext(sockets: Extract<ProxySockets, { ok: true }>): Promise<TreeContext> {
    return {
      system,
      instance,
      checkToken,
      nginxVersion: (await nginxVersion()) ?? OLDEST_VERSION,
      sockets: sockets.names,
      listen: sockets.listen,
    };
  }

  async function publishNow(sites: readonly ProxySite[]): Promise<PublishResult> {
    const before = await linkedRevision(system, instance);
    const failed = (detail: string, quarantined: Quarantined[] = []): PublishResult => {
      return { ok: false, revision: before ?? 0, changed: false, quarantined, detail };
    };
    const sockets = await holdSockets();
    if (!sockets.ok) return failed(sockets.detail);
    const prepared = await prepareRevision(await treeContext(sockets), sites);
    if (!prepared.ok) return failed(`nginx refuses the configuration: ${prepared.detail}. Sites unchanged.`);
    const { revision, quarantined, changed } = prepared;
    if (changed) await linkRevision(system, instance, revision);
    const { master } = await findNginx(system);
    if (!master) return failed(`nginx is not up; it will start with revision ${revision}.`, quarantined);
    if (!changed && (await askMarker(system, instance))?.revision === revision) {
      const detail = `Revision ${revision} is live already.`;
      return { ok: true, revision, changed: false, quarantined, detail };
    }
    const problem = await bringLive({ system, instance, master, revision });
    if (problem !== null) {
      const outcome = await revert(master, before, revision);
      return failed(`nginx kept its old configuration: ${problem}. ${outcome}`, quarantined);
    }
    await pruneRevisions(system, instance, revision);
    const detail = `Revision ${revision} was tested, is live and verified.`;
    return { ok: true, revision, changed: true, quarantined, detail };
  }

  /** Points back at what was live, so that nothing brings the failed revision live later. */
  async function revert(master: KeeperProcess, before: number | null, failed: number): Promise<string> {
    if (before === null || before === failed) return "There is no earlier revision to go back to.";
    await linkRevision(system, instance, before);
    await removeRevision(system, instance, failed);
    // A second HUP makes sure of it also when the first one took effect in part or late.
    const problem = await bringLive({ system, instance, master, revision: before });
    return problem === null
      ? `Revision ${before} stays live; sites unchanged.`
      : `Going back to revision ${before} is not confirmed: ${problem}.`;
  }

  async function startNow(sites: readonly ProxySite[]): Promise<StartResult> {
    const sockets = await holdSockets();
    if (!sockets.ok) return { ok: false, detail: sockets.detail };
    const { master, orphaned } = await findNginx(system);
    const answers = async () => (await askMarker(system, instance)) !== null;
    if (master && !sockets.replaced && (await until(system, ADOPT_DEADLINE_MS, answers))) {
      const published = await publishNow(sites);
      if (!published.ok)
        journal({ type: "notice", level: "error", code: "publish", detail: published.detail });
      return { ok: true, pid: master.pid, adopted: true, revision: published.revision };
    }
    const context = await treeContext(sockets);
    const prepared = await prepareRevision(context, sites);
    if (!prepared.ok) return { ok: false, detail: `nginx refuses the configuration: ${prepared.detail}.` };
    if (prepared.changed) await linkRevision(system, instance, prepared.revision);
    // One that answers nobody, or has other sockets than those held now: two cannot bear one name.
    if (master) await endGroup(system, master, TERM_DEADLINE_MS);
    const started = await spawnAndVerify({ context, revision: prepared.revision });
    if (!started.ok) return started;
    // Workers whose master is dead served until now. They have the same sockets, so nothing is lost when they go.
    const longestMs = Math.max(STOP_DEADLINE_MS, ...sites.map(({ spec }) => spec.pool.timeoutMs + 10_000));
    for (const group of orphaned) void retireGroup({ system, group, deadlineMs: longestMs, journal });
    await pruneRevisions(system, instance, prepared.revision);
    return { ok: true, pid: started.pid, adopted: false, revision: prepared.revision };
  }

  async function observe(): Promise<ProxyObservation> {
    const { master } = await findNginx(system);
    const base = { version: (await nginxVersion())?.join(".") ?? null, binary: instance.nginxBinary };
    if (!master) return { ...base, pid: null, state: "stopped", revision: null, workerPids: [] };
    const marker = await askMarker(system, instance);
    return {
      ...base,
      pid: master.pid,
      state: marker ? "ready" : "unhealthy",
      revision: marker?.revision ?? null,
      workerPids: await workerPids(system, master.pid),
    };
  }

  return {
    async ensureSockets() {
      const sockets = await holdSockets();
      return sockets.ok ? { ok: true } : sockets;
    },
    publish: (sites) => inTurn(() => publishNow(sites)),
    start: (sites) => inTurn(() => startNow(sites)),
    stop: (deadlineMs = STOP_DEADLINE_MS) => inTurn(() => stopGroups(system, deadlineMs)),
    async reopenLogs() {
      const { master } = await findNginx(system);
      if (master) await signalQuietly(system, { ...master, signal: "SIGUSR1", group: false });
    },
    observe,
  };
}
