import { lstat, readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { aProgram, IGNORES_TERM, keeperScenes, processesOf, python } from "../testing/keeper-scene.ts";
import { waitFor } from "../testing/wait-for.ts";

const scenes = keeperScenes();

const hasSaid = (path: string, word: string) => async () => (await readFile(path, "utf8")).includes(word);

test("stopping ends the supervisor first and leaves no process, no socket file and no state", async () => {
  const orderly = `
import os, signal, sys
def stop(*_):
    print("told first", len(os.listdir(os.environ["ALIVE"])), flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
print("up", flush=True)
while True:
    signal.pause()
`;
  const folder = await scenes.folder();
  const { keeper, client } = await scenes.start({
    folder,
    supervisor: python(orderly),
    supervisorEnv: { ALIVE: "/proc/self" },
  });
  await client.listen({ name: "site", kind: "unix", path: `${folder}/site.sock`, backlog: 8 });
  const leavesTraces = python(`
import os, signal
if os.fork() == 0:
    os.setsid()
    os.execvp("sleep", ["sleep", "infinity"])
print("complete", flush=True)
signal.pause()`);
  await client.spawn(aProgram(folder, leavesTraces, { sockets: ["site"] }));
  await waitFor("the supervisor", hasSaid(`${folder}/supervisor.log`, "up"));
  await waitFor("the child", hasSaid(`${folder}/child.log`, "complete"));

  keeper.kill("SIGTERM");
  expect(await keeper.ended).toEqual({ code: 0, signal: null });
  expect(await processesOf(folder)).toEqual([]);
  expect(await readdir(keeper.runDir)).toEqual(["keeper.lock"]);
  await expect(lstat(`${folder}/site.sock`)).rejects.toMatchObject({ code: "ENOENT" });
  expect(await readFile(`${folder}/supervisor.log`, "utf8")).toContain("told first");
});

test("while the supervisor stops everything, the keeper still serves it but starts nothing new", async () => {
  const { folder, keeper, client, exits } = await scenes.open({ supervisor: python(IGNORES_TERM) });
  const child = await client.spawn(aProgram(folder, ["/bin/sleep", "infinity"]));
  await waitFor("the supervisor", hasSaid(`${folder}/supervisor.log`, "ignoring"));
  await client.shutdown();
  await waitFor("the stop to begin", async () => (await client.status()).stopping);
  const late = client.spawn(aProgram(folder, ["/bin/true"], { name: "late" }));
  await expect(late).rejects.toMatchObject({ code: "Conflict" });
  await client.signal({ ...child, signal: "SIGTERM", group: true });
  await waitFor("the exit", () => exits.some((exit) => exit.pid === child.pid));
  await client.shutdown();
  expect(await keeper.ended).toEqual({ code: 0, signal: null });
});

test("a supervisor that does not stop in time is not waited for any longer, nor is a child that ignores TERM", async () => {
  const { folder, keeper, client } = await scenes.open({
    supervisor: python(IGNORES_TERM),
    shutdownTimeoutMs: 300,
  });
  await client.spawn(aProgram(folder, python(IGNORES_TERM)));
  await waitFor("the supervisor", hasSaid(`${folder}/supervisor.log`, "ignoring"));
  await waitFor("the child", hasSaid(`${folder}/child.log`, "ignoring"));
  keeper.kill("SIGTERM");
  expect(await keeper.ended).toEqual({ code: 0, signal: null });
});

test("a second signal goes straight to KILL", async () => {
  const { folder, keeper, client } = await scenes.open({
    supervisor: python(IGNORES_TERM),
    shutdownTimeoutMs: 600_000,
  });
  await client.spawn(aProgram(folder, python(IGNORES_TERM)));
  await waitFor("the supervisor", hasSaid(`${folder}/supervisor.log`, "ignoring"));
  await waitFor("the child", hasSaid(`${folder}/child.log`, "ignoring"));
  keeper.kill("SIGTERM");
  await waitFor("the stop to begin", async () => (await client.status()).stopping);
  await waitFor(
    "the keeper to end",
    () => {
      keeper.kill("SIGTERM"); // those within 0.3 s count as one
      return keeper.hasEnded();
    },
    { intervalMs: 400 },
  );
  expect(await keeper.ended).toEqual({ code: 0, signal: null });
});

test("what was adopted is stopped as well", async () => {
  const first = await scenes.open();
  const child = await first.client.spawn(aProgram(first.folder, ["/bin/sleep", "infinity"]));
  first.keeper.kill("SIGKILL");
  await first.keeper.ended;
  const second = await scenes.successor(first);
  expect((await second.client.status()).children).toMatchObject([child]);
  second.keeper.kill("SIGINT");
  expect(await second.keeper.ended).toEqual({ code: 0, signal: null });
  expect(await processesOf(first.folder)).toEqual([]);
});
