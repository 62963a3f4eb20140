/** What a Monban of a test has on the machine: its processes, and what it put outside its data. */
import { readdir, readFile, readlink } from "node:fs/promises";
import { connect } from "node:net";

export type FoundProcess = { pid: number; parent: number; command: string };

/** All living processes that have to do with `folder`: named in their command, environment, work folder or open files. */
export async function processesOf(folder: string): Promise<FoundProcess[]> {
  const found: FoundProcess[] = [];
  for (const name of await readdir("/proc")) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const process_ = await readProcess(Number(name), folder);
    if (process_) found.push(process_);
  }
  return found;
}

async function readProcess(pid: number, folder: string): Promise<FoundProcess | null> {
  const command = (await text(`/proc/${pid}/cmdline`)).replaceAll("\0", " ").trim();
  // A zombie has no command; its parent will hear of it.
  if (command === "") return null;
  const stat = await text(`/proc/${pid}/stat`);
  const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (state === "Z" || state === "X" || state === undefined) return null;
  const concerns =
    command.includes(folder) ||
    (await text(`/proc/${pid}/environ`)).includes(folder) ||
    (await readlink(`/proc/${pid}/cwd`).catch(() => "")).startsWith(folder) ||
    (await openFiles(pid)).some((path) => path.startsWith(folder));
  return concerns ? { pid, parent: Number(parent), command } : null;
}

async function openFiles(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`).catch(() => []);
  return Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
}

function text(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

/** The processes of one Monban by what they are. */
export type Anatomy = {
  keeper: FoundProcess[];
  supervisor: FoundProcess[];
  panel: FoundProcess[];
  nginxMasters: FoundProcess[];
  gunicornMasters: FoundProcess[];
  /** Everything, the above among it. */
  all: FoundProcess[];
};

/** Sorts the processes of the Monban on `data`; workers are children of masters. */
export async function anatomyOf(data: string): Promise<Anatomy> {
  const all = await processesOf(data);
  const gunicorns = all.filter(({ command }) => command.includes("-m gunicorn"));
  const isWorker = ({ parent }: FoundProcess) => gunicorns.some(({ pid }) => pid === parent);
  return {
    keeper: all.filter(({ command }) => command.includes("keeper.py")),
    supervisor: all.filter(({ command }) => command.includes("supervisor.mjs")),
    panel: all.filter(({ command }) => command.includes("panel.mjs")),
    nginxMasters: all.filter(
      ({ command }) => command.startsWith("nginx: master") && !command.includes(" -t"),
    ),
    gunicornMasters: gunicorns.filter((one) => !isWorker(one)),
    all,
  };
}

/** Ends processes at once, by pid, as the power cut does. */
export function killAtOnce(processes: readonly { pid: number }[]): void {
  for (const { pid } of processes) {
    try {
      process.kill(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Paths below a folder, relative to it, sorted; empty when there is none. */
export async function pathsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1)).sort();
}

/** Whether somebody listens on this port of the machine. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
  });
}
