/** Brings a revision live and looks whether it is: neither a start nor a HUP says so by itself. */
import { instancePaths } from "../../core/layout.ts";
import type { Instance } from "../../schema/instance.ts";
import type { KeeperProcess } from "../../system/keeper-client.ts";
import type { System } from "../../system/system.ts";
import { endGroup } from "./end-nginx.ts";
import {
  askMarker,
  isAlive,
  processLogPath,
  processOutput,
  signalQuietly,
  spawnNginx,
  until,
  workerPids,
} from "./nginx-process.ts";
import { emergency, type TreeContext } from "./stage-tree.ts";

/** From HUP until a new worker answers with the new revision. */
const VERIFY_DEADLINE_MS = 10_000;
const START_DEADLINE_MS = 15_000;
const TERM_DEADLINE_MS = 5_000;

/** HUP, then look: null when a worker that was not there before serves the revision, else why not. */
export async function bringLive(args: {
  system: System;
  instance: Instance;
  master: KeeperProcess;
  revision: number;
}): Promise<string | null> {
  const { system, instance, master, revision } = args;
  const before = new Set(await workerPids(system, master.pid));
  const offset = await logEnd(system, instance);
  await signalQuietly(system, { ...master, signal: "SIGHUP", group: false });
  let problem: string | null = null;
  const settled = await until(system, VERIFY_DEADLINE_MS, async () => {
    const marker = await askMarker(system, instance);
    if (marker?.revision === revision && !before.has(marker.workerPid)) return true;
    problem =
      emergency(await processOutput(system, processLogPath(instance), offset), current(instance)) ??
      ((await isAlive(system, master)) ? null : "the nginx master died");
    return problem !== null;
  });
  return settled
    ? problem
    : `no new worker answered with revision ${revision} in ${VERIFY_DEADLINE_MS / 1_000} s`;
}

/** Starts nginx with the linked configuration and waits until one of its own workers serves the revision. */
export async function spawnAndVerify(args: {
  context: TreeContext;
  revision: number;
}): Promise<{ ok: true; pid: number } | { ok: false; detail: string }> {
  const { system, instance, sockets } = args.context;
  const offset = await logEnd(system, instance);
  const configPath = `${current(instance)}/nginx.conf`;
  const process = await spawnNginx({ system, instance, sockets, configPath });
  let gone = false;
  const settled = await until(system, START_DEADLINE_MS, async () => {
    // Workers of a dead master may answer on the same socket with the same number.
    const marker = await askMarker(system, instance);
    const workers = await workerPids(system, process.pid);
    if (marker?.revision === args.revision && workers.includes(marker.workerPid)) return true;
    gone = !(await isAlive(system, process));
    return gone;
  });
  if (settled && !gone) return { ok: true, pid: process.pid };
  const lines = await processOutput(system, processLogPath(instance), offset);
  const why = emergency(lines, current(instance)) ?? lines.at(-1) ?? "it said nothing";
  if (gone) return { ok: false, detail: `nginx ended right after its start: ${why}.` };
  await endGroup(system, process, TERM_DEADLINE_MS);
  const seconds = START_DEADLINE_MS / 1_000;
  return { ok: false, detail: `nginx did not answer within ${seconds} s after its start: ${why}.` };
}

async function logEnd(system: System, instance: Instance): Promise<number> {
  return (await system.files.stat(processLogPath(instance)))?.size ?? 0;
}

function current(instance: Instance): string {
  return instancePaths(instance).nginxCurrent;
}
