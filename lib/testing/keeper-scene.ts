/** The setting of the keeper's tests: folders and keepers that are gone when a test is over, and small programs to spawn. */
import { readdir, readFile } from "node:fs/promises";
import { afterEach } from "vitest";
import type { KeeperClient, KeeperExit, SpawnRequest } from "../system/keeper-client.ts";
import { type KeeperOptions, PYTHON, startKeeper, type TestKeeper } from "./start-keeper.ts";
import { createTempFolder, type TempFolder } from "./temp-folder.ts";
import { waitFor } from "./wait-for.ts";

export type Scene = { folder: string; keeper: TestKeeper; client: KeeperClient; exits: KeeperExit[] };

/**
 * Call it once in a test file. `open` starts a keeper in a new folder, `successor` another one in the same folder.
 * After each test every keeper is stopped, the folders are removed, and the test fails if any process is left.
 */
export function keeperScenes() {
  const folders: TempFolder[] = [];
  const keepers: TestKeeper[] = [];
  const clients: KeeperClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const keeper of keepers.splice(0).reverse()) await keeper.stop();
    for (const folder of folders.splice(0)) {
      await waitFor("no process to be left", async () => (await processesOf(folder.path)).length === 0);
      await folder.remove();
    }
  });

  async function start(options: KeeperOptions): Promise<Scene> {
    const keeper = await startKeeper(options);
    keepers.push(keeper);
    return { folder: options.folder, keeper, ...(await connect(keeper)) };
  }

  async function connect(keeper: TestKeeper) {
    const client = await keeper.connect();
    clients.push(client);
    const exits: KeeperExit[] = [];
    await client.subscribe(0, (exit) => exits.push(exit));
    return { client, exits };
  }

  return {
    /** A folder that is removed after the test. */
    async folder(): Promise<string> {
      const folder = await createTempFolder();
      folders.push(folder);
      return folder.path;
    },
    async open(options: Omit<KeeperOptions, "folder"> = {}): Promise<Scene> {
      return start({ ...options, folder: await this.folder() });
    },
    start,
    /** Starts another keeper in the folder of one that ended. */
    successor: (scene: Scene, options: Omit<KeeperOptions, "folder"> = {}) =>
      start({ ...options, folder: scene.folder }),
    /** Another connection, with its own list of exits. */
    connect,
  };
}

/** Pids of everything that has this folder in its environment or arguments. */
export async function processesOf(folder: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const texts = [`/proc/${pid}/environ`, `/proc/${pid}/cmdline`].map((path) =>
        readFile(path, "utf8").catch(() => ""),
      );
      return (await Promise.all(texts)).some((text) => text.includes(folder)) ? Number(pid) : null;
    }),
  );
  return found.filter((pid) => pid !== null && pid !== process.pid) as number[];
}

/** A spawn request that lacks only what the test is about. The folder in its environment is how leftovers are found. */
export function aProgram(
  folder: string,
  argv: readonly string[],
  rest: Partial<SpawnRequest> = {},
): SpawnRequest {
  const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", SCENE: folder, ...rest.env };
  const log = `${folder}/child.log`;
  return {
    name: "child",
    argv,
    cwd: "/",
    stdout: log,
    stderr: log,
    sockets: [],
    inherit: "none",
    ...rest,
    env,
  };
}

export function python(source: string): string[] {
  return [PYTHON, "-I", "-S", "-c", source];
}

/** Answers every connection on descriptor 3 with its own pid and closes it. */
export const ANSWERS_WITH_PID = `
import os, socket
server = socket.socket(fileno=3)
# Held without blocking, as nginx and gunicorn want it.
server.setblocking(True)
while True:
    client, _ = server.accept()
    client.sendall(b"%d" % os.getpid())
    client.close()
`;

export const IGNORES_TERM = `
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("ignoring", flush=True)
while True:
    signal.pause()
`;

/** Leaves two others of its group behind when it is killed; they sleep. */
export const HAS_TWO_OTHERS = `
import os, signal
for _ in range(2):
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "infinity"])
print("complete", flush=True)
signal.pause()
`;
