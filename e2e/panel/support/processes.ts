/** Processes of a site, found and hurt by pid. */
import { readFile } from "node:fs/promises";
import type { Worker } from "../../../lib/schema/worker.ts";
import type { Monban } from "./monban.ts";

export async function workersOf(monban: Monban, siteId: string): Promise<Worker[]> {
  const { status, body } = await monban.api<{ data: Worker[] }>("GET", `/api/v1/sites/${siteId}/workers`);
  return status === 200 ? body.data : [];
}

/** The gunicorn master is the parent of its workers. Null while there is none. */
async function masterOf(monban: Monban, siteId: string): Promise<number | null> {
  const [worker] = await workersOf(monban, siteId);
  if (!worker) return null;
  const stat = await readFile(`/proc/${worker.pid}/stat`, "utf8").catch(() => "");
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  const command = await readFile(`/proc/${parent}/cmdline`, "utf8").catch(() => "");
  return command.includes("gunicorn") ? parent : null;
}

/** Kills the master as the kernel does when memory is short; nothing when there is none right now. */
export async function killMaster(monban: Monban, siteId: string): Promise<void> {
  const pid = await masterOf(monban, siteId);
  if (pid !== null) kill(pid);
}

/** Sends SIGKILL; a process that is gone already is no error. */
export function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
