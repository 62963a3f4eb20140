/** Adds and removes workers of a living master, one by one and each confirmed, because signals coalesce. */
import type { Generation } from "../../schema/generation.ts";
import type { Context } from "../context.ts";
import { StepFailure } from "../operations.ts";
import { writeGeneration } from "./generation-store.ts";
import { generationName } from "./names.ts";
import { readFacts } from "./read-facts.ts";
import { writeConfig } from "./spawn-master.ts";

const LOOK_EVERY_MS = 50;

/**
 * Brings the master from its number of workers to `wanted`. After each confirmed change the record and the configuration
 * say the new number, so that a master that dies in the middle comes back with what it had.
 */
export async function scaleWorkers(args: {
  context: Context;
  siteName: string;
  generation: Generation;
  wanted: number;
  bootDeadlineMs: number;
  onProgress: (workers: number) => void;
}): Promise<void> {
  const { context, siteName } = args;
  const { keeper } = context.system;
  const name = generationName(siteName, args.generation.number);
  let generation = args.generation;
  while (generation.pool.workers !== args.wanted) {
    const child = (await keeper.status()).children.find(
      (candidate) => candidate.name === name && candidate.state === "alive",
    );
    if (!child) {
      throw new StepFailure({
        code: "master-gone",
        sentence: "The gunicorn master died while workers were changed.",
      });
    }
    const up = args.wanted > generation.pool.workers;
    const target = generation.pool.workers + (up ? 1 : -1);
    const before = await workerPids(context, child.pid);
    await keeper.signal({
      pid: child.pid,
      startTime: child.startTime,
      signal: up ? "SIGTTIN" : "SIGTTOU",
      group: false,
    });
    const deadlineMs = up ? args.bootDeadlineMs : generation.pool.gracefulTimeoutMs + 2_000;
    const done = up
      ? await until(context, deadlineMs, () =>
          newWorkerReady(context, siteName, generation.number, child.pid, before),
        )
      : await until(
          context,
          deadlineMs,
          async () => (await workerPids(context, child.pid)).length < before.length,
        );
    if (!done) {
      throw new StepFailure({
        code: "scale-unconfirmed",
        sentence: up
          ? `A worker was asked for and none became ready within ${Math.round(deadlineMs / 1000)} s; the site runs with ${before.length} workers.`
          : `A worker was asked to stop and did not within ${Math.round(deadlineMs / 1000)} s.`,
      });
    }
    generation = { ...generation, pool: { ...generation.pool, workers: target } };
    await writeGeneration(context, siteName, generation);
    await writeConfig(context, siteName, generation);
    args.onProgress(target);
  }
}

async function workerPids(context: Context, masterPid: number): Promise<number[]> {
  const processes = await context.system.machine.processes();
  return processes
    .filter((process) => process.parent === masterPid && process.state !== "Z")
    .map(({ pid }) => pid);
}

async function newWorkerReady(
  context: Context,
  siteName: string,
  generation: number,
  masterPid: number,
  before: number[],
): Promise<boolean> {
  const pids = (await workerPids(context, masterPid)).filter((pid) => !before.includes(pid));
  if (pids.length === 0) return false;
  const facts = await readFacts(context, siteName, generation);
  return pids.some((pid) => facts?.workers.some((worker) => worker.pid === pid && worker.ready));
}

async function until(
  context: Context,
  deadlineMs: number,
  condition: () => Promise<boolean>,
): Promise<boolean> {
  const { clock } = context.system;
  const end = clock.monotonic() + deadlineMs;
  while (clock.monotonic() < end) {
    if (await condition()) return true;
    await clock.sleep(LOOK_EVERY_MS);
  }
  return condition();
}
