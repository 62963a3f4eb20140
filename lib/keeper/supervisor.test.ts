import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { keeperScenes, python } from "../testing/keeper-scene.ts";
import { waitFor } from "../testing/wait-for.ts";

const scenes = keeperScenes();

/** Writes the time, in ms, at which it was started, and ends. */
const WRITES_ITS_START = "import time; print(time.monotonic() * 1000, flush=True); raise SystemExit(9)";

async function lines(path: string) {
  return (await readFile(path, "utf8")).trim().split("\n");
}

test("a supervisor that ends is started again, each time after a longer pause", async () => {
  const { folder, client, exits } = await scenes.open({ supervisor: python(WRITES_ITS_START) });
  const starts = await waitFor("five starts", async () => {
    const found = await lines(`${folder}/supervisor.log`);
    return found.length >= 5 ? found.map(Number) : null;
  });
  const pauses = starts.slice(1, 5).map((start, i) => start - (starts[i] ?? 0));
  [100, 200, 400, 800].forEach((least, i) => {
    expect(pauses[i]).toBeGreaterThanOrEqual(least - 1);
  });
  const status = await client.status();
  expect(status.supervisor.restarts).toBeGreaterThanOrEqual(4);
  expect(exits.slice(0, 4)).toMatchObject(
    Array(4).fill({ name: "supervisor", code: 9, signal: null, known: true }),
  );
});

test("the pause is short again after a supervisor that lived for ten seconds", async () => {
  const livesLater = `
import os, time
starts = os.environ["STARTS"]
with open(starts, "a") as file:
    file.write("x")
time.sleep(10.5 if os.path.getsize(starts) == 4 else 0)
`;
  const folder = await scenes.folder();
  const { keeper } = await scenes.start({
    folder,
    supervisor: python(livesLater),
    supervisorEnv: { STARTS: `${folder}/starts` },
  });
  const delay = async () =>
    JSON.parse(await readFile(`${keeper.runDir}/keeper.json`, "utf8")).supervisor.delay;
  await waitFor("three quick ends", async () => (await delay()) === 0.8);
  await waitFor("the pause to be the first again", async () => (await delay()) === 0.2, {
    deadlineMs: 30_000,
  });
  expect((await readFile(`${folder}/starts`, "utf8")).length).toBeGreaterThanOrEqual(4);
});

test("the supervisor gets its environment and the way to the keeper, and nothing else", async () => {
  const { keeper, client } = await scenes.open({ supervisorEnv: { MONBAN_DATA: "/somewhere" } });
  const { supervisor } = await client.status();
  const environ = await readFile(`/proc/${supervisor.pid}/environ`, "utf8");
  const env = environ
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => entry.split("=")[0]);
  expect(env.sort()).toEqual(["MONBAN_DATA", "MONBAN_KEEPER_SOCKET", "PATH"]);
  expect(environ).toContain(`MONBAN_KEEPER_SOCKET=${keeper.socketPath}`);
});

test("a supervisor that cannot be started is tried again and harms nobody", async () => {
  const { keeper, client } = await scenes.open({ supervisor: ["/missing/supervisor"] });
  await waitFor("two attempts", async () => (await client.status()).supervisor.restarts >= 2);
  expect((await client.status()).supervisor.pid).toBeNull();
  expect(keeper.stderr()).toContain("the supervisor does not start: execute /missing/supervisor");
});

test("a supervisor whose log cannot be opened runs without it", async () => {
  const folder = await scenes.folder();
  const { keeper, client } = await scenes.start({
    folder,
    supervisorOutput: `${folder}/missing/supervisor.log`,
  });
  await waitFor("the supervisor", async () => (await client.status()).supervisor.pid);
  expect(keeper.stderr()).toContain("the supervisor's stdout goes nowhere");
});

test("the next keeper adopts a living supervisor and starts no second one", async () => {
  const first = await scenes.open();
  const pid = (await first.client.status()).supervisor.pid;
  first.keeper.kill("SIGKILL");
  await first.keeper.ended;
  const second = await scenes.successor(first);
  expect((await second.client.status()).supervisor).toMatchObject({ pid });
  expect((await second.client.status()).children).toEqual([]);

  process.kill(pid ?? 0, "SIGKILL");
  const exit = await waitFor("its exit", () => second.exits[0]);
  expect(exit).toMatchObject({ name: "supervisor", pid, known: false, code: null });
  const next = await waitFor("the next one", async () => (await second.client.status()).supervisor.pid);
  expect(next).not.toBe(pid);
});

test("a supervisor that died while no keeper lived is started by the next one", async () => {
  const first = await scenes.open();
  const pid = (await first.client.status()).supervisor.pid ?? 0;
  first.keeper.kill("SIGKILL");
  await first.keeper.ended;
  process.kill(pid, "SIGKILL");
  await waitFor("its end", () =>
    readFile(`/proc/${pid}/stat`, "utf8").then(
      (stat) => stat.includes(") Z "),
      () => true,
    ),
  );
  const second = await scenes.successor(first);
  await waitFor("the next one", async () => ((await second.client.status()).supervisor.pid ?? pid) !== pid);
  expect(second.exits).toMatchObject([{ name: "supervisor", pid, known: false }]);
});

test("a keeper that is started anew does not wait for the pauses of its predecessor", async () => {
  const first = await scenes.open({ supervisor: python(WRITES_ITS_START) });
  const delay = async () =>
    JSON.parse(await readFile(`${first.keeper.runDir}/keeper.json`, "utf8")).supervisor.delay;
  await waitFor("four quick ends", async () => (await delay()) >= 1.6);
  first.keeper.kill("SIGKILL");
  await first.keeper.ended;
  await scenes.successor(first);
  await waitFor("a start after the shortest pause", async () => (await delay()) <= 0.2);
});
