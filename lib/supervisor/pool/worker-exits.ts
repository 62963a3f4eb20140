/** Deaths of workers: what the hooks of the master wrote down, given a cause and a sentence. */
import { classifyExit } from "../../core/classify-exit.ts";
import { sitePaths } from "../../core/layout.ts";
import { decodeWorkerExits, type WorkerExit } from "../../core/worker-facts.ts";
import type { ExitCause } from "../../schema/event.ts";
import type { Context } from "../context.ts";
import type { SiteRuntime } from "../site-runtime.ts";
import { readGeneration } from "./generation-store.ts";

const MAX_READ_BYTES = 256 * 1024;
/** Enough of the log's end to hold what gunicorn said about a death a moment ago. */
const LOG_CONTEXT_BYTES = 32 * 1024;
/** Ends that are part of ordinary life; they are in the journal all the same, but count as no death. */
const ordinary: ExitCause[] = ["stopped", "recycled", "scaled-down"];

const turns = new WeakMap<SiteRuntime, Promise<void>>();

/**
 * Reads what was written since the last look and tells the journal about every end that was no part of a plan. One
 * reader at a time, so that the round over all sites and a rollout that watches do not tell the same death twice.
 */
export function readWorkerExits(context: Context, runtime: SiteRuntime, generation: number): Promise<void> {
  const turn = (turns.get(runtime) ?? Promise.resolve()).then(() => readNew(context, runtime, generation));
  turns.set(
    runtime,
    turn.catch(() => undefined),
  );
  return turn;
}

async function readNew(context: Context, runtime: SiteRuntime, generation: number): Promise<void> {
  const path = `${sitePaths(context.instance, runtime.name).facts(generation)}.exits`;
  const size = (await context.system.files.stat(path))?.size ?? 0;
  let offset = runtime.exitsRead.get(generation);
  // Deaths from before this supervisor were told by its predecessor.
  if (offset === undefined) offset = size;
  if (size < offset) offset = 0;
  runtime.exitsRead.set(generation, offset);
  if (size === offset) return;
  const bytes = await context.system.files.readBytes(path, offset, MAX_READ_BYTES);
  if (bytes === null) return;
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end === 0) return;
  runtime.exitsRead.set(generation, offset + end);
  for (const exit of decodeWorkerExits(new TextDecoder().decode(bytes.subarray(0, end)))) {
    await tell(context, runtime, generation, exit);
  }
}

async function tell(context: Context, runtime: SiteRuntime, number: number, exit: WorkerExit): Promise<void> {
  const generation =
    runtime.current?.number === number
      ? runtime.current
      : await readGeneration(context, runtime.name, number);
  if (!generation) return;
  const view = runtime.generations.find((candidate) => candidate.number === number);
  const stopping = view?.pid !== null && view?.pid !== undefined && runtime.expectedEnds.has(view.pid);
  const scaledDown = runtime.scaledDown.delete(exit.pid) || runtime.scaling;
  const told = classifyExit({
    pid: exit.pid,
    hook: {
      ready: exit.ready,
      requests: exit.requests,
      serving: exit.serving,
      code: exit.code,
      signal: exit.signal,
    },
    lines: await recentLines(context, runtime.name),
    asked: runtime.hung.has(exit.pid) ? "hung" : stopping ? "stop" : scaledDown ? "scale-down" : null,
    oomKills: null,
    pool: generation.pool,
    entry: generation.app.entry,
    folder: generation.folder,
  });
  runtime.hung.delete(exit.pid);
  if (!ordinary.includes(told.cause) && runtime.current?.number === number) runtime.workerDeaths += 1;
  if (told.cause === "stopped") return;
  context.journal.write({
    type: "worker-exit",
    ...(runtime.siteId ? { siteId: runtime.siteId } : {}),
    pid: exit.pid,
    generation: number,
    cause: told.cause,
    ...(told.serving ? { serving: told.serving } : {}),
    detail: told.detail,
  });
}

async function recentLines(context: Context, siteName: string): Promise<string[]> {
  const path = sitePaths(context.instance, siteName).appLog;
  const size = (await context.system.files.stat(path))?.size ?? 0;
  const from = Math.max(0, size - LOG_CONTEXT_BYTES);
  const bytes = await context.system.files.readBytes(path, from, LOG_CONTEXT_BYTES);
  return bytes === null
    ? []
    : new TextDecoder()
        .decode(bytes)
        .split("\n")
        .slice(from === 0 ? 0 : 1);
}
