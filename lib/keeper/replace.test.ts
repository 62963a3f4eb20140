import { copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { startLoad } from "../testing/ask.ts";
import { ANSWERS_WITH_PID, aProgram, keeperScenes, python, type Scene } from "../testing/keeper-scene.ts";
import { launchKeeper } from "../testing/start-keeper.ts";
import { waitFor } from "../testing/wait-for.ts";

const scenes = keeperScenes();

/** Replaces the keeper and connects to what came of it. */
async function replaced(scene: Scene) {
  const before = await scene.client.hello();
  await scene.client.replace();
  await scene.client.closed;
  const next = await scenes.connect(scene.keeper);
  const after = await next.client.hello();
  expect(after.pid).toBe(before.pid);
  expect(after.startedAt).toBeGreaterThanOrEqual(before.startedAt);
  return { ...scene, ...next };
}

async function ownProgram(folder: string) {
  await mkdir(`${folder}/program`);
  for (const name of await readdir(new URL(".", import.meta.url))) {
    if (name.endsWith(".py")) await copyFile(new URL(name, import.meta.url), `${folder}/program/${name}`);
  }
  return `${folder}/program/keeper.py`;
}

test("replacing the keeper under load loses no connection, no child and no socket", async () => {
  let scene = await scenes.open();
  const { folder } = scene;
  const path = `${folder}/site.sock`;
  await scene.client.listen({ name: "site", kind: "unix", path, backlog: 64 });
  const { port } = await scene.client.listen({
    name: "tcp",
    kind: "tcp",
    host: "127.0.0.1",
    port: 0,
    backlog: 64,
  });
  const server = (name: string, sockets: string[]) =>
    aProgram(folder, python(ANSWERS_WITH_PID), { name, sockets, inherit: "systemd" });
  const children = [
    await scene.client.spawn(server("a", ["site"])),
    await scene.client.spawn(server("b", ["tcp"])),
  ];
  const supervisor = (await scene.client.status()).supervisor;
  const loads = [startLoad({ path }, 4), startLoad({ host: "127.0.0.1", port: port ?? 0 }, 4)];

  for (let round = 0; round < 5; round++) {
    const before = loads.map((load) => load.answered());
    scene = await replaced(scene);
    await waitFor("requests to go on", () =>
      loads.every((load, i) => load.answered() > (before[i] ?? 0) + 20),
    );
  }
  for (const load of loads) expect((await load.stop()).failures).toEqual([]);

  const status = await scene.client.status();
  expect(status.children).toMatchObject(
    children.map((child) => ({ ...child, adopted: false, state: "alive" })),
  );
  expect(status.sockets).toMatchObject([
    { name: "site", held: true, rebound: false },
    { name: "tcp", held: true, rebound: false, port },
  ]);
  expect(status.supervisor).toEqual(supervisor);

  // Still the parent: it learns exactly how they end, and the socket outlives its server.
  await scene.client.signal({
    ...(children[0] ?? { pid: 0, startTime: 0 }),
    signal: "SIGKILL",
    group: false,
  });
  const exit = await waitFor("the exit", () => scene.exits[0]);
  expect(exit).toMatchObject({ name: "a", signal: "SIGKILL", known: true });
  const load = startLoad({ path }, 1);
  await waitFor("a connection to wait", async () => (await scene.client.waiting(["site"])).site);
  await scene.client.spawn(server("a", ["site"]));
  await waitFor("an answer", () => load.answered() > 0);
  expect((await load.stop()).failures).toEqual([]);
});

test("exits stay with the replaced keeper, and those that happen meanwhile are known exactly", async () => {
  const scene = await scenes.open();
  await scene.client.spawn(aProgram(scene.folder, python("raise SystemExit(3)"), { name: "before" }));
  await waitFor("the first exit", () => scene.exits.length === 1);
  for (let n = 0; n < 20; n++) {
    const source = `import time; time.sleep(${n / 100}); raise SystemExit(${n})`;
    await scene.client.spawn(aProgram(scene.folder, python(source), { name: `meanwhile-${n}` }));
  }
  const next = await replaced(scene);
  await waitFor("all exits", () => next.exits.length === 21);
  expect(next.exits[0]).toMatchObject({ seq: 1, name: "before", code: 3, known: true });
  for (const exit of next.exits.slice(1))
    expect(exit).toMatchObject({ code: Number(exit.name.split("-")[1]), known: true });
});

test("an upgraded keeper takes over; one with a syntax error is refused and the old one goes on", async () => {
  const folder = await scenes.folder();
  const program = await ownProgram(folder);
  const scene = await scenes.start({ folder, program });
  const good = await readFile(program, "utf8");

  await writeFile(program, `${good}\ndef (`);
  await expect(scene.client.replace()).rejects.toMatchObject({ code: "ENOEXEC" });
  await scene.client.status();

  await writeFile(program, good.replace('log("stopped")', 'log("stopped, upgraded")'));
  await replaced(scene);
  await scene.keeper.stop();
  expect(scene.keeper.stderr()).toContain("stopped, upgraded");
});

test("a config that is of no use refuses the replacement; a good one gives the next supervisor", async () => {
  const scene = await scenes.open();
  const config = await readFile(scene.keeper.configPath, "utf8");
  for (const text of ["{", '{"supervisor":{}}', '{"supervisor":{},"shutdownTimeoutMs":-1}']) {
    await writeFile(scene.keeper.configPath, text);
    await expect(scene.client.replace()).rejects.toMatchObject({ code: "BadRequest" });
  }
  await writeFile(scene.keeper.configPath, config.replace("infinity", "123456"));
  const next = await replaced(scene);
  const { supervisor } = await next.client.status();
  process.kill(supervisor.pid ?? 0, "SIGKILL");
  const other = await waitFor("the next supervisor", async () => {
    const { pid } = (await next.client.status()).supervisor;
    return pid !== supervisor.pid ? pid : null;
  });
  expect(await readFile(`/proc/${other}/cmdline`, "utf8")).toContain("123456");
});

test("a replaced keeper still keeps others out and still stops everything", async () => {
  const scene = await replaced(await scenes.open());
  await scene.client.spawn(aProgram(scene.folder, ["/bin/sleep", "infinity"]));
  const other = await launchKeeper({ folder: scene.folder });
  expect(await other.ended).toMatchObject({ code: 75 });
  scene.keeper.kill("SIGTERM");
  expect(await scene.keeper.ended).toEqual({ code: 0, signal: null });
});
