/**
 * Deaths of the keeper's children. Each is heard exactly once: the keeper keeps it until it is acknowledged, and it is
 * acknowledged after every listener has had it.
 */
import type { KeeperExit } from "../system/keeper-client.ts";

export type Exits = {
  /** Resolves when the process with this pid and start time ends; at once when it is not alive any more. */
  whenGone(
    process: { pid: number; startTime: number },
    deadlineMs: number,
    signal?: AbortSignal,
  ): Promise<KeeperExit | "timeout">;
  onExit(listener: (exit: KeeperExit) => void): () => void;
  /** Called by the link to the keeper. */
  deliver(exit: KeeperExit): void;
};

type Waiter = (exit: KeeperExit) => void;

/** `isAlive` looks at the machine, for deaths that happened before anybody waited. */
export function createExits(args: {
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  startTimeOf: (pid: number) => Promise<number | null>;
}): Exits {
  const listeners = new Set<(exit: KeeperExit) => void>();
  const waiters = new Map<string, Set<Waiter>>();
  const recent = new Map<string, KeeperExit>();
  /** What the keeper told before anybody listened: deaths from while there was no supervisor. */
  let unheard: KeeperExit[] | null = [];
  const key = (process: { pid: number; startTime: number }) => `${process.pid}:${process.startTime}`;

  return {
    async whenGone(process, deadlineMs, signal) {
      const known = recent.get(key(process));
      if (known) return known;
      const stop = new AbortController();
      const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
      let waiter: Waiter = () => undefined;
      const heard = new Promise<KeeperExit>((resolve) => {
        waiter = resolve;
        const set = waiters.get(key(process)) ?? new Set();
        waiters.set(key(process), set.add(resolve));
      });
      try {
        if ((await args.startTimeOf(process.pid)) !== process.startTime) {
          return recent.get(key(process)) ?? unknownExit(process);
        }
        return await Promise.race([heard, args.sleep(deadlineMs, either).then(() => "timeout" as const)]);
      } finally {
        stop.abort();
        const set = waiters.get(key(process));
        set?.delete(waiter);
        if (set?.size === 0) waiters.delete(key(process));
      }
    },
    onExit(listener) {
      listeners.add(listener);
      const missed = unheard ?? [];
      unheard = null;
      for (const exit of missed) listener(exit);
      return () => listeners.delete(listener);
    },
    deliver(exit) {
      recent.set(key(exit), exit);
      if (recent.size > 500) recent.delete(recent.keys().next().value as string);
      for (const waiter of waiters.get(key(exit)) ?? []) waiter(exit);
      unheard?.push(exit);
      for (const listener of listeners) listener(exit);
    },
  };
}

function unknownExit(process: { pid: number; startTime: number }): KeeperExit {
  return {
    seq: 0,
    name: "",
    pid: process.pid,
    startTime: process.startTime,
    code: null,
    signal: null,
    at: 0,
    known: false,
  };
}
