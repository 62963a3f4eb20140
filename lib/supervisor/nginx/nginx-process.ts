/** The nginx process: how it is found, asked, spawned and ended. Nothing here decides. */
import { instancePaths } from "../../core/layout.ts";
import type { Instance } from "../../schema/instance.ts";
import type { KeeperChild, KeeperProcess } from "../../system/keeper-client.ts";
import type { System } from "../../system/system.ts";

export const NGINX_NAME = "nginx";
const MARKER_TIMEOUT_MS = 1_000;
const LOOK_EVERY_MS = 20;
const MAX_LOG_BYTES = 64 * 1024;

/** The living master, and what others of earlier groups were left behind when their master died. */
export async function findNginx(
  system: System,
): Promise<{ master: KeeperChild | null; orphaned: KeeperChild[] }> {
  const { children } = await system.keeper.status();
  const ours = children.filter((child) => child.name === NGINX_NAME);
  return {
    master: ours.find((child) => child.state === "alive") ?? null,
    orphaned: ours.filter((child) => child.state === "leaderless"),
  };
}

/** Pids of the master's workers, also of those that are finishing. */
export async function workerPids(system: System, masterPid: number): Promise<number[]> {
  const processes = await system.machine.processes();
  return processes.filter(({ parent, state }) => parent === masterPid && state !== "Z").map(({ pid }) => pid);
}

/** Which revision a worker serves, and which worker that was; null when none answered. */
export async function askMarker(
  system: System,
  instance: Instance,
): Promise<{ revision: number; workerPid: number } | null> {
  const answer = await system.probe({
    target: { socketPath: instancePaths(instance).nginxStatusSocket },
    path: "/revision",
    hostHeader: "monban",
    timeoutMs: MARKER_TIMEOUT_MS,
  });
  const match = answer.status === 200 ? /^(\d+) (\d+)$/.exec(answer.body.trim()) : null;
  return match ? { revision: Number(match[1]), workerPid: Number(match[2]) } : null;
}

/** What nginx prints, from `offset` on: the log of its process. */
export async function processOutput(system: System, path: string, offset: number): Promise<string[]> {
  const bytes = await system.files.readBytes(path, offset, MAX_LOG_BYTES);
  return bytes === null
    ? []
    : new TextDecoder()
        .decode(bytes)
        .split("\n")
        .filter((line) => line !== "");
}

export function processLogPath(instance: Instance): string {
  return `${instancePaths(instance).processLogs}/nginx.log`;
}

/** Spawns nginx with the sockets; `-e` keeps it from opening a log file it was compiled with. */
export async function spawnNginx(args: {
  system: System;
  instance: Instance;
  sockets: readonly string[];
  configPath: string;
  extraArguments?: readonly string[];
  name?: string;
  log?: string;
}): Promise<KeeperProcess> {
  const { system, instance, sockets, configPath, extraArguments = [] } = args;
  const log = args.log ?? processLogPath(instance);
  const prefix = `${instancePaths(instance).nginx}/`;
  return system.keeper.spawn({
    name: args.name ?? NGINX_NAME,
    argv: [instance.nginxBinary, "-p", prefix, "-e", "stderr", "-c", configPath, ...extraArguments],
    cwd: "/",
    env: { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG: "C.UTF-8" },
    stdout: log,
    stderr: log,
    sockets,
    inherit: "nginx",
    umask: 0o027,
    ...(instance.users ? { uid: instance.users.nginx.uid, gid: instance.users.nginx.gid, groups: [] } : {}),
  });
}

/** Sends a signal; that the process is gone already is no error. */
export async function signalQuietly(
  system: System,
  request: KeeperProcess & { signal: NodeJS.Signals; group: boolean },
): Promise<void> {
  const { pid, startTime, signal, group } = request;
  await system.keeper.signal({ pid, startTime, signal, group }).catch((cause) => {
    if ((cause as { code?: string }).code !== "NotFound") throw cause;
  });
}

/** True when the whole group ended before the deadline. */
export async function groupEnded(system: System, pgid: number, deadlineMs: number): Promise<boolean> {
  return until(system, deadlineMs, async () => (await system.keeper.members(pgid)).length === 0);
}

export async function isAlive(system: System, process: KeeperProcess): Promise<boolean> {
  const stat = await system.machine.processStat(process.pid);
  return stat !== null && stat.startTime === process.startTime && stat.state !== "Z";
}

/** True while the keeper has not seen the end of it: for that long its name is taken, also when it is a zombie. */
export async function isHeld(system: System, process: KeeperProcess): Promise<boolean> {
  const { children } = await system.keeper.status();
  return children.some(
    ({ pid, startTime, state }) =>
      pid === process.pid && startTime === process.startTime && state === "alive",
  );
}

/** Asks until the condition holds; false when it did not before the deadline. */
export async function until(
  system: System,
  deadlineMs: number,
  condition: () => Promise<boolean>,
): Promise<boolean> {
  const end = system.clock.monotonic() + deadlineMs;
  for (;;) {
    if (await condition()) return true;
    if (system.clock.monotonic() >= end) return false;
    await system.clock.sleep(LOOK_EVERY_MS);
  }
}
