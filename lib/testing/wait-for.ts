/** Waiting for a condition instead of for time. */
import { setTimeout as sleep } from "node:timers/promises";

export type WaitForOptions = { deadlineMs?: number; intervalMs?: number };

/**
 * Asks `condition` again and again until what it returns is true (or anything but false, null and undefined), and returns that.
 * An error it throws counts as "not yet". After `deadlineMs` (10 s) it throws, and says what was awaited and the last error.
 */
export async function waitFor<Value>(
  description: string,
  condition: () => Value | Promise<Value>,
  { deadlineMs = 10_000, intervalMs = 20 }: WaitForOptions = {},
): Promise<Exclude<Value, false | null | undefined>> {
  const until = performance.now() + deadlineMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined) {
        return value as Exclude<Value, false | null | undefined>;
      }
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (performance.now() > until) {
      throw new Error(`waited ${deadlineMs} ms for: ${description}`, { cause: lastError });
    }
    await sleep(intervalMs);
  }
}
