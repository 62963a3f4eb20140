"use client";

import { createContext, useContext, useSyncExternalStore } from "react";

/** The server's clock at the time of rendering, so that the first paint in the browser agrees with it. */
export const RenderedAtContext = createContext(0);

type Clock = { read: () => number; subscribe: (changed: () => void) => () => void };
const clocks = new Map<number, Clock>();

/** The time in ms, refreshed every `everyMs`; all users of one pace share one timer. */
export function useNow(everyMs = 10_000): number {
  const renderedAt = useContext(RenderedAtContext);
  const clock = clockOf(everyMs);
  return useSyncExternalStore(clock.subscribe, clock.read, () => renderedAt || clock.read());
}

function clockOf(everyMs: number): Clock {
  const known = clocks.get(everyMs);
  if (known) return known;
  const clock = createClock(everyMs);
  clocks.set(everyMs, clock);
  return clock;
}

/** Ticks only while somebody looks. Without a timer the time stands still, so that one rendering sees one time. */
function createClock(everyMs: number): Clock {
  const listeners = new Set<() => void>();
  let now = Date.now();
  let timer: ReturnType<typeof setInterval> | null = null;

  function tick(): void {
    now = Date.now();
    for (const listener of listeners) listener();
  }

  return {
    read: () => now,
    subscribe(changed) {
      listeners.add(changed);
      if (timer === null) {
        if (Date.now() - now >= everyMs) now = Date.now();
        timer = setInterval(tick, everyMs);
      }
      return () => {
        listeners.delete(changed);
        if (listeners.size > 0 || timer === null) return;
        clearInterval(timer);
        timer = null;
      };
    },
  };
}
