import { expect, test } from "vitest";
import { minuteSchema } from "../schema/observed.ts";
import { addDuration, createHistogram, quantile } from "./duration-histogram.ts";
import { createTraffic } from "./traffic.ts";

const T = Date.UTC(2026, 10, 23, 8, 0, 0);
const fresh = () => createTraffic({ startedAtMs: T, closedUntilMs: T });

test.each([0.2, 1, 7, 42, 300, 2_500, 60_000, 3_000_000])(
  "a quantile is within 5 %% of the truth at %d ms",
  (ms) => {
    const histogram = createHistogram();
    for (let share = 1; share <= 1000; share++) addDuration(histogram, (ms * share) / 500);
    const truth = ms;
    const found = quantile(histogram, 0.5) ?? 0;
    expect(Math.abs(found - truth)).toBeLessThanOrEqual(Math.max(0.4, truth * 0.05));
  },
);

test("no requests have no quantile, and requests of 0 ms have the quantile 0", () => {
  const histogram = createHistogram();
  expect(quantile(histogram, 0.95)).toBeNull();
  addDuration(histogram, 0);
  expect(quantile(histogram, 0.95)).toBe(0);
});

test("a minute holds what happened in it, and is given once, when it is over", () => {
  const traffic = fresh();
  for (let i = 0; i < 100; i++) {
    const status = i < 90 ? 200 : i < 96 ? 404 : 500;
    traffic.addRequest({ atMs: T + i * 500, status, durationMs: i + 1, bytesSent: 10 }, T + i * 500);
  }
  traffic.addCheck({ atMs: T + 10_000, ok: true });
  traffic.addCheck({ atMs: T + 20_000, ok: false });
  for (const queueWaiting of [true, false, false, false]) {
    traffic.addSample({ atMs: T + 30_000, busyThreads: queueWaiting ? 7 : 3, queueWaiting });
  }
  expect(traffic.closeMinutes(T + 59_999)).toEqual([]);
  const minutes = traffic.closeMinutes(T + 60_000);
  expect(minutes).toHaveLength(1);
  const minute = minuteSchema.strict().parse(minutes[0]);
  expect(minute).toMatchObject({
    t: T,
    requests: 100,
    errors4xx: 6,
    errors5xx: 4,
    checksOk: 1,
    checksFailed: 1,
    bytesSent: 1000,
    busyMax: 7,
    queueWaitingShare: 0.25,
  });
  expect(minute.p50Ms).toBeGreaterThan(47);
  expect(minute.p50Ms).toBeLessThan(53);
  expect(minute.p95Ms).toBeGreaterThan(90);
  expect(minute.p95Ms).toBeLessThanOrEqual(100);
  expect(traffic.closeMinutes(T + 120_000)).toEqual([]);
});

test("requests of minutes that are in the history already are not counted again", () => {
  const traffic = createTraffic({ startedAtMs: T + 65_000, closedUntilMs: T + 60_000 });
  traffic.addRequest({ atMs: T + 59_000, status: 200, durationMs: 1, bytesSent: 0 }, T + 65_000);
  traffic.addRequest({ atMs: T + 61_000, status: 200, durationMs: 1, bytesSent: 0 }, T + 65_000);
  expect(traffic.closeMinutes(T + 120_000).map(({ t, requests }) => [t, requests])).toEqual([
    [T + 60_000, 1],
  ]);
});

test("a backlog of hours is told minute by minute and never held all at once", () => {
  const traffic = fresh();
  const now = T + 200 * 60_000;
  for (let i = 0; i < 200 * 60; i++) {
    traffic.addRequest({ atMs: T + i * 1000, status: 200, durationMs: 1, bytesSent: 0 }, now);
  }
  const minutes = traffic.closeMinutes(now);
  expect(minutes.map((minute) => minute.t)).toEqual(Array.from({ length: 200 }, (_, i) => T + i * 60_000));
  expect(minutes.every((minute) => minute.requests === 60)).toBe(true);
});

test("the view covers the last 60 seconds and forgets what is older", () => {
  const traffic = fresh();
  const add = (at: number, status: number) =>
    traffic.addRequest({ atMs: T + at, status, durationMs: 20, bytesSent: 0 }, T + at);
  for (let at = 0; at < 60_000; at += 100) add(at, at % 1000 === 0 ? 503 : 200);
  const view = traffic.view(T + 60_000);
  expect(view.requestsPerSecond).toBeCloseTo(10, 0);
  expect(view.errorRate).toBeCloseTo(0.1, 2);
  expect(view.p50Ms).toBeGreaterThan(19);
  expect(view.p95Ms).toBeLessThanOrEqual(20);
  expect(traffic.view(T + 300_000)).toEqual({
    requestsPerSecond: 0,
    p50Ms: null,
    p95Ms: null,
    errorRate: 0,
    queueWaitingShare5m: 0,
  });
});

test("in the first seconds the rate is that of the time there was", () => {
  const traffic = fresh();
  for (let i = 0; i < 40; i++) {
    traffic.addRequest({ atMs: T + i * 100, status: 200, durationMs: 1, bytesSent: 0 }, T + 4_000);
  }
  expect(traffic.view(T + 4_000).requestsPerSecond).toBe(10);
});

test("requests of the minute before a restart count with the time they took", () => {
  const traffic = createTraffic({ startedAtMs: T + 60_000, closedUntilMs: T });
  for (let second = 1; second < 60; second++) {
    traffic.addRequest({ atMs: T + second * 1000, status: 200, durationMs: 1, bytesSent: 0 }, T + 60_000);
  }
  expect(traffic.view(T + 60_000).requestsPerSecond).toBeCloseTo(1, 1);
});

test("the share of samples with a waiting queue spans five minutes", () => {
  const traffic = fresh();
  for (let second = 0; second < 300; second++) {
    traffic.addSample({ atMs: T + second * 1000, busyThreads: 1, queueWaiting: second < 30 });
  }
  expect(traffic.view(T + 299_000).queueWaitingShare5m).toBeCloseTo(0.1, 2);
  for (let second = 300; second < 360; second++) {
    traffic.addSample({ atMs: T + second * 1000, busyThreads: 1, queueWaiting: false });
  }
  expect(traffic.view(T + 360_000).queueWaitingShare5m).toBe(0);
});

test("a clock that is set back does not stop the counting", () => {
  const traffic = fresh();
  traffic.addCheck({ atMs: T, ok: true });
  traffic.closeMinutes(T + 60_000);
  const hourBefore = T - 3_600_000;
  expect(traffic.closeMinutes(hourBefore)).toEqual([]);
  traffic.addRequest({ atMs: hourBefore, status: 200, durationMs: 1, bytesSent: 0 }, hourBefore);
  expect(traffic.view(hourBefore).p50Ms).not.toBeNull();
  expect(traffic.closeMinutes(hourBefore + 60_000)).toMatchObject([{ t: hourBefore, requests: 1 }]);
});

test("a request dated in the future counts now", () => {
  const traffic = fresh();
  traffic.addRequest({ atMs: T + 9e9, status: 200, durationMs: 1, bytesSent: 0 }, T + 1_000);
  expect(traffic.closeMinutes(T + 60_000)).toMatchObject([{ t: T, requests: 1 }]);
});
