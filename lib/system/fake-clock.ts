/** A clock that stands still until a test turns it. */
import type { Clock } from "./system.ts";

export type FakeClock = Clock & {
  /** Lets that much time pass, waking sleepers in their order and letting them act before the next one wakes. */
  advance(ms: number): Promise<void>;
  /** Runs `act` when that much time has passed; returns how to call it off. */
  after(ms: number, act: () => void): () => void;
  sleepers(): number;
};

/** Turns of the event loop in which what was woken may act: longer chains of awaits than this do not exist. */
const TURNS = 20;

export function createFakeClock(startMs = Date.UTC(2026, 0, 1)): FakeClock {
  let elapsed = 0;
  let order = 0;
  const timers = new Map<number, { at: number; order: number; act: () => void }>();

  function after(ms: number, act: () => void): () => void {
    order += 1;
    const key = order;
    timers.set(key, { at: elapsed + Math.max(0, ms), order: key, act });
    return () => timers.delete(key);
  }

  return {
    now: () => startMs + elapsed,
    monotonic: () => elapsed,
    after,
    sleepers: () => timers.size,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const abort = () => {
          callOff();
          reject(signal!.reason);
        };
        const callOff = after(ms, () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        });
        signal?.addEventListener("abort", abort, { once: true });
      });
    },
    async advance(ms) {
      const end = elapsed + ms;
      await settle();
      for (;;) {
        const due = [...timers].filter(([, { at }]) => at <= end);
        const [next] = due.sort(([, a], [, b]) => a.at - b.at || a.order - b.order);
        if (!next) break;
        timers.delete(next[0]);
        elapsed = Math.max(elapsed, next[1].at);
        next[1].act();
        await settle();
      }
      elapsed = end;
      await settle();
    },
  };
}

/** Lets everything that can go on without time passing go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
