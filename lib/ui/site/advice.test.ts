import { expect, test } from "vitest";
import type { Minute } from "../../schema/observed.ts";
import type { Worker } from "../../schema/worker.ts";
import { advise, measure } from "./advice.ts";

const pool = { workers: 4, threads: 8, workerClass: "gthread", cores: 8 };

function minutes(values: Partial<Minute>): Minute[] {
  return [
    {
      t: 0,
      checksOk: 6,
      checksFailed: 0,
      requests: 1_000,
      errors4xx: 0,
      errors5xx: 0,
      p50Ms: 10,
      p95Ms: 20,
      bytesSent: 0,
      busyMax: 20,
      queueWaitingShare: 0,
      ...values,
    },
  ];
}

function aWorker(cpuPercent: number): Worker {
  return { busyThreads: 3, cpuPercent } as Worker;
}

function adviceFor(values: Partial<Minute>, cpuPercent: number) {
  return advise(measure({ minutes: minutes(values), workers: [aWorker(cpuPercent)], pool }), pool);
}

test("nothing is advised before enough was measured", () => {
  expect(adviceFor({ requests: 3 }, 5)).toEqual({ kind: "wait-and-see" });
});

test("errors come before speed", () => {
  expect(adviceFor({ errors5xx: 100, queueWaitingShare: 0.5 }, 5).kind).toBe("look-at-errors");
});

test("an app that waits gets threads, one that computes gets workers", () => {
  expect(adviceFor({ queueWaitingShare: 0.5 }, 5)).toEqual({ kind: "more-threads", threads: 16 });
  expect(adviceFor({ queueWaitingShare: 0.5 }, 95)).toEqual({ kind: "more-workers", workers: 8 });
});

test("workers that are never needed are said to be too many", () => {
  expect(adviceFor({ busyMax: 2 }, 5)).toEqual({ kind: "fewer-workers", workers: 2 });
  expect(adviceFor({ busyMax: 30 }, 5)).toEqual({ kind: "fine" });
});
