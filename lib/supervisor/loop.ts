/** The reconcile loop: look, plan, apply; every second in small, at once when something happened. */
import { sitePaths } from "../core/layout.ts";
import { type ObservedWorld, plan } from "../core/plan.ts";
import type { Operation } from "../schema/operation.ts";
import { apply, type PendingEdits } from "./apply.ts";
import type { Context } from "./context.ts";
import type { HostLook } from "./host-look.ts";
import { createLogRotation, siteLogs } from "./logs/rotate-logs.ts";
import { lookAtSites } from "./look-at-sites.ts";
import { observe } from "./observe.ts";
import { proxyKey } from "./publish-sites.ts";
import type { Workloads } from "./workloads.ts";

const TICK_MS = 1_000;
/** Without any event the whole world is looked at again this often. */
const FULL_LOOK_EVERY_TICKS = 10;
const ROTATE_EVERY_TICKS = 30;

export type Loop = {
  /** Plans and applies now; resolves with the operations that were begun. */
  reconcile(): Promise<Operation[]>;
  wake(): void;
  run(signal: AbortSignal): Promise<void>;
};

export function createLoop(args: {
  context: Context;
  workloads: Workloads;
  edits: PendingEdits;
  host: HostLook;
}): Loop {
  const { context, workloads, edits, host } = args;
  const rotation = createLogRotation({
    files: context.logFiles,
    clock: context.system.clock,
    reopen: () => context.proxy.reopenLogs(),
  });
  let dirty = true;
  let stumbled = false;
  /** When something that is put off may be tried again (ms). */
  let dueAt = Number.POSITIVE_INFINITY;
  let rouse: () => void = () => undefined;
  let turn: Promise<unknown> = Promise.resolve();

  /** Plans one at a time: two plans of the same world would begin everything twice. */
  function reconcile(): Promise<Operation[]> {
    const next = turn.then(async () => {
      dirty = false;
      const world = await observe(context, workloads);
      dueAt = endOfNextPause(world);
      if (context.desired.unreadable !== null) {
        context.notices.raise("desired-unreadable", "error", context.desired.unreadable);
        // Nothing is known to be unwanted, so nothing is removed.
        world.sites = world.sites.filter((site) => site.siteId !== null);
      } else context.notices.clear("desired-unreadable");
      const steps = plan(context.desired.get(), world, proxyKey(context));
      // For the same reason a living nginx keeps the sites it has.
      const safe =
        context.desired.unreadable === null ? steps : steps.filter(({ kind }) => kind !== "publish-proxy");
      return apply(context, workloads, safe, edits);
    });
    turn = next.catch(() => undefined);
    return next;
  }

  return {
    reconcile,
    wake() {
      dirty = true;
      rouse();
    },
    async run(signal) {
      for (let tick = 0; !signal.aborted; tick += 1) {
        stumbled = false;
        try {
          if (dirty || tick % FULL_LOOK_EVERY_TICKS === 0 || context.system.clock.now() >= dueAt)
            await reconcile();
          if (tick % FULL_LOOK_EVERY_TICKS === 0) await host.refresh(context);
          if (tick % ROTATE_EVERY_TICKS === ROTATE_EVERY_TICKS - 1) await rotateLogs();
          await lookAtSites(context);
          const disk = context.journal.diskError();
          if (disk) {
            context.journal.retry();
            context.notices.raise(
              "journal-disk",
              "error",
              `The journal cannot be written: ${disk}. Sites keep serving.`,
            );
          } else context.notices.clear("journal-disk");
        } catch (cause) {
          dirty = true;
          stumbled = true;
          context.log(
            `the loop stumbled: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`,
          );
        }
        await nextTick(signal);
      }
    },
  };

  async function rotateLogs(): Promise<void> {
    // An operation that boots a site reads its log from where it was; such a log is rotated later.
    const quiet = [...context.sites.values()].filter(
      ({ siteId }) => siteId === null || context.operations.busyWith(siteId) === null,
    );
    const logs = quiet.flatMap(({ name }) => siteLogs(sitePaths(context.instance, name)));
    const own = ["supervisor", "keeper", "panel", "nginx"].map((name) => ({
      path: `${context.paths.processLogs}/${name}.log`,
      by: "copy" as const,
    }));
    const { notices } = await rotation.turn([...logs, ...own]);
    for (const { code, level, detail } of notices) context.notices.raise(code, level, detail);
    for (const code of ["disk-full", "log-rotation-failed", "log-reopen-failed"]) {
      if (!notices.some((notice) => notice.code === code)) context.notices.clear(code);
    }
  }

  async function nextTick(signal: AbortSignal): Promise<void> {
    if (dirty && !stumbled) {
      // A small pause lets events that belong together arrive together.
      await context.system.clock.sleep(20, signal).catch(() => undefined);
      return;
    }
    const woken = new AbortController();
    rouse = () => woken.abort();
    const pauseMs = stumbled ? TICK_MS : Math.min(TICK_MS, Math.max(1, dueAt - context.system.clock.now()));
    await context.system.clock.sleep(pauseMs, AbortSignal.any([signal, woken.signal])).catch(() => undefined);
    rouse = () => undefined;
  }
}

/** A pause that ends is an event too: without it a short one would last until the next look at the whole world. */
function endOfNextPause({ now, nginx, panel, sites }: ObservedWorld): number {
  const ends = [nginx, panel, ...sites].map(({ backoffUntil }) => backoffUntil);
  return Math.min(...[...ends, ...sites.map(({ pausedUntil }) => pausedUntil)].filter((end) => end > now));
}
