/** Asks a worker what it is doing: its hooks write the Python stack when they get a signal everybody else ignores. */
import { sitePaths } from "../../core/layout.ts";
import { readStack, type Stack } from "../../core/python-stacks.ts";
import type { Generation } from "../../schema/generation.ts";
import type { Context } from "../context.ts";

const LOOK_EVERY_MS = 25;
/** faulthandler writes from within the signal; longer than this takes only a worker that is not scheduled at all. */
const DEADLINE_MS = 1_000;
const MAX_STACK_BYTES = 64 * 1024;

/** The stack of one worker of this master, or null when none writes one. Never rejects. */
export async function askStack(
  context: Context,
  siteName: string,
  generation: Generation,
  masterPid: number,
): Promise<Stack | null> {
  const { clock, files, keeper, machine } = context.system;
  const path = sitePaths(context.instance, siteName).stacks(generation.number);
  try {
    const worker = (await machine.processes()).find(
      ({ parent, state }) => parent === masterPid && state !== "Z",
    );
    const stat = worker ? await machine.processStat(worker.pid) : null;
    if (!worker || !stat) return null;
    const from = (await files.stat(path))?.size ?? 0;
    await keeper.signal({ pid: worker.pid, startTime: stat.startTime, signal: "SIGURG", group: false });
    const until = clock.monotonic() + DEADLINE_MS;
    for (let former = from; clock.monotonic() < until; ) {
      await clock.sleep(LOOK_EVERY_MS);
      const size = (await files.stat(path))?.size ?? 0;
      // Written line by line: whole when it stops to grow.
      if (size > from && size === former) break;
      former = size;
    }
    const bytes = await files.readBytes(path, from, MAX_STACK_BYTES);
    return bytes === null ? null : readStack(new TextDecoder().decode(bytes), generation.folder);
  } catch (cause) {
    context.log(`${siteName}: no stack: ${cause instanceof Error ? cause.message : String(cause)}`);
    return null;
  }
}
