import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";
import { createRealMachine, parseCpu, parseProcessStat } from "./real-machine.ts";

it("a living process is seen with its parent, start and memory, and not after its end", async () => {
  const machine = createRealMachine();
  const child = spawn("/usr/bin/python3", ["-c", "input()"], { stdio: ["pipe", "ignore", "ignore"] });
  const exited = once(child, "exit");
  try {
    const stat = await machine.processStat(child.pid!);
    expect(stat).toMatchObject({ pid: child.pid, parent: process.pid });
    expect(stat!.rssBytes).toBeGreaterThan(100_000);
    expect(Math.abs(Date.now() - stat!.startedAtMs)).toBeLessThan(60_000);
    const same = (await machine.processes()).find(({ pid }) => pid === child.pid);
    expect(same?.startTime).toBe(stat!.startTime);
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
  expect(await machine.processStat(child.pid!)).toBeNull();
});

it("memory and CPU are within what the machine has", async () => {
  const machine = createRealMachine();
  const used = await machine.memoryUsedBytes();
  expect(used).toBeGreaterThan(0);
  expect(used).toBeLessThanOrEqual(machine.memoryBytes);
  const cpu = await machine.cpu();
  expect(cpu!.busyMs).toBeGreaterThan(0);
  expect(cpu!.busyMs).toBeLessThan(cpu!.totalMs);
});

it("the name of a program may hold spaces and brackets", () => {
  const line =
    "42 (a) b (c) S 7 8 9 0 -1 4194560 100 0 0 0 30 20 0 0 20 0 5 0 500 1000000 25 18446744073709551615";
  expect(parseProcessStat(line, 1_000, { pageBytes: 4096, ticksPerSecond: 100 })).toEqual({
    pid: 42,
    parent: 7,
    group: 8,
    state: "S",
    cpuMs: 500,
    startTime: 500,
    startedAtMs: 6_000,
    rssBytes: 25 * 4096,
  });
});

it("guest time is not counted twice", () => {
  expect(parseCpu("cpu  10 0 10 70 10 0 0 0 10 0\ncpu0 1 1 1 1\n", 100)).toEqual({
    busyMs: 200,
    totalMs: 1000,
  });
});
