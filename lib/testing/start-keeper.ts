/** A real keeper in a folder of its own, for tests. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { connectKeeper, type KeeperClient } from "../system/keeper-client.ts";
import { waitFor } from "./wait-for.ts";

const KEEPER = fileURLToPath(new URL("../keeper/keeper.py", import.meta.url));
const ASKS_WHO_IT_IS = ["-I", "-S", "-c", "import sys; print(sys.executable)"];

/** The interpreter itself: what is called python3 on the PATH may be a script that chooses one. */
export const PYTHON = execFileSync("python3", ASKS_WHO_IT_IS, { encoding: "utf8" }).trim();

const IDLE = ["/bin/sleep", "infinity"];

export type KeeperOptions = {
  /** Its run folder is `<folder>/run`. Two keepers started with the same folder are successors. */
  folder: string;
  /** What it supervises; by default a program that does nothing. */
  supervisor?: readonly string[];
  supervisorEnv?: Record<string, string>;
  supervisorOutput?: string;
  shutdownTimeoutMs?: number;
  /** This text as its config instead of a proper one; null leaves the file out. */
  config?: string | null;
  /** Runs another keeper.py, for example a copy that is about to be upgraded. */
  program?: string;
  python?: string;
  /** A command that executes the keeper's arguments in its own way, instead of Python itself. */
  launcher?: readonly string[];
  uid?: number;
  gid?: number;
};

export type TestKeeper = {
  runDir: string;
  socketPath: string;
  configPath: string;
  pid: number;
  /** Resolves when it ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  hasEnded(): boolean;
  stderr(): string;
  connect(): Promise<KeeperClient>;
  kill(signal: NodeJS.Signals): void;
  /** Stops it with everything it keeps; also what a killed keeper left behind. May be called twice. */
  stop(): Promise<void>;
};

/** Starts keeper.py and waits until it answers. Rejects with what it printed when it ends instead. */
export async function startKeeper(options: KeeperOptions): Promise<TestKeeper> {
  const keeper = await launchKeeper(options);
  await waitFor("the keeper to answer", async () => {
    if (keeper.hasEnded()) return true;
    const client = await keeper.connect();
    client.close();
    return true;
  });
  if (keeper.hasEnded()) throw new Error(`the keeper ended: ${keeper.stderr()}`);
  return keeper;
}

/** Starts keeper.py without waiting for anything. */
export async function launchKeeper(options: KeeperOptions): Promise<TestKeeper> {
  const { folder, shutdownTimeoutMs = 5_000, program = KEEPER, python = PYTHON, uid, gid } = options;
  const runDir = `${folder}/run`;
  const configPath = `${folder}/keeper-config.json`;
  await mkdir(folder, { recursive: true });
  const proper = JSON.stringify({ supervisor: supervisorOf(options), shutdownTimeoutMs });
  const { config = proper } = options;
  if (config !== null) await writeFile(configPath, config);

  const args = ["-I", "-S", program, "--run-dir", runDir, "--config", configPath];
  const [file = python, ...before] = options.launcher ?? [python];
  const child = spawn(file, [...before, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    detached: true,
    uid,
    gid,
  });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  const socketPath = `${runDir}/keeper.sock`;
  return {
    runDir,
    socketPath,
    configPath,
    pid: child.pid ?? -1,
    ended,
    hasEnded: () => hasEnded(child),
    stderr: () => stderr,
    connect: () => connectKeeper({ path: socketPath, connectTimeoutMs: 5_000, requestTimeoutMs: 15_000 }),
    kill: (signal) => child.kill(signal),
    stop: () => stop(child, runDir),
  };
}

function supervisorOf({ folder, supervisor = IDLE, supervisorEnv = {}, supervisorOutput }: KeeperOptions) {
  const output = supervisorOutput ?? `${folder}/supervisor.log`;
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", ...supervisorEnv };
  return { argv: supervisor, cwd: "/", env, stdout: output, stderr: output };
}

async function stop(child: ChildProcess, runDir: string) {
  child.kill("SIGTERM");
  await waitFor("the keeper to stop", () => hasEnded(child), { deadlineMs: 20_000 });
  await endSurvivors(`${runDir}/keeper.json`);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** What a killed keeper kept, by its own records. */
async function endSurvivors(statePath: string) {
  const text = await readFile(statePath, "utf8").catch(() => null);
  if (text === null) return;
  const state = JSON.parse(text) as { children: { pid: number; startTime: number }[] };
  for (const child of state.children) {
    const stat = await readFile(`/proc/${child.pid}/stat`, "utf8").catch(() => "");
    const startTime = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
    if (stat === "" || startTime === child.startTime) killGroup(child.pid);
  }
}

function killGroup(pgid: number) {
  try {
    process.kill(-pgid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}
