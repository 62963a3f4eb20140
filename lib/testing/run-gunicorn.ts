/** A real gunicorn for one test, without Monban around it. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const environment = {
  PATH: process.env.PATH ?? "/usr/bin:/bin",
  LANG: "C.UTF-8",
  PYTHONDONTWRITEBYTECODE: "1",
} as unknown as NodeJS.ProcessEnv;

export type RunningGunicorn = {
  pid: number;
  socketPath: string;
  /** All it printed so far, line by line. */
  lines(): string[];
  /** Resolves when it ended. */
  ended: Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>;
  kill(signal: NodeJS.Signals): void;
  /** Ends it with all its workers; may be called twice. */
  stop(): Promise<void>;
};

/** Starts `python -m gunicorn` in `folder`, on a unix socket there unless `args` bind it elsewhere. */
export function runGunicorn(options: {
  python: string;
  folder: string;
  entry: string;
  args?: readonly string[];
}): RunningGunicorn {
  const { python, folder, entry, args = [] } = options;
  const socketPath = join(folder, "g.sock");
  const bind = args.some((arg) => arg === "-b") ? [] : ["-b", `unix:${socketPath}`];
  const child = spawn(python, ["-m", "gunicorn", "--no-control-socket", ...bind, ...args, entry], {
    cwd: folder,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  }
  const ended = new Promise<{ exitCode: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => resolve({ exitCode, signal }));
  });
  return {
    pid: child.pid ?? -1,
    socketPath,
    lines: () => text.split("\n"),
    ended,
    kill: (signal) => child.kill(signal),
    async stop() {
      endGroup(child);
      await ended;
    },
  };
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  } catch {
    // Nobody is left in it.
  }
}

/** Writes small files, `{ "app.py": "…" }`, with the folders they need. */
export async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}
