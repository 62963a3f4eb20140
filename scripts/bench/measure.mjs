/**
 * Measuring on a noisy machine: the things to compare run alternately, the median counts, and only ratios from one
 * run are told. Memory and CPU come from /proc, so that they hold for any process.
 */
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** /proc counts CPU in these; it is 100 per second on every Linux of today. */
const TICK_MS = 10;

/** @param {readonly number[]} values @returns {number} NaN when there are none */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Runs each candidate once per round, in turn, after one round to warm up.
 * @param {Record<string, () => Promise<number> | number>} candidates each returns one figure
 * @param {{ rounds?: number }} [options]
 * @returns {Promise<Record<string, { median: number, values: number[] }>>}
 */
export async function alternately(candidates, { rounds = 5 } = {}) {
  const values = Object.fromEntries(
    Object.keys(candidates).map((name) => [name, /** @type {number[]} */ ([])]),
  );
  for (let round = 0; round <= rounds; round++) {
    for (const [name, run] of Object.entries(candidates)) {
      const value = await run();
      if (round > 0) values[name].push(value);
    }
  }
  return Object.fromEntries(
    Object.entries(values).map(([name, all]) => [name, { median: median(all), values: all }]),
  );
}

/**
 * Lines of a table with each median, its spread and its ratio to the first.
 * @param {Record<string, { median: number, values: number[] }>} results
 * @param {string} unit
 */
export function sideBySide(results, unit) {
  const [first] = Object.values(results);
  const width = Math.max(...Object.keys(results).map((name) => name.length));
  return Object.entries(results).map(([name, { median: middle, values }]) => {
    const spread = `${figure(Math.min(...values))}–${figure(Math.max(...values))}`;
    return `  ${name.padEnd(width)}  ${figure(middle).padStart(10)} ${unit}  ×${(middle / first.median).toFixed(2)}  (${spread})`;
  });
}

/** @param {number} value */
export function figure(value) {
  if (!Number.isFinite(value)) return "unknown";
  return value >= 1000 ? Math.round(value).toLocaleString("en") : value.toPrecision(3);
}

/**
 * CPU milliseconds a process has used, threads included; null when it is gone.
 * @param {number} pid
 */
export async function cpuMsOf(pid) {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/**
 * Memory of a process in bytes: resident, and its fair share of what is shared (null without the right to see it).
 * @param {number} pid
 */
export async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  const kilobytes = (text, name) => {
    const match = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text);
    return match ? Number(match[1]) * 1024 : null;
  };
  return { rssBytes: kilobytes(status, "VmRSS"), pssBytes: kilobytes(rollup, "Pss") };
}

/**
 * What processes cost while nothing happens: memory at the end, CPU over the window as percent of one core.
 * @param {readonly number[]} pids
 * @param {{ windowMs?: number }} [options]
 */
export async function idleUsage(pids, { windowMs = 10_000 } = {}) {
  const startedAt = performance.now();
  const before = await Promise.all(pids.map(cpuMsOf));
  await sleep(windowMs);
  const passedMs = performance.now() - startedAt;
  const processes = await Promise.all(
    pids.map(async (pid, index) => {
      const after = await cpuMsOf(pid);
      const used = after === null || before[index] === null ? null : after - before[index];
      return { pid, ...(await memoryOf(pid)), cpuPercent: used === null ? null : (used / passedMs) * 100 };
    }),
  );
  const sum = (key) => processes.reduce((total, one) => total + (one[key] ?? 0), 0);
  return {
    processes,
    total: { rssBytes: sum("rssBytes"), pssBytes: sum("pssBytes"), cpuPercent: sum("cpuPercent") },
  };
}

/**
 * All descendants of a process, itself included.
 * @param {number} pid
 * @returns {Promise<number[]>}
 */
export async function familyOf(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "");
  const families = await Promise.all(
    children
      .split(" ")
      .filter(Boolean)
      .map((child) => familyOf(Number(child))),
  );
  return [pid, ...families.flat()];
}
