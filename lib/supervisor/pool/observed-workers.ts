/** The workers of a site as people see them: what the hooks say, joined with what the kernel says. */
import type { Worker } from "../../schema/worker.ts";
import type { Context } from "../context.ts";
import type { SiteRuntime } from "../site-runtime.ts";
import { readFacts } from "./read-facts.ts";

/** Shorter than this and a percentage says little. */
const MIN_CPU_WINDOW_MS = 500;

/** Workers of all living generations, the serving one first. Processes without facts yet are booting. */
export async function observedWorkers(context: Context, runtime: SiteRuntime): Promise<Worker[]> {
  const now = context.system.clock.now();
  const workers: Worker[] = [];
  const generations = runtime.generations
    .filter((generation) => generation.pid !== null)
    .sort((a, b) => b.number - a.number);
  const processes = generations.length === 0 ? [] : await context.system.machine.processes();
  const seen = new Set<number>();
  for (const generation of generations) {
    const facts = await readFacts(context, runtime.name, generation.number);
    const current = generation.number === runtime.current?.number ? runtime.current : null;
    for (const process of processes) {
      if (process.parent !== generation.pid || process.state === "Z") continue;
      seen.add(process.pid);
      const told = facts?.workers.find((worker) => worker.pid === process.pid);
      const threads = told?.threads ?? current?.pool.threads ?? 1;
      workers.push({
        pid: process.pid,
        generation: generation.number,
        release: generation.release ?? 0,
        state: !told?.ready
          ? "booting"
          : runtime.hung.has(process.pid) || current === null
            ? "stopping"
            : told.busyThreads > 0
              ? "busy"
              : "idle",
        threads,
        busyThreads: told?.busyThreads ?? 0,
        requests: told?.requests ?? 0,
        errors: (told?.errors4xx ?? 0) + (told?.errors5xx ?? 0),
        rssBytes: process.rssBytes,
        cpuPercent: cpuPercent(runtime, process.pid, process.cpuMs, process.startedAtMs, now),
        startedAt: new Date(process.startedAtMs).toISOString(),
        ...(told?.current ? { current: told.current } : {}),
      });
    }
  }
  for (const pid of runtime.cpu.keys()) if (!seen.has(pid)) runtime.cpu.delete(pid);
  return workers;
}

function cpuPercent(
  runtime: SiteRuntime,
  pid: number,
  cpuMs: number,
  startedAtMs: number,
  now: number,
): number {
  const before = runtime.cpu.get(pid);
  if (before && now - before.at < MIN_CPU_WINDOW_MS) return before.percent;
  const since = before ?? { cpuMs: 0, at: startedAtMs };
  const window = Math.max(1, now - since.at);
  const percent = Math.max(0, Math.round(((cpuMs - since.cpuMs) / window) * 1000) / 10);
  runtime.cpu.set(pid, { cpuMs, at: now, percent });
  return percent;
}
