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
  const { keeper, machine } = context.system;
  const name = generationName(siteName, args.generation.number);
  let generation = args.generation;
  while (generation.pool.workers !== args.wanted) {
    const child = (await keeper.status()).children.find(
      (candidate) => candidate.name === name && candidate.state === "alive",
    );
    if (!child) throw masterGone();
    const up = args.wanted > generation.pool.workers;
    const target = generation.pool.workers + (up ? 1 : -1);
    const { workers } = generation.pool;
    const pids = await workerPids(context, child.pid);
    const alive = pids.length;
    // A supervisor that died between this signal and the record has asked already.
    if (up ? alive <= workers : alive >= workers) {
      await keeper.signal({
        pid: child.pid,
        startTime: child.startTime,
        signal: up ? "SIGTTIN" : "SIGTTOU",
        group: false,
      });
    }
    const gone = async () => {
      const stat = await machine.processStat(child.pid);
      return stat === null || stat.startTime !== child.startTime || stat.state === "Z";
    };
    if (await gone()) throw masterGone();
    const deadlineMs = up ? args.bootDeadlineMs : generation.pool.gracefulTimeoutMs + 2_000;
    const done = up
      ? await until(
          context,
          deadlineMs,
          async () =>
            (await enoughReady(context, siteName, generation.number, child.pid, target)) || (await gone()),
        )
      : await until(
          context,
          deadlineMs,
          async () => (await workerPids(context, child.pid)).length <= Math.max(target, alive - 1),
        );
    if (await gone()) throw masterGone();
    if (!done) {
      throw new StepFailure({
        code: "scale-unconfirmed",
        sentence: up
          ? `A worker was asked for and none became ready within ${Math.round(deadlineMs / 1000)} s; the site runs with ${workers} workers.`
          : `A worker was asked to stop and did not within ${Math.round(deadlineMs / 1000)} s.`,
      });
    }
    if (!up) await expectEnds(context, siteName, child.pid, pids);
    generation = { ...generation, pool: { ...generation.pool, workers: target } };
    await writeGeneration(context, siteName, generation);
    await writeConfig(context, siteName, generation);
    args.onProgress(target);
  }
}

/** Their ends may be written down a moment after they are gone. */
async function expectEnds(
  context: Context,
  siteName: string,
  masterPid: number,
  before: number[],
): Promise<void> {
  const left = await workerPids(context, masterPid);
  const scaledDown = context.sites.get(siteName)?.scaledDown;
  for (const pid of before) if (!left.includes(pid)) scaledDown?.add(pid);
}

function masterGone(): StepFailure {
  return new StepFailure({
    code: "master-gone",
    sentence: "The gunicorn master died while workers were changed.",
  });
}

async function workerPids(context: Context, masterPid: number): Promise<number[]> {
  const processes = await context.system.machine.processes();
  return processes
    .filter((process) => process.parent === masterPid && process.state !== "Z")
    .map(({ pid }) => pid);
}

async function enoughReady(
  context: Context,
  siteName: string,
  generation: number,
  masterPid: number,
  target: number,
): Promise<boolean> {
  const pids = await workerPids(context, masterPid);
  if (pids.length < target) return false;
  const facts = await readFacts(context, siteName, generation);
  const ready = pids.filter((pid) => facts?.workers.some((worker) => worker.pid === pid && worker.ready));
  return ready.length >= target;
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
