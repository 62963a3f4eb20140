/** A real gunicorn on an inherited socket, configured as Monban does it, for tests of its hooks. */
import { readFile, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { fileURLToPath } from "node:url";
import {
  decodeWorkerExits,
  decodeWorkerFacts,
  type WorkerExit,
  type WorkerFacts,
} from "../core/worker-facts.ts";
import { renderGunicornConfig } from "../render/gunicorn/config.ts";
import { type Pool, poolSchema } from "../schema/site.ts";
import type { KeeperClient, SpawnReply } from "../system/keeper-client.ts";
import { gunicornAndFlask, pythonEnvironment } from "./python-environment.ts";
import { waitFor } from "./wait-for.ts";

const HOOKS = fileURLToPath(new URL("../keeper/monban_gunicorn.py", import.meta.url));

export type GunicornScene = {
  master: SpawnReply;
  socketPath: string;
  facts(): Promise<WorkerFacts>;
  exits(): Promise<WorkerExit[]>;
  stacks(): Promise<string>;
  log(): Promise<string>;
  /** Status of the answer, or null when there was none. */
  ask(path: string, options?: { method?: string; headers?: Record<string, string> }): Promise<number | null>;
};

export type GunicornOptions = {
  folder: string;
  keeper: KeeperClient;
  /** Source of the module `app`, which defines `app`. */
  app: string;
  pool: Partial<Pool> & { workers: number };
  /** Lines put into the configuration before Monban's hooks. */
  extraConfig?: string;
  packages?: readonly string[];
  generation?: number;
};

/** Starts it and waits until every worker is ready. */
export async function startGunicorn(options: GunicornOptions): Promise<GunicornScene> {
  const scene = await launchGunicorn(options);
  await waitFor(
    "every worker to be ready",
    async () => (await scene.facts()).ready === options.pool.workers,
    {
      deadlineMs: 30_000,
    },
  ).catch(async (error) => {
    throw new Error(`gunicorn did not become ready: ${await scene.log()}`, { cause: error });
  });
  return scene;
}

/** Starts it and waits for nothing. */
export async function launchGunicorn(options: GunicornOptions): Promise<GunicornScene> {
  const { folder, keeper, generation = 1 } = options;
  const { python } = await pythonEnvironment({ packages: options.packages ?? gunicornAndFlask });
  const at = (name: string) => `${folder}/${name}`;
  await writeFile(at("app.py"), options.app);
  await writeFile(at("facts"), "");
  const config = renderGunicornConfig({
    siteName: "test",
    generation: {
      number: generation,
      release: 1,
      folder,
      app: { entry: "app:app", framework: "unknown" },
      pool: poolSchema.parse(options.pool),
    },
    hooks: HOOKS,
    facts: at("facts"),
    stacks: at("stacks"),
    controlSocket: null,
  });
  const marker = "import importlib.util";
  await writeFile(at("conf.py"), config.replace(marker, `${options.extraConfig ?? ""}\n${marker}`));
  await keeper.listen({ name: "app", kind: "unix", path: at("app.sock"), backlog: 2048 });
  const master = await keeper.spawn({
    name: "app",
    argv: [python, "-m", "gunicorn", "-c", at("conf.py")],
    cwd: folder,
    env: { PATH: "/usr/bin:/bin", PYTHONUNBUFFERED: "1", PYTHONDONTWRITEBYTECODE: "1", SCENE: folder },
    stdout: at("app.log"),
    stderr: at("app.log"),
    sockets: ["app"],
    inherit: "systemd",
  });
  return {
    master,
    socketPath: at("app.sock"),
    async facts() {
      const facts = decodeWorkerFacts(await readFile(at("facts")), Date.now());
      if (!facts) throw new Error("no facts have been written");
      return facts;
    },
    exits: async () => decodeWorkerExits(await readFile(at("facts.exits"), "utf8").catch(() => "")),
    stacks: () => readFile(at("stacks"), "utf8"),
    log: () => readFile(at("app.log"), "utf8"),
    ask: (path, { method = "GET", headers } = {}) => ask(at("app.sock"), path, method, headers),
  };
}

function ask(
  socketPath: string,
  path: string,
  method: string,
  headers: Record<string, string> = {},
): Promise<number | null> {
  return new Promise((resolve) => {
    const outgoing = request({ socketPath, path, method, headers, agent: false }, (answer) => {
      answer.resume();
      answer.on("close", () => resolve(answer.complete ? (answer.statusCode ?? null) : null));
    });
    outgoing.on("error", () => resolve(null));
    outgoing.end();
  });
}
