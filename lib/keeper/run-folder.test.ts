import { readdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { expect, test } from "vitest";
import { aProgram, keeperScenes, python } from "../testing/keeper-scene.ts";
import { launchKeeper } from "../testing/start-keeper.ts";
import { waitFor } from "../testing/wait-for.ts";

const scenes = keeperScenes();

test("a second keeper on the same folder ends with 75, names the first one, and disturbs nothing", async () => {
  const first = await scenes.open();
  const child = await first.client.spawn(aProgram(first.folder, ["/bin/sleep", "infinity"]));
  const second = await launchKeeper({ folder: first.folder });
  expect(await second.ended).toEqual({ code: 75, signal: null });
  expect(second.stderr()).toMatch(
    new RegExp(`^keeper: another keeper \\(pid ${first.keeper.pid}\\)[^\\n]*\\.\\n$`),
  );
  expect((await first.client.status()).children).toMatchObject([child]);
  await first.keeper.connect().then((client) => client.close());
});

test("the run folder and everything in it are private", async () => {
  const { keeper } = await scenes.open();
  expect((await stat(keeper.runDir)).mode & 0o777).toBe(0o700);
  for (const name of ["keeper.sock", "keeper.json", "keeper.lock"]) {
    expect((await stat(`${keeper.runDir}/${name}`)).mode & 0o777).toBe(0o600);
  }
});

test("a full disk stops nothing; it is said once, and the state is saved when there is room again", async () => {
  const { folder, keeper, client, exits } = await scenes.open();
  const draft = `${keeper.runDir}/keeper.json.new`;
  await symlink("/dev/full", draft); // every write to it fails with ENOSPC
  for (let n = 1; n <= 5; n++) {
    await client.spawn(aProgram(folder, ["/bin/true"], { name: `p${n}` }));
    await waitFor("the exit", () => exits.length === n);
  }
  await client.listen({ name: "site", kind: "unix", path: `${folder}/site.sock`, backlog: 8 });
  expect(keeper.stderr().match(/No space left on device/g)).toHaveLength(1);

  await rm(draft);
  await waitFor("the state to be saved", async () => {
    const state = JSON.parse(await readFile(`${keeper.runDir}/keeper.json`, "utf8"));
    return state.seq === 5 && state.sockets.length === 1;
  });
});

test.each([
  ["no config", null],
  ["no JSON", "{"],
  ["an unknown field", '{"supervisor":{},"shutdownTimeoutMs":1,"extra":true}'],
  ["an incomplete supervisor", '{"supervisor":{"argv":["/bin/true"]},"shutdownTimeoutMs":1}'],
])("with %s the keeper does not start, says why and ends with 78", async (_what, text) => {
  const folder = await scenes.folder();
  const keeper = await launchKeeper({ folder, config: text });
  expect(await keeper.ended).toEqual({ code: 78, signal: null });
  expect(keeper.stderr()).toMatch(/^keeper: cannot start: .+\n$/);
});

test("two thousand programs later the keeper is as small as before", async () => {
  const { folder, client, exits } = await scenes.open();
  const run = async (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      await client.spawn(aProgram(folder, ["/bin/true"], { name: `p${n}` }));
      if (n % 50 === 49) await client.acknowledge(exits.at(-1)?.seq ?? 0);
    }
    await waitFor("all exits", () => exits.length === to);
    await client.acknowledge(to);
    return (await client.status()).rssBytes;
  };
  const before = await run(0, 200);
  const after = await run(200, 2_200);
  expect(after - before).toBeLessThan(1024 * 1024);
  expect(after).toBeLessThan(24 * 1024 * 1024);
});

test("descriptors the launcher left open do not reach the children", async () => {
  const { keeper, client } = await scenes.open();
  const { supervisor } = await client.status();
  expect((await readdir(`/proc/${supervisor.pid}/fd`)).sort()).toEqual(["0", "1", "2"]);
  expect((await readdir(`/proc/${keeper.pid}/fd`)).length).toBeLessThan(12);
});

test("a launcher that closed stdin, stdout and stderr, or has an odd locale, gets a keeper like any other", async () => {
  const folder = await scenes.folder();
  const closes = `import os, sys
os.closerange(0, 3)
os.environ["LC_ALL"] = "C"
os.execv(sys.executable, [sys.executable, "-X", "utf8=0", *sys.argv[1:]])`;
  const { client } = await scenes.start({ folder, launcher: python(closes) });
  const log = `${folder}/é✓.log`;
  await client.spawn(aProgram(folder, ["/bin/echo", "é✓"], { stdout: log }));
  await waitFor("its words", async () => (await readFile(log, "utf8")) === "é✓\n");
});
