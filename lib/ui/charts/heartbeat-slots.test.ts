import { expect, test } from "vitest";
import type { Minute } from "../../schema/observed.ts";
import { heartbeatSlots, MINUTE_MS } from "./heartbeat-slots.ts";

const now = 1_000 * MINUTE_MS + 5_000;

function aMinute(ago: number, values: Partial<Minute> = {}): Minute {
  return {
    t: (1_000 - ago) * MINUTE_MS,
    checksOk: 6,
    checksFailed: 0,
    requests: 100,
    errors4xx: 0,
    errors5xx: 0,
    p50Ms: 10,
    p95Ms: 20,
    bytesSent: 0,
    busyMax: 1,
    queueWaitingShare: 0,
    ...values,
  };
}

function tones(...minutes: Minute[]): string[] {
  return heartbeatSlots(minutes, now, 3).map((slot) => slot.tone);
}

test("the bar ends with the last full minute, and minutes without a measurement are empty", () => {
  expect(tones(aMinute(1), aMinute(3))).toEqual(["ok", "empty", "ok"]);
});

test("a minute in which every check failed is bad, one in which some failed is not fine", () => {
  expect(tones(aMinute(2, { checksOk: 0, checksFailed: 6 }), aMinute(1, { checksFailed: 1 }))).toEqual([
    "empty",
    "bad",
    "warn",
  ]);
});

test("server errors and waiting connections show although checks pass", () => {
  expect(
    tones(
      aMinute(3, { errors5xx: 2 }),
      aMinute(2, { errors5xx: 10 }),
      aMinute(1, { queueWaitingShare: 0.5 }),
    ),
  ).toEqual(["warn", "bad", "warn"]);
});

test("a quiet minute stays visible beside a busy one", () => {
  const [, quiet, busy] = heartbeatSlots(
    [aMinute(2, { requests: 1 }), aMinute(1, { requests: 10_000 })],
    now,
    3,
  );
  expect(quiet?.height).toBeGreaterThan(0.1);
  expect(busy?.height).toBe(1);
});
