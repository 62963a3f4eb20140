import { appendFile, readFile, stat, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Minute } from "../../schema/observed.ts";
import { realClock } from "../../system/real-clock.ts";
import { realFiles } from "../../system/real-files.ts";
import { createTempFolder, type TempFolder } from "../../testing/temp-folder.ts";
import { KEPT_MINUTES } from "./minute-history.ts";
import { createSiteMetrics, type SiteMetrics } from "./site-metrics.ts";

const T = Date.UTC(2026, 10, 23, 8, 0, 0);
let temp: TempFolder;
let now = T;
const clock = { ...realClock, now: () => now, monotonic: () => now };
let paths: { accessLog: string; history: string };

beforeEach(async () => {
  temp = await createTempFolder();
  now = T;
  paths = { accessLog: `${temp.path}/access.log`, history: `${temp.path}/history.jsonl` };
});
afterEach(() => temp.remove());

const create = (files: Pick<typeof realFiles, "append" | "writeAtomic"> = realFiles) =>
  createSiteMetrics({ system: { files, clock }, paths });

function access(atMs: number, status = 200, ms = 12): string {
  return `${JSON.stringify({ msec: atMs / 1000, status, uri: "/", method: "GET", request_time: ms / 1000, body_bytes_sent: 5, served_by: "worker" })}\n`;
}

async function tickAll(metrics: SiteMetrics) {
  for (;;) {
    const { more, notices } = await metrics.tick();
    if (!more) return notices;
  }
}

test("requests, checks and samples become minutes on disk and a view of right now", async () => {
  const metrics = await create();
  await tickAll(metrics);
  for (let second = 0; second < 60; second++)
    await appendFile(paths.accessLog, access(T + second * 1000, second < 6 ? 502 : 200));
  metrics.addCheck({ atMs: T + 1_000, ok: true });
  metrics.addSample({ atMs: T + 2_000, busyThreads: 3, queueWaiting: true });
  now = T + 60_000;
  await tickAll(metrics);
  const view = metrics.view(now);
  expect(view.requestsPerSecond).toBeGreaterThan(0.9);
  expect(view.queueWaitingShare5m).toBe(1);
  expect(await metrics.history(10)).toEqual([]);
  now = T + 62_000;
  await tickAll(metrics);
  expect(await metrics.history(10)).toMatchObject([
    { t: T, requests: 60, errors5xx: 6, checksOk: 1, busyMax: 3, bytesSent: 300, queueWaitingShare: 1 },
  ]);
  expect((await readFile(paths.history, "utf8")).split("\n")).toHaveLength(2);
});

test("a restart counts the requests nobody counted, and none twice", async () => {
  const first = await create();
  await tickAll(first);
  for (let second = 0; second < 90; second++) await appendFile(paths.accessLog, access(T + second * 1000));
  now = T + 90_000;
  await tickAll(first);
  for (let second = 90; second < 240; second++) await appendFile(paths.accessLog, access(T + second * 1000));
  now = T + 241_000;
  const second = await create();
  await tickAll(second);
  expect(second.view(now).requestsPerSecond).toBeCloseTo(1, 0);
  now = T + 242_000;
  await tickAll(second);
  expect((await second.history(10)).map(({ t, requests }) => [t - T, requests])).toEqual([
    [0, 60],
    [60_000, 60],
    [120_000, 60],
    [180_000, 60],
  ]);
});

test("garbage in the access log is passed over", async () => {
  const metrics = await create();
  await tickAll(metrics);
  await appendFile(paths.accessLog, `\0\0\xff\n${access(T)}{"status":\n[]\n${access(T)}`);
  now = T + 62_000;
  expect(await tickAll(metrics)).toEqual([]);
  expect(await metrics.history(1)).toMatchObject([{ requests: 2 }]);
});

test("a full disk keeps nothing from being counted, and minutes are written when there is room", async () => {
  let full = true;
  const metrics = await create({
    ...realFiles,
    append: async (path, text, options) => {
      if (full) throw Object.assign(new Error("ENOSPC: no space left on device"), { code: "ENOSPC" });
      return realFiles.append(path, text, options);
    },
  });
  await tickAll(metrics);
  for (let minute = 0; minute < 3; minute++) {
    metrics.addCheck({ atMs: now, ok: true });
    now += 62_000;
    const notices = await tickAll(metrics);
    expect(notices).toMatchObject([{ code: "metrics-late", detail: expect.stringContaining("ENOSPC") }]);
  }
  expect(await metrics.history(10)).toHaveLength(3);
  full = false;
  now += 30_000;
  expect(await tickAll(metrics)).toEqual([]);
  expect((await readFile(paths.history, "utf8")).trim().split("\n")).toHaveLength(3);
});

test("two days are kept, and the file stays small", async () => {
  const minute = (index: number): Minute => ({
    t: T + index * 60_000,
    checksOk: 6,
    checksFailed: 0,
    requests: 123_456,
    errors4xx: 12,
    errors5xx: 3,
    p50Ms: 12.5,
    p95Ms: 123,
    bytesSent: 1_234_567_890,
    busyMax: 16,
    queueWaitingShare: 0.125,
  });
  const lines = Array.from({ length: 6_000 }, (_, index) => `${JSON.stringify(minute(index))}\n`);
  await writeFile(paths.history, lines.join(""));
  now = T + 6_000 * 60_000;
  const metrics = await create();
  metrics.addCheck({ atMs: now, ok: true });
  now += 62_000;
  await tickAll(metrics);
  const history = await metrics.history(1_000_000);
  expect(history).toHaveLength(KEPT_MINUTES);
  expect(history.at(-1)).toMatchObject({ t: T + 6_000 * 60_000, checksOk: 1 });
  expect((await stat(paths.history)).size).toBeLessThan(800_000);
  expect(await metrics.history(2)).toHaveLength(2);
});

test("a history with a broken line is read without it", async () => {
  const good = {
    t: T,
    checksOk: 1,
    checksFailed: 0,
    requests: 0,
    errors4xx: 0,
    errors5xx: 0,
    p50Ms: null,
    p95Ms: null,
    bytesSent: 0,
    busyMax: 0,
    queueWaitingShare: 0,
  };
  await writeFile(paths.history, `{"t":\n${JSON.stringify(good)}\n\0\n{"t": "x"}\n{"half`);
  expect(await (await create()).history(10)).toEqual([good]);
});

test("two ticks at once are one", async () => {
  const metrics = await create();
  await tickAll(metrics);
  await appendFile(paths.accessLog, access(T));
  await Promise.all([metrics.tick(), metrics.tick(), metrics.tick()]);
  now = T + 62_000;
  await tickAll(metrics);
  expect(await metrics.history(1)).toMatchObject([{ requests: 1 }]);
});
