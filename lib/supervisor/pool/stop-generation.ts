/** Ends a generation: waits for its queue, asks, waits, insists; and tells what that cost. */
import type { Context } from "../context.ts";
import { endOrphans } from "./end-orphans.ts";
import { forgetGeneration, readGeneration } from "./generation-store.ts";
import { generationName } from "./names.ts";
import { readFacts } from "./read-facts.ts";

const QUEUE_LOOK_EVERY_MS = 50;
/** A queue that is empty twice in a row, this far apart, has no connection on its way from before the cut over. */
const QUEUE_EMPTY_LOOKS = 2;
/** After KILL the kernel needs a moment; after this we say so. */
const KILL_DEADLINE_MS = 5_000;
/** gunicorn ends its workers within graceful_timeout and then needs a moment itself. */
const TERM_SLACK_MS = 2_000;

export type StopReport = {
  /** Connections that were still waiting when the deadline came. */
  queueAbandoned: boolean;
  killed: boolean;
  /** `METHOD /path` of requests that were cut off. */
  cut: string[];
};

/**
 * Stops one generation for good. With `drain`, first waits until no connection waits in its socket (the visitors go
 * elsewhere already), at most as long as its workers may take to finish.
 */
export async function stopGeneration(args: {
  context: Context;
  siteName: string;
  generation: number;
  drain: boolean;
  /** Keep the socket (and what waits in it) for a master that follows. */
  keepSocket?: boolean;
  /** Do not wait for requests: the generation never served anybody. */
  atOnce?: boolean;
}): Promise<StopReport> {
  const { context, siteName, generation } = args;
  const { keeper } = context.system;
  const name = generationName(siteName, generation);
  const record = await readGeneration(context, siteName, generation);
  const gracefulMs = record?.pool.gracefulTimeoutMs ?? 30_000;
  const report: StopReport = { queueAbandoned: false, killed: false, cut: [] };

  const status = await keeper.status();
  const ours = status.children.filter((candidate) => candidate.name === name);
  const child = ours.find(({ state }) => state === "alive");
  const orphaned = ours.filter(({ state }) => state !== "alive");
  const socketHeld = status.sockets.some((socket) => socket.name === name);

  if (child) {
    context.sites.get(siteName)?.expectedEnds.add(child.pid);
    if (args.drain && socketHeld) report.queueAbandoned = !(await queueEmpty(context, name, gracefulMs));
    if (!args.atOnce) {
      await signalQuietly(context, {
        pid: child.pid,
        startTime: child.startTime,
        signal: "SIGTERM",
        group: false,
      });
      const gone = await context.exits.whenGone(child, gracefulMs + TERM_SLACK_MS);
      if (gone === "timeout") {
        report.killed = true;
        report.cut = await servedNow(context, siteName, generation);
      }
    }
    // Members of the group that are left are workers whose master is gone; they are ended with it.
    await killGroup(context, child);
    await context.exits.whenGone(child, KILL_DEADLINE_MS);
  }
  const killed = await Promise.all(
    orphaned.map((group) => endOrphans(context, group, args.atOnce ? 0 : gracefulMs)),
  );
  report.killed ||= killed.includes(true) && !args.atOnce;
  if (!args.keepSocket) {
    if (socketHeld) await keeper.unlisten(name);
    await forgetGeneration(context, siteName, generation);
    // Known at once and not at the next look: what is done next (pruning) asks which generations there are.
    const runtime = context.sites.get(siteName);
    if (runtime) runtime.generations = runtime.generations.filter(({ number }) => number !== generation);
  }
  return report;
}

/** True when the queue ran empty before the deadline. */
async function queueEmpty(context: Context, name: string, deadlineMs: number): Promise<boolean> {
  const { clock, keeper } = context.system;
  const until = clock.monotonic() + deadlineMs;
  let emptyLooks = 0;
  while (clock.monotonic() < until) {
    const waiting = await keeper.waiting([name]);
    emptyLooks = waiting[name] ? 0 : emptyLooks + 1;
    if (emptyLooks >= QUEUE_EMPTY_LOOKS) return true;
    await clock.sleep(QUEUE_LOOK_EVERY_MS);
  }
  return false;
}

async function servedNow(context: Context, siteName: string, generation: number): Promise<string[]> {
  const facts = await readFacts(context, siteName, generation);
  return (facts?.workers ?? []).flatMap((worker) =>
    worker.current ? [`${worker.current.method} ${worker.current.path}`] : [],
  );
}

async function killGroup(context: Context, child: { pid: number; startTime: number }): Promise<void> {
  const members = await context.system.keeper.members(child.pid);
  if (members.length === 0) return;
  await signalQuietly(context, {
    pid: child.pid,
    startTime: child.startTime,
    signal: "SIGKILL",
    group: true,
  });
}

async function signalQuietly(
  context: Context,
  request: { pid: number; startTime: number; signal: "SIGTERM" | "SIGKILL"; group: boolean },
): Promise<void> {
  // Gone meanwhile is exactly what was wanted.
  await context.system.keeper.signal(request).catch((cause) => {
    if ((cause as { code?: string }).code !== "NotFound") throw cause;
  });
}
