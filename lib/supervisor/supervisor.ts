/** The supervisor as a whole: puts its parts together, listens to deaths, starts, and stops everything in order. */
import { randomBytes } from "node:crypto";
import { instancePaths, sitePaths } from "../core/layout.ts";
import type { Instance } from "../schema/instance.ts";
import type { KeeperExit, KeeperLink } from "../system/keeper-link.ts";
import type { LogFiles } from "../system/log-files.ts";
import type { System } from "../system/system.ts";
import { delayRestart, type PendingEdits } from "./apply.ts";
import type { Context } from "./context.ts";
import type { ControlParts } from "./control/parts.ts";
import { type ControlServer, startControlServer } from "./control/server.ts";
import { openDesiredStore } from "./desired-store.ts";
import type { Exits } from "./exits.ts";
import { createHostLook } from "./host-look.ts";
import { openJournal } from "./journal.ts";
import { createLoop } from "./loop.ts";
import { createProxy, type Proxy as NginxProxy } from "./nginx/proxy.ts";
import { createNotices } from "./notices.ts";
import { openOperations } from "./operations.ts";
import { parseGenerationName } from "./pool/names.ts";
import { stopGeneration } from "./pool/stop-generation.ts";
import { tidyInstance } from "./tidy.ts";
import { createWorkloads, describeExit, noteDeath } from "./workloads.ts";

const PANEL_STOP_DEADLINE_MS = 5_000;

export type Supervisor = {
  /** Stops panel, nginx and pools in this order, letting requests finish. */
  stopEverything(): Promise<void>;
  /** Lets go of everything and ends; the keeper's other children live on and are adopted by the next supervisor. */
  letGo(): Promise<void>;
};

/** Starts the supervisor; rejects only when the state folder cannot be used at all. */
export async function startSupervisor(args: {
  system: System;
  logFiles: LogFiles;
  instance: Instance;
  exits: Exits;
  link: Pick<KeeperLink, "onConnected" | "changes">;
  startedAt: number;
  log: (line: string) => void;
  /** What stands in for real nginx and the real control socket where the machine is made of data. */
  parts?: { proxy: NginxProxy; startControl: (parts: ControlParts) => Promise<ControlServer> };
}): Promise<Supervisor> {
  const { system, logFiles, instance, exits, log } = args;
  const paths = instancePaths(instance);
  await system.files.makeFolder(paths.operations, { mode: 0o700 });
  const journal = await openJournal(system, paths.journal);
  const operations = await openOperations({ system, journal, folder: paths.operations });
  const checkToken = await openCheckToken(system, `${paths.supervisor}/check-token`);
  const workloads = createWorkloads();
  const edits: PendingEdits = { actors: new Map(), purge: new Set() };
  const host = createHostLook();
  const stop = new AbortController();

  const context: Context = {
    system,
    logFiles,
    instance,
    paths,
    journal,
    notices: createNotices(system.clock, journal),
    operations,
    desired: await openDesiredStore(system, paths.desired),
    exits,
    proxy:
      args.parts?.proxy ??
      createProxy({ system, instance, checkToken, journal: (event) => journal.write(event) }),
    sites: new Map(),
    publishedKey: null,
    keeperChanges: args.link.changes,
    checkToken,
    wake: () => loop.wake(),
    log,
  };
  await tidyInstance(context).catch((cause) => log(`tidying up: ${String(cause)}`));
  const loop = createLoop({ context, workloads, edits, host });
  exits.onExit((exit) => {
    if (!stop.signal.aborted) onExit(exit);
  });
  args.link.onConnected(() => loop.wake());

  journal.write({
    type: "process",
    workload: "supervisor",
    change: "started",
    pid: process.pid,
    detail: `The supervisor ${process.pid} has started.`,
  });
  const control = await (args.parts?.startControl ?? startControlServer)({
    context,
    workloads,
    edits,
    host,
    loop,
    startedAt: args.startedAt,
  });
  const running = loop.run(stop.signal);

  function onExit(exit: KeeperExit): void {
    if (exit.name === "nginx" || exit.name === "panel") {
      noteDeath(context, workloads[exit.name], exit);
      if (exit.name === "nginx") context.publishedKey = null;
    } else if (exit.name !== "supervisor") onMasterExit(exit);
    loop.wake();
  }

  function onMasterExit(exit: KeeperExit): void {
    const parsed = parseGenerationName(exit.name);
    if (!parsed) return;
    const runtime = context.sites.get(parsed.siteName);
    if (!runtime) {
      tellDeath(exit, parsed.siteName);
      return;
    }
    if (runtime.expectedEnds.delete(exit.pid)) return;
    const serving = runtime.current?.number === parsed.generation;
    const startedAt =
      runtime.generations.find((generation) => generation.pid === exit.pid)?.startedAt ?? null;
    // While an operation boots or watches this generation, the operation decides what its death means.
    const decided = runtime.siteId !== null && operations.busyWith(runtime.siteId) !== null && !serving;
    if (serving)
      delayRestart(
        context,
        runtime,
        startedAt === null ? 0 : system.clock.now() - startedAt,
        describeExit(exit),
      );
    journal.write({
      type: "process",
      workload: `pool:${parsed.siteName}`,
      change: "exited",
      pid: exit.pid,
      ...(runtime.siteId ? { siteId: runtime.siteId } : {}),
      detail: `gunicorn master ${exit.pid}: ${serving && !decided ? runtime.restart.reason : describeExit(exit)}`,
    });
  }

  /** It died before this supervisor had looked at the site; what is to be done about it, the first look tells. */
  function tellDeath(exit: KeeperExit, siteName: string): void {
    const site = context.desired.get().sites.find(({ spec }) => spec.name === siteName);
    if (!site) return;
    journal.write({
      type: "process",
      workload: `pool:${siteName}`,
      change: "exited",
      pid: exit.pid,
      siteId: site.id,
      detail: `gunicorn master ${exit.pid}: ${describeExit(exit)} No supervisor was there at that time.`,
    });
  }

  return {
    async stopEverything() {
      stop.abort();
      await control.close();
      await operations.stop();
      await running;
      await stopPanel(context);
      await context.proxy.stop();
      await Promise.all([...context.sites.values()].map((runtime) => stopPools(context, runtime.name)));
      await journal.flush();
    },
    async letGo() {
      stop.abort();
      await control.close();
      await running;
      await journal.flush();
    },
  };
}

/** Kept on disk, because nginx knows it too: a new one at every start would be a new configuration at every start. */
async function openCheckToken(system: System, path: string): Promise<string> {
  const kept = (await system.files.readText(path))?.trim();
  if (kept && /^[0-9a-f]{32}$/.test(kept)) return kept;
  const token = randomBytes(16).toString("hex");
  await system.files.writeAtomic(path, `${token}\n`, { mode: 0o600 }).catch(() => undefined);
  return token;
}

async function stopPanel(context: Context): Promise<void> {
  const { keeper } = context.system;
  const panel = (await keeper.status()).children.find(
    (child) => child.name === "panel" && child.state === "alive",
  );
  if (!panel) return;
  const target = { pid: panel.pid, startTime: panel.startTime, group: false };
  await keeper.signal({ ...target, signal: "SIGTERM" }).catch(() => undefined);
  if ((await context.exits.whenGone(panel, PANEL_STOP_DEADLINE_MS)) !== "timeout") return;
  await keeper.signal({ ...target, signal: "SIGKILL", group: true }).catch(() => undefined);
}

/** Ends all generations of a site; records of the serving one stay, so that the next start boots the same release. */
async function stopPools(context: Context, siteName: string): Promise<void> {
  const runtime = context.sites.get(siteName);
  const paths = sitePaths(context.instance, siteName);
  const { keeper, files } = context.system;
  for (const { name } of (await keeper.status()).sockets) {
    const parsed = parseGenerationName(name);
    if (parsed?.siteName !== siteName) continue;
    const serving = runtime?.current?.number === parsed.generation;
    await stopGeneration({
      context,
      siteName,
      generation: parsed.generation,
      drain: false,
      keepSocket: serving,
    });
    if (!serving) continue;
    await keeper.unlisten(name).catch(() => undefined);
    await files.remove(paths.facts(parsed.generation));
    await files.remove(`${paths.facts(parsed.generation)}.exits`);
    await files.remove(paths.stacks(parsed.generation));
  }
  await files.remove(paths.runtime);
}
