/** Deaths of workers: what the hooks of the master wrote down, given a cause and a sentence. */
import { classifyExit } from "../../core/classify-exit.ts";
import { sitePaths } from "../../core/layout.ts";
import { decodeWorkerExits, type WorkerExit } from "../../core/worker-facts.ts";
import type { ExitCause } from "../../schema/event.ts";
import { MAX_WORKERS } from "../../schema/site.ts";
import type { Context } from "../context.ts";
import type { SiteRuntime } from "../site-runtime.ts";
import { readGeneration } from "./generation-store.ts";

const MAX_READ_BYTES = 256 * 1024;
/** Enough of the log's end to hold what gunicorn said about a death a moment ago. */
const LOG_CONTEXT_BYTES = 32 * 1024;
/** Ends that are part of ordinary life; they are in the journal all the same, but count as no death. */
const ordinary: ExitCause[] = ["stopped", "recycled", "scaled-down"];

/**
 * The site can write to the record of its exits. One that writes a lot must not push what other sites did out of the
 * journal, nor keep the supervisor busy. Twice the largest pool that dies as a whole.
 */
const MAX_TOLD_PER_MINUTE = 2 * MAX_WORKERS;
const toldOf = new WeakMap<SiteRuntime, { since: number; count: number }>();

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
  const newline = bytes.lastIndexOf(0x0a) + 1;
  // Hooks write no line as long as this; what is there is none of theirs.
  const end = newline === 0 && bytes.byteLength === MAX_READ_BYTES ? bytes.byteLength : newline;
  if (end === 0) return;
  runtime.exitsRead.set(generation, offset + end);
  const exits = decodeWorkerExits(new TextDecoder().decode(bytes.subarray(0, end)));
  for (const exit of exits.slice(0, roomToTell(context, runtime, exits.length))) {
    await tell(context, runtime, generation, exit);
  }
}

/** How many of `count` deaths may be told now. The first that may not is told as a notice, once a minute. */
function roomToTell(context: Context, runtime: SiteRuntime, count: number): number {
  const now = context.system.clock.monotonic();
  let told = toldOf.get(runtime);
  if (!told || now - told.since >= 60_000) {
    told = { since: now, count: 0 };
    toldOf.set(runtime, told);
  }
  const room = Math.max(0, MAX_TOLD_PER_MINUTE - told.count);
  const isFirst = told.count <= MAX_TOLD_PER_MINUTE && count > room;
  told.count += count;
  if (isFirst) {
    context.journal.write({
      type: "notice",
      level: "warning",
      code: "many-worker-exits",
      ...(runtime.siteId ? { siteId: runtime.siteId } : {}),
      detail: `More than ${MAX_TOLD_PER_MINUTE} workers of ${runtime.name} ended within a minute; the others are not told one by one.`,
    });
  }
  return Math.min(room, count);
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
