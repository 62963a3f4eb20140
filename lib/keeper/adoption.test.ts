import { existsSync } from "node:fs";
import { chown, copyFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ask, startLoad } from "../testing/ask.ts";
import {
  ANSWERS_WITH_PID,
  aProgram,
  keeperScenes,
  processesOf,
  python,
  type Scene,
} from "../testing/keeper-scene.ts";
import { PYTHON } from "../testing/start-keeper.ts";
import { waitFor } from "../testing/wait-for.ts";

const scenes = keeperScenes();
const BACKLOG = 64;

/** Like gunicorn: moves its listening socket to another descriptor and closes the one it was given. */
const MOVES_ITS_SOCKET = `
import os
os.dup2(3, 40)
os.close(3)
${ANSWERS_WITH_PID.replace("fileno=3", "fileno=40")}`;

/** Nobody but root may look into it or take descriptors from it. */
const KEEPS_TO_ITSELF = `
import ctypes
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
${ANSWERS_WITH_PID}`;

async function serving(scene: Scene, source: string, python = PYTHON) {
  const path = `${scene.folder}/site.sock`;
  await scene.client.listen({ name: "site", kind: "unix", path, backlog: BACKLOG });
  const child = await scene.client.spawn(
    aProgram(scene.folder, [python, "-I", "-S", "-c", source], { sockets: ["site"], inherit: "systemd" }),
  );
  expect(await ask({ path })).toBe(String(child.pid));
  return { path, child };
}

async function killed(scene: Scene) {
  scene.keeper.kill("SIGKILL");
  await scene.keeper.ended;
}

test.each([
  ["where it was given", ANSWERS_WITH_PID],
  ["at another descriptor", MOVES_ITS_SOCKET],
])(
  "after kill -9 of the keeper the next one has the same children and the same socket, held by the server %s, and no request fails",
  async (_where, source) => {
    const first = await scenes.open();
    const { path, child } = await serving(first, source);
    const tcp = await first.client.listen({
      name: "tcp",
      kind: "tcp",
      host: "127.0.0.1",
      port: 0,
      backlog: BACKLOG,
    });
    await first.client.spawn(
      aProgram(first.folder, python(source), { name: "tcp-server", sockets: ["tcp"], inherit: "systemd" }),
    );
    const loads = [startLoad({ path }, 4), startLoad({ host: "127.0.0.1", port: tcp.port ?? 0 }, 4)];
    await killed(first);
    const second = await scenes.successor(first);
    for (const load of loads) {
      const before = load.answered();
      await waitFor("requests to go on", () => load.answered() > before + 50);
    }
    for (const load of loads) expect((await load.stop()).failures).toEqual([]);

    const status = await second.client.status();
    expect(status.children.map(({ name, adopted, state }) => ({ name, adopted, state }))).toEqual([
      { name: "child", adopted: true, state: "alive" },
      { name: "tcp-server", adopted: true, state: "alive" },
    ]);
    expect(status.children[0]).toMatchObject(child);
    expect(status.sockets).toMatchObject([
      { name: "site", held: true, rebound: false },
      { name: "tcp", held: true, rebound: false, port: tcp.port },
    ]);

    // The socket is really the same one: it outlives the adopted server and serves through the next.
    await second.client.signal({ ...child, signal: "SIGKILL", group: true });
    const exit = await waitFor("the exit", () => second.exits[0]);
    expect(exit).toMatchObject({ ...child, name: "child", code: null, signal: null, known: false });
    const queued = ask({ path });
    await waitFor("it to wait", async () => (await second.client.waiting(["site"])).site);
    const next = await second.client.spawn(
      aProgram(first.folder, python(source), { sockets: ["site"], inherit: "systemd" }),
    );
    expect(await queued).toBe(String(next.pid));
  },
);

test("deaths while no keeper lived are reported as exits of which nothing more is known", async () => {
  const first = await scenes.open();
  const child = await first.client.spawn(aProgram(first.folder, ["/bin/sleep", "infinity"]));
  await first.client.spawn(aProgram(first.folder, ["/bin/false"], { name: "earlier" }));
  await waitFor("the first exit", () => first.exits.length === 1);
  await killed(first);
  process.kill(child.pid, "SIGKILL");
  await waitFor("its end", () => readFile(`/proc/${child.pid}/stat`, "utf8").then(isZombie, () => true));

  const second = await scenes.successor(first);
  await waitFor("both exits", () => second.exits.length === 2);
  expect(second.exits).toMatchObject([
    { seq: 1, name: "earlier", code: 1, known: true },
    { seq: 2, ...child, code: null, signal: null, known: false },
  ]);
  expect((await second.client.status()).children).toEqual([]);
});

const isZombie = (stat: string) => stat.includes(") Z ");

test("a socket that nobody holds any more is bound anew, and says so until somebody is spawned with it", async () => {
  const first = await scenes.open();
  const { path, child } = await serving(first, ANSWERS_WITH_PID);
  const { port } = await first.client.listen({
    name: "tcp",
    kind: "tcp",
    host: "127.0.0.1",
    port: 0,
    backlog: 8,
  });
  await killed(first);
  process.kill(child.pid, "SIGKILL");
  await waitFor("its end", () => readFile(`/proc/${child.pid}/stat`, "utf8").then(isZombie, () => true));

  const second = await scenes.successor(first);
  expect((await second.client.status()).sockets).toMatchObject([
    { name: "site", held: true, rebound: true },
    { name: "tcp", held: true, rebound: true, port },
  ]);
  const next = await second.client.spawn(
    aProgram(first.folder, python(ANSWERS_WITH_PID), { sockets: ["site"], inherit: "systemd" }),
  );
  expect(await ask({ path })).toBe(String(next.pid));
  expect((await second.client.status()).sockets[0]).toMatchObject({ name: "site", rebound: false });
});

test("a survivor that does not share its socket goes on serving, and the socket is bound anew when it ends", async () => {
  const options = await unprivileged(await scenes.folder());
  const first = await scenes.start(options);
  const { path, child } = await serving(first, KEEPS_TO_ITSELF, options.python);
  await killed(first);

  const second = await scenes.start(options);
  expect((await second.client.status()).sockets).toMatchObject([
    { name: "site", held: false, rebound: false },
  ]);
  expect(await second.client.waiting(["site"])).toEqual({ site: null });
  expect(await ask({ path })).toBe(String(child.pid));

  await second.client.signal({ ...child, signal: "SIGKILL", group: true });
  await waitFor("the socket", async () => (await second.client.status()).sockets[0]?.held);
  expect((await second.client.status()).sockets).toMatchObject([{ name: "site", held: true, rebound: true }]);
});

/** A keeper without root's power to look into every process, also when the tests are run by root. */
async function unprivileged(folder: string) {
  if (process.getuid?.() !== 0) return { folder, python: PYTHON };
  await mkdir(`${folder}/program`);
  for (const name of await readdir(new URL(".", import.meta.url))) {
    if (name.endsWith(".py")) await copyFile(new URL(name, import.meta.url), `${folder}/program/${name}`);
  }
  await chown(folder, 65534, 65534);
  const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : PYTHON;
  return { folder, program: `${folder}/program/keeper.py`, python, uid: 65534, gid: 65534 };
}

test("a group whose leader died before can still be signalled by the next keeper", async () => {
  const first = await scenes.open();
  const child = await first.client.spawn(
    aProgram(
      first.folder,
      python(`import os\nif os.fork(): os._exit(7)\nos.execvp("sleep", ["sleep", "infinity"])`),
    ),
  );
  await waitFor("the leader's exit", () => first.exits.length === 1);
  await killed(first);
  const second = await scenes.successor(first);
  expect((await second.client.status()).children).toMatchObject([
    { ...child, state: "leaderless", adopted: true },
  ]);
  await second.client.signal({ ...child, signal: "SIGKILL", group: true });
  await waitFor(
    "the group to be forgotten",
    async () => (await second.client.status()).children.length === 0,
  );
  expect(second.exits.map((exit) => exit.code)).toEqual([7]);
});

test("what another boot left behind is not taken for our own", async () => {
  const first = await scenes.open();
  const child = await first.client.spawn(aProgram(first.folder, ["/bin/sleep", "infinity"]));
  await killed(first);
  const path = `${first.keeper.runDir}/keeper.json`;
  const state = JSON.parse(await readFile(path, "utf8"));
  await writeFile(path, JSON.stringify({ ...state, bootId: "another" }));
  const second = await scenes.successor(first);
  await waitFor("the exits", () => second.exits.length === 2);
  expect(second.exits.map(({ name, known }) => ({ name, known }))).toEqual([
    { name: "supervisor", known: false },
    { name: "child", known: false },
  ]);
  process.kill(child.pid, "SIGKILL");
  process.kill(state.supervisor.pid, "SIGKILL");
});

test("a state file of no use is set aside and the keeper starts empty", async () => {
  const first = await scenes.open({ supervisor: ["/bin/true"] });
  await killed(first);
  for (const text of ["", "{", "[]", "{}", '{"format":1}', '{"format":99}', "\0\0\0"]) {
    await writeFile(`${first.keeper.runDir}/keeper.json`, text);
    const next = await scenes.successor(first, { supervisor: ["/bin/true"] });
    expect((await next.client.status()).children).toEqual([]);
    expect(next.keeper.stderr()).toContain("of no use");
    await killed(next);
  }
});

test("a keeper killed in the middle of spawning leaves no process that its successor does not know", async () => {
  let scene = await scenes.open();
  for (let round = 0; round < 12; round++) {
    const { folder, client, keeper } = scene;
    const spawns = Array.from({ length: 8 }, (_, n) => {
      const name = `r${round}-${n}`;
      return client.spawn(aProgram(folder, ["/bin/sleep", "infinity"], { name })).catch(() => null);
    });
    if (round % 2 === 0) await Promise.race([spawns[round % 8], client.closed]);
    keeper.kill("SIGKILL");
    const answered = (await Promise.all(spawns)).filter((child) => child !== null);
    await keeper.ended;
    scene = await scenes.successor(scene);
    const known = (await scene.client.status()).children.map((child) => child.pid);
    expect(known).toEqual(expect.arrayContaining(answered.map((child) => child.pid)));
    await waitFor("all that lives to be known", async () => {
      const living = await processesOf(`SCENE=${folder}`);
      return living.every((pid) => known.includes(pid));
    });
  }
});
