/** Waits until every worker of a generation has loaded the application, and says why not when they do not. */
import { explainBootFailure } from "../../core/boot-failure.ts";
import { sitePaths } from "../../core/layout.ts";
import type { Generation } from "../../schema/generation.ts";
import type { Context } from "../context.ts";
import { StepFailure } from "../operations.ts";
import { askStack } from "./ask-stack.ts";
import { readFacts } from "./read-facts.ts";

const LOOK_EVERY_MS = 25;
/** Enough for a long traceback; what a program prints beyond it while it dies is not read. */
const MAX_BOOT_OUTPUT_BYTES = 256 * 1024;
/** What was printed last before the deadline. */
const MAX_EVIDENCE_LINES = 20;

/** Where the application log ended before the boot, so that only its own lines explain a failure. */
export async function logEnd(context: Context, siteName: string): Promise<number> {
  return (await context.system.files.stat(sitePaths(context.instance, siteName).appLog))?.size ?? 0;
}

export type AwaitReady = {
  context: Context;
  siteName: string;
  generation: Generation;
  master: { pid: number; startTime: number };
  logOffset: number;
  deadlineMs: number;
  signal?: AbortSignal;
};

/**
 * Resolves with the number of ready workers. Rejects with a StepFailure that carries the traceback when the master
 * dies or the deadline passes; the caller stops what is left of the generation.
 */
export async function awaitReady(args: AwaitReady): Promise<number> {
  const { context, siteName, generation, master } = args;
  const { clock } = context.system;
  const until = clock.monotonic() + args.deadlineMs;
  const stop = new AbortController();
  let died = false;
  const gone = context.exits.whenGone(master, args.deadlineMs, stop.signal).then(
    (exit) => {
      died = exit !== "timeout";
      return exit;
    },
    () => undefined,
  );
  try {
    for (;;) {
      args.signal?.throwIfAborted();
      const facts = await readFacts(context, siteName, generation.number);
      const ready = facts?.workers.filter((worker) => worker.ready).length ?? 0;
      if (!died && ready >= generation.pool.workers) return ready;
      if (died) {
        const exit = await gone;
        throw await bootFailure(args, exit && exit !== "timeout" ? exit : { code: null, signal: null });
      }
      if (clock.monotonic() >= until) throw await deadlineFailure(args, ready);
      await clock.sleep(LOOK_EVERY_MS, args.signal);
    }
  } finally {
    stop.abort();
  }
}

async function bootFailure(
  { context, siteName, generation, logOffset }: AwaitReady,
  exit: { code: number | null; signal: string | null },
): Promise<StepFailure> {
  const told = explainBootFailure({
    lines: await bootOutput(context, siteName, logOffset),
    exitCode: exit.code,
    signal: exit.signal,
    entry: generation.app.entry,
    folder: generation.folder,
  });
  return new StepFailure({
    code: "boot-failed",
    sentence: told.sentence,
    ...(told.hint ? { hint: told.hint } : {}),
    evidence: told.evidence,
  });
}

async function deadlineFailure(args: AwaitReady, ready: number): Promise<StepFailure> {
  const lines = await bootOutput(args.context, args.siteName, args.logOffset);
  // A program that ends itself while it is imported is started again and again; the master never dies of it.
  if (lines.some((line) => /exited with code|Worker failed to boot/.test(line))) {
    return bootFailure(args, { code: null, signal: null });
  }
  const seconds = Math.round(args.deadlineMs / 1000);
  const stack = await askStack(args.context, args.siteName, args.generation, args.master.pid);
  const place = stack?.place ? `; they were still at ${stack.place}` : "";
  return new StepFailure({
    code: "boot-deadline",
    sentence: `The application did not finish importing within ${seconds} s: ${ready} of ${args.generation.pool.workers} workers are ready${place}.`,
    hint: "Look for work done at import, such as a connection that is waited for, or raise the boot deadline in Settings.",
    evidence: [...lines.slice(-MAX_EVIDENCE_LINES), ...(stack?.evidence ?? [])],
  });
}

async function bootOutput(context: Context, siteName: string, offset: number): Promise<string[]> {
  const path = sitePaths(context.instance, siteName).appLog;
  const bytes = await context.system.files.readBytes(path, offset, MAX_BOOT_OUTPUT_BYTES);
  return bytes === null
    ? []
    : new TextDecoder()
        .decode(bytes)
        .split("\n")
        .filter((line) => line !== "");
}
