import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { aProgram, HAS_TWO_OTHERS, IGNORES_TERM, keeperScenes, python } from "../testing/keeper-scene.ts";
import { waitFor } from "../testing/wait-for.ts";

const scenes = keeperScenes();

const hasSaid = (folder: string, word: string) => async () =>
  (await readFile(`${folder}/child.log`, "utf8")).includes(word);

test("a signal reaches exactly the process with that pid and start time", async () => {
  const { folder, client, exits } = await scenes.open();
  const child = await client.spawn(aProgram(folder, ["/bin/sleep", "infinity"]));
  for (const group of [true, false]) {
    const other = client.signal({ pid: child.pid, startTime: child.startTime + 1, signal: "SIGKILL", group });
    await expect(other).rejects.toMatchObject({ code: "NotFound" });
  }
  expect((await client.status()).children).toMatchObject([{ pid: child.pid, state: "alive" }]);

  await client.signal({ ...child, signal: "SIGINT", group: false });
  await waitFor("the exit", () => exits.length === 1);
  expect(exits[0]).toMatchObject({ ...child, signal: "SIGINT" });
  for (const group of [true, false]) {
    const late = client.signal({ ...child, signal: "SIGKILL", group });
    await expect(late).rejects.toMatchObject({ code: "NotFound" });
  }
});

test("one worker of a child can be signalled by its own pid and start time", async () => {
  const { folder, client, exits } = await scenes.open();
  const child = await client.spawn(aProgram(folder, python(HAS_TWO_OTHERS)));
  await waitFor("the group", hasSaid(folder, "complete"));
  const worker = (await client.members(child.pid)).find((member) => member.pid !== child.pid);
  await client.signal({ ...(worker ?? child), signal: "SIGKILL", group: false });
  await waitFor("one less", async () => (await client.members(child.pid)).length === 2);
  expect(exits).toEqual([]);
});

test("a group is signalled as a whole, also when its leader is dead", async () => {
  const { folder, client, exits } = await scenes.open();
  const child = await client.spawn(aProgram(folder, python(HAS_TWO_OTHERS)));
  await waitFor("the group", hasSaid(folder, "complete"));
  expect(await client.members(child.pid)).toHaveLength(3);

  await client.signal({ ...child, signal: "SIGKILL", group: false });
  await waitFor("the leader's exit", () => exits.length === 1);
  const orphans = await client.members(child.pid);
  expect(orphans).toHaveLength(2);
  expect((await client.status()).children).toMatchObject([{ ...child, name: "child", state: "leaderless" }]);

  const wrong = client.signal({ ...child, startTime: child.startTime - 1, signal: "SIGTERM", group: true });
  await expect(wrong).rejects.toMatchObject({ code: "NotFound" });
  await client.signal({ ...child, signal: "SIGTERM", group: true });
  await waitFor("the orphans to end", async () => (await client.members(child.pid)).length === 0);
  await waitFor("the group to be forgotten", async () => (await client.status()).children.length === 0);
  expect(exits).toHaveLength(1);
});

test("a group that no child of the keeper leads is not signalled", async () => {
  const { client } = await scenes.open();
  const stat = await readFile("/proc/self/stat", "utf8");
  const startTime = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]);
  const self = client.signal({ pid: process.pid, startTime, signal: "SIGCONT", group: true });
  await expect(self).rejects.toMatchObject({ code: "NotFound" });
});

test("a child that ignores TERM goes on until KILL", async () => {
  const { folder, client, exits } = await scenes.open();
  const child = await client.spawn(aProgram(folder, python(IGNORES_TERM)));
  await waitFor("its handler", hasSaid(folder, "ignoring"));
  await client.signal({ ...child, signal: "SIGTERM", group: true });
  await client.signal({ ...child, signal: "SIGKILL", group: true });
  await waitFor("the exit", () => exits.length === 1);
  expect(exits[0]).toMatchObject({ signal: "SIGKILL", code: null });
});

test("orphans of a child's children are reaped and leave no zombie", async () => {
  const { folder, keeper, client } = await scenes.open();
  const leavesOrphans = `
import os, time
for _ in range(20):
    if os.fork() == 0:
        if os.fork() == 0:
            os.setsid()
            os.execvp("true", ["true"])
        os._exit(0)
print("complete", flush=True)
`;
  await client.spawn(aProgram(folder, python(leavesOrphans)));
  await waitFor("the orphans", hasSaid(folder, "complete"));
  await waitFor("nobody but the supervisor to be left", async () => {
    const children = await readFile(`/proc/${keeper.pid}/task/${keeper.pid}/children`, "utf8");
    return children.trim().split(" ").length === 1;
  });
});
