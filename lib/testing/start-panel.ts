/** The panel as a process of its own, with a listening socket that it inherits as the keeper would hand it over. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs/promises";
import path from "node:path";
import type { Instance } from "../schema/instance.ts";
import { waitFor } from "./wait-for.ts";

/** Binds, makes the socket descriptor 3, says its port and becomes the panel: the pid in LISTEN_PID stays the same. */
const LAUNCHER = `
import os, socket, sys
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
os.dup2(listener.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1")
os.execv(sys.argv[1], sys.argv[1:])
`;
const MAIN = path.join(import.meta.dirname, "../server/main.ts");
const MIGRATIONS = path.join(import.meta.dirname, "../../prisma/migrations");

export type PanelProcess = {
  port: number;
  pid: number;
  /** What it logged so far. */
  log(): string;
  /** Sends the signal and resolves with the exit code, null when the signal killed it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
};

/** `folder` becomes data, run and root in one. */
export async function startPanelProcess(
  folder: string,
  env: Record<string, string> = {},
): Promise<PanelProcess> {
  await fs.cp(MIGRATIONS, path.join(folder, "migrations"), { recursive: true });
  const instance: Instance = {
    version: "1.2.3",
    root: folder,
    data: folder,
    run: folder,
    facts: folder,
    httpAddress: "127.0.0.1",
    httpPort: 8080,
    httpsPort: 8443,
    panelHost: "127.0.0.1",
    panelPort: 4600,
    nginxBinary: "nginx",
    pythonBinary: "python3",
    nodeBinary: process.execPath,
    users: null,
    dev: false,
  };
  const file = path.join(folder, "instance.json");
  await fs.writeFile(file, JSON.stringify(instance));
  const child: ChildProcess = spawn("python3", ["-c", LAUNCHER, process.execPath, MAIN], {
    env: { PATH: process.env.PATH ?? "", MONBAN_INSTANCE: file, ...env } as unknown as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let port = "";
  let log = "";
  child.stdout?.on("data", (chunk) => {
    port += chunk;
  });
  child.stderr?.on("data", (chunk) => {
    log += chunk;
  });
  const exited = once(child, "exit");
  await waitFor("the panel's port", () => port.endsWith("\n"));
  return {
    port: Number(port),
    pid: child.pid ?? 0,
    log: () => log,
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}
