/** What /proc says about the machine and its processes. Linux only, as all of Monban. */
import { readFileSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import type { Machine, ProcessStat } from "./system.ts";

export function createRealMachine(): Machine {
  const units = readKernelUnits();
  const memoryBytes = memoryLimit();

  async function statOf(pid: number, uptimeMs: number): Promise<ProcessStat | null> {
    try {
      return parseProcessStat(await readFile(`/proc/${pid}/stat`, "utf8"), Date.now() - uptimeMs, units);
    } catch (error) {
      if (["ENOENT", "ESRCH"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
      throw error;
    }
  }

  return {
    cores: availableParallelism(),
    memoryBytes,
    memoryUsedBytes: async () => Math.max(0, memoryBytes - process.availableMemory()),
    cpu: async () => parseCpu(await readFile("/proc/stat", "utf8"), units.ticksPerSecond),
    processStat: async (pid) => statOf(pid, await uptime()),
    async processes() {
      const uptimeMs = await uptime();
      const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
      const found = await Promise.all(pids.map((pid) => statOf(pid, uptimeMs)));
      return found.filter((stat) => stat !== null);
    },
  };
}

export type KernelUnits = { pageBytes: number; ticksPerSecond: number };

/** `text` is /proc/<pid>/stat; the program's name may hold spaces and brackets, so fields count from the last one. */
export function parseProcessStat(text: string, bootedAtMs: number, units: KernelUnits): ProcessStat | null {
  const end = text.lastIndexOf(")");
  const fields = text.slice(end + 2).split(" ");
  if (end < 0 || fields.length < 22) return null;
  const field = (number: number) => Number(fields[number - 3]);
  const msOfTicks = (ticks: number) => (ticks * 1000) / units.ticksPerSecond;
  return {
    pid: Number.parseInt(text, 10),
    state: fields[0]!,
    parent: field(4),
    group: field(5),
    cpuMs: msOfTicks(field(14) + field(15)),
    startTime: field(22),
    startedAtMs: Math.round(bootedAtMs + msOfTicks(field(22))),
    rssBytes: field(24) * units.pageBytes,
  };
}

/** `text` is /proc/stat; waiting for the disk counts as idle. */
export function parseCpu(text: string, ticksPerSecond: number): { busyMs: number; totalMs: number } | null {
  const line = /^cpu +(.*)$/m.exec(text)?.[1];
  if (!line) return null;
  // The first eight: user nice system idle iowait irq softirq steal. Guest time is already part of user time.
  const ticks = line.split(/ +/).slice(0, 8).map(Number);
  const total = ticks.reduce((sum, value) => sum + value, 0);
  const idle = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { busyMs: ((total - idle) * 1000) / ticksPerSecond, totalMs: (total * 1000) / ticksPerSecond };
}

/** The auxiliary vector tells the page size (key 6) and the clock ticks of a second (key 17) without asking a program. */
function readKernelUnits(): KernelUnits {
  const units = { pageBytes: 4096, ticksPerSecond: 100 };
  const words = readFileSync("/proc/self/auxv");
  for (let at = 0; at + 16 <= words.length; at += 16) {
    const key = words.readBigUInt64LE(at);
    if (key === 6n) units.pageBytes = Number(words.readBigUInt64LE(at + 8));
    if (key === 17n) units.ticksPerSecond = Number(words.readBigUInt64LE(at + 8));
  }
  return units;
}

/** A container's limit when there is one that is below what the machine has. */
function memoryLimit(): number {
  const limit = process.constrainedMemory();
  return limit > 0 && limit < totalmem() ? limit : totalmem();
}

async function uptime(): Promise<number> {
  return Number.parseFloat(await readFile("/proc/uptime", "utf8")) * 1000;
}
