import * as fs from "node:fs/promises";
import { expect, it } from "vitest";
import { releaseScenes } from "../../testing/release-scene.ts";
import { pruneAfterRollout } from "./prune.ts";
import { listReleases, readPersistentTable } from "./release-records.ts";
import { findStrays } from "./strays.ts";

const scenes = releaseScenes();

it("what the application wrote into a release is found, caches and pid files are not", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1", "seed.db": "seed", "touched.py": "t", "data/keep": "k" });
  await scene.deploy(1);
  await scene.writeInRelease(1, {
    "seed.db": "changed",
    "seed.db-wal": "w",
    "notes.txt": "n",
    "data/new.json": "{}",
    "up/loads/a.png": "12345",
    "__pycache__/app.pyc": "c",
    "app.pid": "1",
    ".cache/x": "x",
  });
  const later = new Date(Date.now() + 60_000);
  await fs.utimes(`${scene.paths.release(1)}/touched.py`, later, later);
  expect(await findStrays(scene.context, scene.site, 1)).toEqual([
    { path: "data/new.json", kind: "file", sizeBytes: 2, change: "appeared" },
    { path: "notes.txt", kind: "file", sizeBytes: 1, change: "appeared" },
    { path: "seed.db", kind: "file", sizeBytes: 7, change: "changed" },
    { path: "up", kind: "directory", sizeBytes: 5, change: "appeared" },
  ]);
});

it("what the application wrote stays visible in every later release, from its first place", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1", "seed.db": "seed" });
  await scene.deploy(1);
  await scene.writeInRelease(1, { "seed.db": "changed", "notes.txt": "n1", "up/a.png": "a" });
  await scene.deploy(2);
  await fs.appendFile(`${scene.paths.release(2)}/notes.txt`, " n2");
  await fs.writeFile(`${scene.paths.release(2)}/up/b.png`, "b");
  await scene.deploy(3);
  for (const number of [2, 3]) {
    expect(await fs.readlink(`${scene.paths.release(number)}/notes.txt`)).toBe(
      `${scene.paths.release(1)}/notes.txt`,
    );
    expect(await scene.read(number, "notes.txt")).toBe("n1 n2");
    expect(await scene.read(number, "seed.db")).toBe("changed");
    expect(await scene.read(number, "up/b.png")).toBe("b");
  }
  expect(await findStrays(scene.context, scene.site, 2)).toEqual([]);
  const { entries } = await readPersistentTable(scene.context, scene.site.spec.name);
  expect(entries.map(({ path, foundInRelease }) => [path, foundInRelease])).toEqual([
    ["notes.txt", 1],
    ["seed.db", 1],
    ["up", 1],
  ]);
});

it("where the source changed too, the new source wins and the other is kept and told", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1", "config.json": "v1" });
  await scene.deploy(1);
  await scene.writeInRelease(1, { "config.json": "by the app", "new.txt": "by the app" });
  await scene.write({ "config.json": "v2", "new.txt": "by the developer" });
  const { notes } = await scene.deploy(2);
  expect(await scene.read(2, "config.json")).toBe("v2");
  expect(await scene.read(2, "new.txt")).toBe("by the developer");
  expect(await scene.read(1, "config.json")).toBe("by the app");
  expect(notes).toHaveLength(2);
  expect(notes[0]).toContain(`the other is kept at ${scene.paths.release(1)}/config.json`);
  await scene.prune(1, 2);
  await scene.deploy(3);
  await scene.deploy(4);
  await scene.prune(1, 4);
  expect(await scene.read(1, "config.json")).toBe("by the app");
});

it("a folder that both have is shown as one", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1" });
  await scene.deploy(1);
  await scene.writeInRelease(1, { "up/a.png": "a", "up/deep/b.png": "b" });
  await scene.write({ "up/.gitkeep": "", "up/deep/.gitkeep": "" });
  await scene.deploy(2);
  expect(await scene.read(2, "up/a.png")).toBe("a");
  expect(await scene.read(2, "up/deep/b.png")).toBe("b");
  expect(await scene.system.files.list(`${scene.paths.release(2)}/up/deep`)).toEqual([".gitkeep", "b.png"]);
});

it("a file written while the next release was already prepared is carried over when the old one has ended", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1" });
  await scene.deploy(1);
  await scene.deploy(2);
  await scene.writeInRelease(1, { "late.txt": "late", "both.txt": "old" });
  await scene.writeInRelease(2, { "both.txt": "new" });
  const notes = await scene.carry(1, 2);
  expect(await scene.read(2, "late.txt")).toBe("late");
  expect(await scene.read(2, "both.txt")).toBe("new");
  expect(await scene.read(1, "both.txt")).toBe("old");
  expect(notes).toHaveLength(1);
});

it("a rollback sees the data as it is now", async () => {
  const scene = await scenes.open({ spec: { persistent: [{ path: "shop.db", kind: "file", reason: "r" }] } });
  await scene.write({ "app.py": "1", "shop.db": "rows", "seed.db": "seed", "up/.gitkeep": "" });
  scene.site.spec.persistent = [];
  await scene.deploy(1);
  scene.site.spec.persistent = [{ path: "shop.db", kind: "file", reason: "r" }];
  await scene.deploy(2);
  await scene.writeInRelease(2, { "seed.db": "changed", "notes.txt": "n" });
  await fs.appendFile(`${scene.paths.release(2)}/shop.db`, " more");
  expect(await scene.link(1)).toEqual([]);
  expect(await scene.link(1)).toEqual([]);
  expect(await scene.read(1, "shop.db")).toBe("rows more");
  expect(await scene.read(1, "seed.db")).toBe("changed");
  expect(await scene.read(1, "notes.txt")).toBe("n");
  expect(await scene.read(1, "app.py")).toBe("1");
});

it("what an older release had changed itself is set aside before it is linked to the data", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1", "state.json": "s1" });
  await scene.deploy(1);
  await scene.write({ "state.json": "s2" });
  await scene.deploy(2);
  await scene.writeInRelease(1, { "state.json": "of release 1" });
  await scene.writeInRelease(2, { "state.json": "of release 2" });
  const notes = await scene.link(1);
  expect(await scene.read(1, "state.json")).toBe("of release 2");
  expect(notes).toEqual([expect.stringContaining(`set aside as ${scene.paths.home}/aside/1/state.json`)]);
  expect(await fs.readFile(`${scene.paths.home}/aside/1/state.json`, "utf8")).toBe("of release 1");
});

it("a program that replaces the link by a new file does not lose what it wrote", async () => {
  const scene = await scenes.open({
    spec: { persistent: [{ path: "state.json", kind: "file", reason: "r" }] },
  });
  await scene.write({ "app.py": "1", "state.json": "old" });
  await scene.deploy(1);
  await scene.writeInRelease(1, { "state.json.tmp": "new" });
  await fs.rename(`${scene.paths.release(1)}/state.json.tmp`, `${scene.paths.release(1)}/state.json`);
  await scene.deploy(2);
  expect(await scene.read(2, "state.json")).toBe("new");
  await scene.deploy(3);
  expect(await scene.read(3, "state.json")).toBe("new");
  expect(await fs.readFile(`${scene.source}/state.json`, "utf8")).toBe("old");
});

it("naming a database as data after the application filled its copy keeps the rows, not the seed", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1", "app.db": "seed" });
  await scene.deploy(1);
  await scene.writeInRelease(1, { "app.db": "rows" });
  scene.site.spec.persistent = [{ path: "app.db", kind: "file", reason: "named by hand" }];
  await scene.deploy(2);
  expect(await scene.read(2, "app.db")).toBe("rows");
  await scene.deploy(3);
  expect(await scene.read(3, "app.db")).toBe("rows");
});

it("a database that the serving release may have open is never replaced under it", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1", "app.db": "seed" });
  await scene.deploy(1);
  const before = await scene.system.files.stat(`${scene.paths.release(1)}/app.db`);
  scene.site.spec.persistent = [{ path: "app.db", kind: "file", reason: "named by hand" }];
  expect(await scene.link(1)).toEqual([]);
  expect(await scene.system.files.stat(`${scene.paths.release(1)}/app.db`)).toEqual(before);
  await scene.writeInRelease(1, { "app.db": "rows" });
  await scene.deploy(2);
  expect(await scene.read(2, "app.db")).toBe("rows");
});

it("as root, a folder of root's that is named as data later takes in what the application wrote before", async () => {
  const scene = await scenes.open({ ownedByRoot: true });
  await scene.write({ "app.py": "1" });
  await scene.deploy(1);
  await scene.writeInRelease(1, { "up/a.png": "a" });
  await scene.write({ "up/b.png": "b" });
  scene.site.spec.persistent = [{ path: "up", kind: "directory", reason: "named by hand" }];
  await scene.deploy(2);
  expect(await scene.read(2, "up/a.png")).toBe("a");
  expect(await scene.read(2, "up/b.png")).toBe("b");
});

it("naming a folder as data after the application made it shows old and new files", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1" });
  await scene.deploy(1);
  await scene.writeInRelease(1, { "up/a.png": "a" });
  scene.site.spec.persistent = [{ path: "up", kind: "directory", reason: "named by hand" }];
  await scene.deploy(2);
  expect(await scene.read(2, "up/a.png")).toBe("a");
  await scene.write({ "up/b.png": "b" });
  await scene.deploy(3);
  expect(await scene.read(3, "up/a.png")).toBe("a");
  expect(await scene.read(3, "up/b.png")).toBe("b");
  await fs.writeFile(`${scene.paths.release(3)}/up/c.png`, "c");
  expect(await fs.readFile(`${scene.source}/up/c.png`, "utf8")).toBe("c");
});

it("in a stopped site data moves to the source folder, with a database's journals, and every release sees it", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1" });
  await scene.deploy(1);
  await scene.writeInRelease(1, { "var/app.db": "rows", "var/app.db-wal": "journal", "up/a.png": "a" });
  await scene.deploy(2);
  const notes = await scene.settle();
  expect(notes).toHaveLength(2);
  expect(await fs.readFile(`${scene.source}/var/app.db`, "utf8")).toBe("rows");
  expect(await fs.readFile(`${scene.source}/var/app.db-wal`, "utf8")).toBe("journal");
  expect(await fs.readlink(`${scene.paths.release(2)}/up`)).toBe(`${scene.source}/up`);
  expect(await scene.read(1, "up/a.png")).toBe("a");
  expect(await scene.settle()).toEqual([]);
  await scene.deploy(3);
  expect(await fs.readlink(`${scene.paths.release(3)}/var`)).toBe(`${scene.source}/var`);
  await scene.prune(1, 3);
  expect(await scene.system.files.list(scene.paths.release(1))).toEqual([]);
});

it("where the source may not be written, data moves to a folder of the site's own", async () => {
  const scene = await scenes.open({ ownedByRoot: true });
  await scene.write({ "app.py": "1" });
  await scene.deploy(1);
  await scene.writeInRelease(1, { "notes.txt": "n" });
  await fs.chmod(scene.source, 0o555);
  await scene.settle();
  const { entries } = await readPersistentTable(scene.context, scene.site.spec.name);
  expect(entries[0]?.location).toBe(`${scene.paths.home}/persistent/notes.txt`);
  expect(await scene.read(1, "notes.txt")).toBe("n");
  await scene.deploy(2);
  expect(await scene.read(2, "notes.txt")).toBe("n");
  await fs.chmod(scene.source, 0o755);
});

it("a move that was interrupted is finished at the next look", async () => {
  for (const interruptedAfter of ["nothing", "journals", "rename"]) {
    const scene = await scenes.open();
    await scene.write({ "app.py": "1" });
    await scene.deploy(1);
    await scene.writeInRelease(1, { "app.db": "rows", "app.db-wal": "journal" });
    await scene.deploy(2);
    const { entries } = await readPersistentTable(scene.context, scene.site.spec.name);
    const to = `${scene.source}/app.db`;
    await scene.system.files.writeAtomic(
      scene.paths.persistent,
      JSON.stringify({ entries: entries.map((entry) => ({ ...entry, movingTo: to })) }),
    );
    if (interruptedAfter !== "nothing") await fs.rename(`${scene.paths.release(1)}/app.db-wal`, `${to}-wal`);
    if (interruptedAfter === "rename") await fs.rename(`${scene.paths.release(1)}/app.db`, to);
    await scene.settle();
    expect(await fs.readFile(to, "utf8"), interruptedAfter).toBe("rows");
    expect(await fs.readFile(`${to}-wal`, "utf8")).toBe("journal");
    expect(await scene.read(2, "app.db")).toBe("rows");
    expect(await fs.readlink(`${scene.paths.release(2)}/app.db`)).toBe(to);
  }
});

it("pruning removes code, keeps data, says so, and never touches what still runs", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1", "pkg/a.py": "a" });
  await scene.deploy(1);
  await scene.writeInRelease(1, { "pkg/app.db": "rows", "pkg/app.db-wal": "w", "__pycache__/x.pyc": "x" });
  for (const number of [2, 3, 4, 5]) await scene.deploy(number);
  await fs.mkdir(`${scene.paths.environments}/${"a".repeat(32)}`, { recursive: true });
  const notes = await scene.prune(1, 5, [2]);
  expect(notes).toEqual([
    expect.stringContaining("pkg/app.db (1 KB), which the application wrote into it, stays"),
  ]);
  const exists = async (number: number) =>
    (await scene.system.files.stat(scene.paths.release(number))) !== null;
  expect(await Promise.all([1, 2, 3, 4, 5].map(exists))).toEqual([true, true, false, true, true]);
  expect(await scene.system.files.list(scene.paths.release(1))).toEqual(["pkg"]);
  expect(await scene.system.files.list(`${scene.paths.release(1)}/pkg`)).toEqual(["app.db", "app.db-wal"]);
  expect(await scene.read(5, "pkg/app.db")).toBe("rows");
  expect(await scene.system.files.list(scene.paths.environments)).toEqual([]);
  const records = await listReleases(scene.context, scene.site.spec.name);
  expect(records.map(({ number, kept }) => [number, kept])).toEqual([
    [5, true],
    [4, true],
    [3, false],
    [2, true],
    [1, false],
  ]);
  expect(records.at(-1)?.strays).toMatchObject([{ path: "pkg/app.db", change: "appeared" }]);
  expect(await scene.prune(1, 5, [2])).toEqual([]);
});

it("a release whose list of files is lost is not removed", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1" });
  for (const number of [1, 2, 3]) await scene.deploy(number);
  await fs.rm(scene.paths.releaseManifest(1));
  expect(await scene.prune(1, 3)).toEqual([expect.stringContaining("code and data cannot be told apart")]);
  expect(await scene.read(1, "app.py")).toBe("1");
});

it("a site that begins to run in place sees the data of its releases, or is told what is in the way", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1", "app.db": "seed" });
  await scene.deploy(1);
  await scene.writeInRelease(1, { "notes.txt": "n", "up/a.png": "a" });
  scene.site.spec.source.mode = "in-place";
  await scene.prepare(2);
  expect(await fs.readFile(`${scene.source}/notes.txt`, "utf8")).toBe("n");
  expect(await fs.readFile(`${scene.source}/up/a.png`, "utf8")).toBe("a");

  scene.site.spec.source.mode = "snapshot";
  await scene.deploy(3);
  expect(await scene.read(3, "notes.txt")).toBe("n");
  await scene.writeInRelease(3, { "app.db": "rows" });
  scene.site.spec.source.mode = "in-place";
  for (const number of [4, 4]) {
    await expect(scene.prepare(number)).rejects.toMatchObject({
      code: "data-in-releases",
      evidence: [expect.stringContaining("app.db was written")],
    });
  }
  expect(await fs.readFile(`${scene.source}/app.db`, "utf8")).toBe("seed");
  expect(await scene.read(3, "app.db")).toBe("rows");
});

it("after a rollout the record of the former release names what was written into it", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1" });
  await scene.deploy(1);
  await scene.deploy(2);
  await scene.writeInRelease(1, { "late.txt": "late" });
  const runtime = { current: null, generations: [] };
  expect(await pruneAfterRollout({ context: scene.context, site: scene.site, runtime })).toEqual([]);
  expect(await scene.read(2, "late.txt")).toBe("late");
  const [current, former] = await listReleases(scene.context, scene.site.spec.name);
  expect(current?.current).toBe(true);
  expect(former?.strays).toEqual([{ path: "late.txt", kind: "file", sizeBytes: 4, change: "appeared" }]);
  // A generation that runs nobody knows what keeps every release.
  scene.site.spec.rollout.keepReleases = 1;
  const unknown = { current: null, generations: [{ number: 9 }] };
  expect(await pruneAfterRollout({ context: scene.context, site: scene.site, runtime: unknown })).toEqual([
    "No old release was removed: it is not known which ones still run.",
  ]);
});
