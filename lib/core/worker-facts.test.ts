import { expect, test } from "vitest";
import { seededRandom } from "../testing/seeded-random.ts";
import { decodeWorkerExits, decodeWorkerFacts } from "./worker-facts.ts";

const NOW = 1_800_000_000_000;
const SLOTS = 3;
const ROW_BYTES = 256 + SLOTS * 256;

/** A file with two rows, and a way to write into it. */
function aFile() {
  const bytes = new Uint8Array(256 + 2 * ROW_BYTES);
  const view = new DataView(bytes.buffer);
  const set = (at: number, number: number) => view.setBigUint64(at, BigInt(number), true);
  bytes.set(new TextEncoder().encode("MONBANF1"));
  for (const [index, number] of [1, 2, SLOTS, 9, 4_000].entries()) set(8 + index * 8, number);
  const worker = (row: number, numbers: number[]) => {
    for (const [index, number] of numbers.entries()) set(256 + row * ROW_BYTES + index * 8, number);
  };
  const slot = (row: number, index: number, numbers: number[], text = "") => {
    const at = 256 + row * ROW_BYTES + 256 + index * 256;
    for (const [place, number] of numbers.entries()) set(at + place * 8, number);
    bytes.set(new TextEncoder().encode(text).subarray(0, 136), at + 120);
  };
  return { bytes, set, worker, slot };
}

test("counts of all threads of a worker are added up, and the longest request is the current one", () => {
  const file = aFile();
  file.worker(0, [4_001, 77, NOW - 60_000, NOW - 59_000]);
  file.slot(0, 0, [10, 1, 2, 5_000, NOW - 300], "GET /short");
  file.slot(0, 1, [20, 3, 4, 7_000, NOW - 9_000], "POST /long");
  const facts = decodeWorkerFacts(file.bytes, NOW);
  expect(facts).toMatchObject({ generation: 9, masterPid: 4_000, ready: 1 });
  expect(facts?.workers).toHaveLength(1);
  expect(facts?.workers[0]).toMatchObject({
    pid: 4_001,
    startTime: 77,
    ready: true,
    threads: 2,
    busyThreads: 2,
    requests: 30,
    errors4xx: 4,
    errors5xx: 6,
    latencySumMs: 12,
    current: { method: "POST", path: "/long", forMs: 9_000 },
  });
});

test("a worker that has ended is left out, and one that has not loaded the application is not ready", () => {
  const file = aFile();
  file.worker(0, [4_001, 77, NOW, NOW, NOW]);
  file.worker(1, [4_002, 78, NOW, 0]);
  const facts = decodeWorkerFacts(file.bytes, NOW);
  expect(facts?.workers.map(({ pid, ready }) => [pid, ready])).toEqual([[4_002, false]]);
  expect(facts?.ready).toBe(0);
});

test("a query that got into the file does not get out of it", () => {
  const file = aFile();
  file.worker(0, [4_001, 77, NOW, NOW]);
  file.slot(0, 0, [0, 0, 0, 0, NOW], "GET /a?token=secret");
  expect(JSON.stringify(decodeWorkerFacts(file.bytes, NOW))).not.toContain("secret");
});

test("what is no such file is no facts", () => {
  const file = aFile();
  expect(decodeWorkerFacts(new Uint8Array(), NOW)).toBeNull();
  expect(decodeWorkerFacts(new Uint8Array(4_096), NOW)).toBeNull();
  expect(decodeWorkerFacts(file.bytes.subarray(0, 255), NOW)).toBeNull();
  file.set(8, 2);
  expect(decodeWorkerFacts(file.bytes, NOW)).toBeNull();
});

test("whatever a site writes into its file, numbers stay numbers and nothing throws", () => {
  const random = seededRandom();
  console.log(`seed ${random.seed}`);
  for (let round = 0; round < 2_000; round += 1) {
    const file = aFile();
    file.worker(0, [4_001, 77, NOW, NOW]);
    file.worker(1, [4_002, 78, NOW, NOW]);
    for (let change = random.integer(0, 60); change > 0; change -= 1) {
      file.bytes[random.integer(8, file.bytes.length - 1)] = random.integer(0, 255);
    }
    const facts = decodeWorkerFacts(file.bytes.subarray(0, random.integer(0, file.bytes.length)), NOW);
    for (const worker of facts?.workers ?? []) {
      expect(worker.pid).toBeLessThanOrEqual(2 ** 22);
      expect(Number.isFinite(worker.requests + worker.errors4xx + worker.latencySumMs)).toBe(true);
      for (const { method, path, forMs } of worker.serving) {
        expect(method + path).not.toMatch(/[\u0000-\u001f\u007f]/);
        expect(forMs).toBeGreaterThanOrEqual(0);
      }
    }
  }
});

test("exits are read line by line, and lines that make no sense are left out", () => {
  const good = {
    n: 1,
    pid: 12,
    startTime: 5,
    startedAt: NOW,
    at: NOW,
    code: null,
    signal: "SIGKILL",
    timedOut: false,
    ready: true,
  };
  const text = [
    JSON.stringify({ ...good, serving: ["GET /a", 5, "POST /b\u0007"], requests: 3 }),
    "garbage",
    JSON.stringify({ ...good, pid: -1 }),
    JSON.stringify({ ...good, at: "now" }),
    "[]",
    JSON.stringify({ ...good, signal: "<script>", serving: "x", requests: 1e99 }),
    '{"pid": 12, "at": 1',
  ].join("\n");
  expect(decodeWorkerExits(text)).toEqual([
    { ...good, serving: ["GET /a", "POST /b\ufffd"], requests: 3 },
    { ...good, signal: null, serving: [], requests: 0 },
  ]);
});
