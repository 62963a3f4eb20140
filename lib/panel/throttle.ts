/** How long somebody who guesses has to wait. Pure: time comes in, a verdict goes out. */
import type { Throttle } from "../db/throttles.ts";

export type ThrottlePolicy = { freeFailures: number; maxWaitMs: number };

/** A name is not blocked for long, because anybody can guess at it and lock its owner out. */
export const perName: ThrottlePolicy = { freeFailures: 5, maxWaitMs: 60_000 };
/** Several people may share an address, so it has more tries, and then waits longer. */
export const perAddress: ThrottlePolicy = { freeFailures: 15, maxWaitMs: 15 * 60_000 };
/** The setup token has 256 bits: this is only to keep the log quiet. */
export const perSetup: ThrottlePolicy = { freeFailures: 5, maxWaitMs: 60_000 };

/** Failures are forgotten after this long without another one. */
export const FORGET_AFTER_MS = 15 * 60_000;

/** Milliseconds to wait before the next try, 0 when it may be made now. */
export function waitMs(throttle: Throttle | null, now: number): number {
  return Math.max(0, (throttle?.blockedUntil ?? 0) - now);
}

/** Counts a try as failed before it is checked; success clears it. So a hundred at once are counted, too. */
export function countTry(throttle: Throttle | null, policy: ThrottlePolicy, now: number): Throttle {
  const isForgotten = !throttle || now - throttle.updatedAt > FORGET_AFTER_MS;
  const failures = (isForgotten ? 0 : throttle.failures) + 1;
  const beyond = failures - policy.freeFailures;
  const wait = beyond < 0 ? 0 : Math.min(policy.maxWaitMs, 1_000 * 2 ** Math.min(beyond, 20));
  return { failures, blockedUntil: wait === 0 ? null : now + wait, updatedAt: now };
}
