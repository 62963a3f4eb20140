import { expect, it } from "vitest";
import { createFakeSystem } from "../system/fake-system.ts";
import type { KeeperExit } from "../system/keeper-client.ts";
import { createExits } from "./exits.ts";

const process = { pid: 7, startTime: 70 };
const end: KeeperExit = { ...process, seq: 1, name: "pool", code: 3, signal: null, at: 0, known: true };

function openScene(alive: boolean) {
  const { clock } = createFakeSystem({ seed: 1 });
  const machine = { startTime: alive ? process.startTime : null };
  const exits = createExits({ sleep: clock.sleep, startTimeOf: async () => machine.startTime });
  return { clock, exits, machine };
}

it("a death that comes while somebody waits is heard", async () => {
  const { clock, exits } = openScene(true);
  const gone = exits.whenGone(process, 60_000);
  await clock.advance(1_000);
  exits.deliver(end);
  expect(await gone).toEqual(end);
  expect(clock.sleepers()).toBe(0);
});

it("a death that was told before anybody waited is heard too", async () => {
  const { exits } = openScene(false);
  exits.deliver(end);
  expect(await exits.whenGone(process, 60_000)).toEqual(end);
});

it("a death nobody was told of is seen on the machine", async () => {
  const { exits } = openScene(false);
  expect(await exits.whenGone(process, 60_000)).toMatchObject({ pid: 7, known: false, code: null });
});

it("another process under the same number is not taken for it", async () => {
  const { clock, exits, machine } = openScene(true);
  const gone = exits.whenGone(process, 60_000);
  await clock.advance(0);
  exits.deliver({ ...end, startTime: 71 });
  exits.deliver(end);
  expect((await gone) as KeeperExit).toMatchObject({ startTime: 70 });
  machine.startTime = 99;
  expect(await exits.whenGone({ pid: 8, startTime: 80 }, 60_000)).toMatchObject({ known: false });
});

it("who waits longer than it wanted to is told so", async () => {
  const { clock, exits } = openScene(true);
  const gone = exits.whenGone(process, 5_000);
  await clock.advance(5_000);
  expect(await gone).toBe("timeout");
});

it("everybody who listens hears of every death, and several may wait for the same one", async () => {
  const { clock, exits } = openScene(true);
  const heard: number[] = [];
  const stop = exits.onExit(({ pid }) => heard.push(pid));
  const both = Promise.all([exits.whenGone(process, 9_000), exits.whenGone(process, 9_000)]);
  await clock.advance(0);
  exits.deliver(end);
  expect(await both).toEqual([end, end]);
  stop();
  exits.deliver({ ...end, pid: 9 });
  expect(heard).toEqual([7]);
});

it("what the keeper told before anybody listened is told to the first who does, once", () => {
  const { exits } = openScene(false);
  const heard: string[] = [];
  exits.deliver(end);
  exits.onExit(({ seq }) => heard.push(`first ${seq}`));
  exits.onExit(({ seq }) => heard.push(`second ${seq}`));
  exits.deliver({ ...end, seq: 2 });
  expect(heard).toEqual(["first 1", "first 2", "second 2"]);
});
