import * as fs from "node:fs/promises";
import { expect, it } from "vitest";
import { releaseScenes } from "../../testing/release-scene.ts";
import { runCommand } from "../../testing/run-command.ts";
import { listReleases } from "./release-records.ts";

const scenes = releaseScenes();

it("a release is a copy of the code, without version control, environments and caches", async () => {
  const scene = await scenes.open();
  await scene.write({
    "app.py": "app = 1\n",
    "pkg/__init__.py": "",
    "pkg/__pycache__/x.pyc": "c",
    "old.pyc": "c",
    ".git/HEAD": "ref",
    "venv/pyvenv.cfg": "home = /usr/bin",
    "venv/lib/big.py": "x",
    "node_modules/a/index.js": "x",
    ".hidden": "kept",
  });
  await fs.mkdir(`${scene.source}/empty`);
  const { release, notes } = await scene.prepare(1);
  expect(notes).toEqual([]);
  expect(release).toMatchObject({ number: 1, files: 3, result: "pending", changes: null, kept: true });
  expect(await scene.system.files.list(scene.paths.release(1))).toEqual([
    ".hidden",
    "app.py",
    "empty",
    "pkg",
  ]);
  expect(await scene.system.files.list(`${scene.paths.release(1)}/pkg`)).toEqual(["__init__.py"]);
  expect(await scene.system.files.list(scene.paths.releases)).toEqual(["1", "1.json", "1.manifest.json"]);
});

it("an edit of the source reaches no release that is there already", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "one" });
  await scene.prepare(1);
  await fs.appendFile(`${scene.source}/app.py`, " two");
  expect(await scene.read(1, "app.py")).toBe("one");
});

it("what changed since the release before is counted by content", async () => {
  const scene = await scenes.open();
  await scene.write({ "a.py": "a", "b.py": "b", "c.py": "c", "same.py": "s" });
  await scene.prepare(1);
  await scene.write({ "a.py": "A", "d.py": "d", "same.py": "s" });
  await fs.rm(`${scene.source}/b.py`);
  const { release } = await scene.prepare(2);
  expect(release.changes).toEqual({ added: 1, changed: 1, removed: 1 });
  expect(release.changedPaths).toEqual(["a.py", "b.py", "d.py"]);
  expect((await listReleases(scene.context, scene.site.spec.name)).map(({ number }) => number)).toEqual([
    2, 1,
  ]);
});

it("links inside the source lead to the copy, links out of it to the same place as before", async () => {
  const scene = await scenes.open();
  await scene.write({ "conf/prod.py": "p", "app.py": "" });
  await fs.symlink("conf/prod.py", `${scene.source}/relative.py`);
  await fs.symlink(`${scene.source}/conf/prod.py`, `${scene.source}/absolute.py`);
  await fs.symlink("../../shared", `${scene.source}/conf/outside`);
  await scene.prepare(1);
  const at = (path: string) => fs.readlink(`${scene.paths.release(1)}/${path}`);
  expect(await at("relative.py")).toBe("conf/prod.py");
  expect(await at("absolute.py")).toBe("conf/prod.py");
  expect(await at("conf/outside")).toBe(`${scene.root}/shared`);
});

it("a source that became a link to what no site may have is refused when it is copied", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "one" });
  await scene.prepare(1);
  await fs.mkdir(`${scene.instance.data}/supervisor`);
  await fs.writeFile(`${scene.instance.data}/supervisor/desired.json`, "secret");
  for (const target of [`${scene.instance.data}/supervisor`, "/etc"]) {
    await fs.rm(scene.source, { recursive: true });
    await fs.symlink(target, scene.source);
    await expect(scene.prepare(2)).rejects.toMatchObject({ code: "source-refused" });
  }
  expect(await scene.system.files.list(scene.paths.releases)).not.toContain("2");
});

it.runIf(process.getuid?.() === 0)("root copies no folder of another user than the site's", async () => {
  const scene = await scenes.open();
  await fs.rm(scene.source, { recursive: true });
  await fs.mkdir(`${scene.root}/of-root`, { mode: 0o700 });
  await fs.symlink(`${scene.root}/of-root`, scene.source);
  await expect(scene.prepare(1)).rejects.toMatchObject({ code: "source-refused" });
  await fs.chown(`${scene.root}/of-root`, 65_533, 65_533);
  await expect(scene.prepare(1)).rejects.toMatchObject({ code: "source-refused" });
});

it("declared data is linked, not copied; a declared folder that is missing is made in the source", async () => {
  const scene = await scenes.open({
    spec: {
      persistent: [
        { path: "shop.db", kind: "file", reason: "r" },
        { path: "media/", kind: "directory", reason: "r" },
        { path: "media/avatars", kind: "directory", reason: "inside another" },
        { path: "var/later.db", kind: "file", reason: "not there yet" },
      ],
    },
  });
  await scene.write({ "app.py": "", "shop.db": "rows", "shop.db-wal": "journal" });
  await scene.prepare(1);
  const folder = scene.paths.release(1);
  expect(await fs.readlink(`${folder}/shop.db`)).toBe(`${scene.source}/shop.db`);
  expect(await fs.readlink(`${folder}/media`)).toBe(`${scene.source}/media`);
  expect(await scene.system.files.stat(`${folder}/shop.db-wal`)).toBeNull();
  expect((await scene.system.files.stat(`${scene.source}/media`))?.kind).toBe("directory");
  await fs.writeFile(`${folder}/var/later.db`, "new");
  expect(await fs.readFile(`${scene.source}/var/later.db`, "utf8")).toBe("new");
});

it("special files are left out and named", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "" });
  runCommand("mkfifo", [`${scene.source}/pipe`]);
  const { notes } = await scene.prepare(1);
  expect(notes).toEqual(["pipe is neither a file nor a folder and was left out."]);
  expect(await scene.system.files.list(scene.paths.release(1))).toEqual(["app.py"]);
});

it("a missing source says so and leaves nothing", async () => {
  const scene = await scenes.open();
  await fs.rm(scene.source, { recursive: true });
  await expect(scene.prepare(1)).rejects.toMatchObject({
    code: "source-missing",
    message: expect.stringContaining("does not exist"),
  });
});

it("code that is still being written makes no release; when it rests, it does", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "0", "other.py": "x" });
  let writes = 0;
  const { copy } = scene.system.files;
  scene.system.files = {
    ...scene.system.files,
    async copy(from, to, options) {
      const copied = await copy(from, to, options);
      // Somebody saves the file each time it was copied.
      if (from.endsWith("/app.py") && writes < 100) {
        writes += 1;
        await fs.appendFile(from, `${writes}`);
      }
      return copied;
    },
  };
  await expect(scene.prepare(1)).rejects.toMatchObject({ code: "source-changing", evidence: ["app.py"] });
  expect(await scene.system.files.list(scene.paths.releases)).toEqual([]);

  writes = 98;
  await scene.prepare(1);
  expect(await scene.read(1, "app.py")).toBe(await fs.readFile(`${scene.source}/app.py`, "utf8"));
});

it("a run without a copy keeps a record only", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1", "b.py": "22" });
  scene.site.spec.source.mode = "in-place";
  const { release } = await scene.prepare(1);
  expect(release).toMatchObject({ files: 2, sizeBytes: 3, changes: null });
  expect(await scene.system.files.list(scene.paths.releases)).toEqual(["1.json"]);
});

it("an interrupted preparation leaves no release and does not hinder the next", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1" });
  await fs.mkdir(`${scene.paths.release(1)}.partial`, { recursive: true });
  await fs.writeFile(`${scene.paths.release(1)}.partial/half.py`, "x");
  await scene.prepare(1);
  expect(await scene.system.files.list(scene.paths.release(1))).toEqual(["app.py"]);
});

it("static files are readable for nginx and the rest is as the source has it", async () => {
  const scene = await scenes.open({ spec: { static: [{ urlPath: "/static/", directory: "web/static" }] } });
  await scene.write({ "app.py": "", "web/static/css/a.css": "a", "web/secret.py": "s" });
  for (const [path, mode] of [
    ["web", 0o700],
    ["web/static", 0o700],
    ["web/static/css", 0o700],
    ["web/static/css/a.css", 0o600],
    ["web/secret.py", 0o600],
  ] as const) {
    await fs.chmod(`${scene.source}/${path}`, mode);
  }
  await scene.prepare(1);
  const mode = async (path: string) =>
    (await scene.system.files.stat(`${scene.paths.release(1)}/${path}`))?.mode;
  expect(await mode("web")).toBe(0o701);
  expect(await mode("web/static/css")).toBe(0o705);
  expect(await mode("web/static/css/a.css")).toBe(0o644);
  expect(await mode("web/secret.py")).toBe(0o600);
});

it("as root, a release belongs to the site's user, is open to nginx and closed to other sites", async () => {
  const scene = await scenes.open();
  if (!scene.system.accounts.privileged) {
    expect(scene.user).toEqual(scene.system.accounts.self);
    return;
  }
  await scene.write({ "app.py": "1" });
  await scene.prepare(1);
  expect(await scene.system.files.stat(scene.paths.release(1))).toMatchObject({
    uid: 65_534,
    gid: 33,
    mode: 0o750,
  });
  expect(await scene.system.files.stat(`${scene.paths.release(1)}/app.py`)).toMatchObject({ uid: 65_534 });
  expect(await scene.system.files.stat(scene.paths.releases)).toMatchObject({ uid: 0, mode: 0o711 });
  expect(await scene.system.files.stat(scene.paths.releaseRecord(1))).toMatchObject({ uid: 0, mode: 0o600 });
  const seen = await asUser(scene.system, 65_533, ["cat", `${scene.paths.release(1)}/app.py`]);
  expect(seen.stderr).toContain("Permission denied");
});

it("as root, the data in a root-owned source is given to the site's user, and what was changed is told", async () => {
  const scene = await scenes.open({
    ownedByRoot: true,
    spec: {
      persistent: [
        { path: "var/shop.db", kind: "file", reason: "r" },
        { path: "media", kind: "directory", reason: "r" },
        { path: ".env", kind: "file", reason: "r" },
      ],
    },
  });
  await scene.write({ "app.py": "1", "var/shop.db": "", "media/a/b.png": "b", ".env": "SECRET=1" });
  await fs.chmod(`${scene.source}/.env`, 0o600);
  const { notes } = await scene.prepare(1);
  if (!scene.system.accounts.privileged) {
    expect(notes).toEqual([]);
    return;
  }
  const { uid, gid, name } = scene.user;
  expect(name).toBe(`monban-${scene.site.spec.name}`);
  expect(notes).toHaveLength(4);
  expect(notes.join("\n")).toContain(`${scene.source}/var/shop.db now belongs to ${name}`);
  const stat = (path: string) => scene.system.files.stat(`${scene.source}/${path}`);
  expect(await stat("var/shop.db")).toMatchObject({ uid, gid });
  expect(await stat("var")).toMatchObject({ uid: 0, gid, mode: 0o1775 });
  expect(await stat("media/a/b.png")).toMatchObject({ uid, gid });
  expect(await stat(".env")).toMatchObject({ uid: 0, gid, mode: 0o640 });
  expect(await stat("app.py")).toMatchObject({ uid: 0, gid: 0 });
  expect((await scene.prepare(2)).notes).toEqual([]);
});

it("as root, a source that the site's user cannot get to is refused with the folder that is closed", async () => {
  const scene = await scenes.open({ spec: { persistent: [{ path: "shop.db", kind: "file", reason: "r" }] } });
  await scene.write({ "app.py": "1", "shop.db": "" });
  if (!scene.system.accounts.privileged) return;
  await fs.chmod(scene.root, 0o700);
  await expect(scene.prepare(1)).rejects.toMatchObject({
    code: "folder-closed",
    message: expect.stringContaining(`${scene.root} is closed to others`),
  });
});

it("a folder swapped for a link while it is copied gives nothing away", async () => {
  const scene = await scenes.open();
  await scene.write({ "app.py": "1", "assets/key": "mine" });
  await fs.mkdir(`${scene.root}/secret`);
  await fs.writeFile(`${scene.root}/secret/key`, "root's own");
  const { copy } = scene.system.files;
  let swapped = false;
  scene.system.files = {
    ...scene.system.files,
    async copy(from, to, options) {
      if (from.endsWith("/assets/key") && !swapped) {
        swapped = true;
        await fs.rename(`${scene.source}/assets`, `${scene.source}/moved`);
        await fs.symlink(`${scene.root}/secret`, `${scene.source}/assets`);
      }
      return copy(from, to, options);
    },
  };
  await scene.prepare(1);
  expect((await scene.system.files.stat(`${scene.paths.release(1)}/assets`))?.kind).toBe("symlink");
  expect(await scene.read(1, "moved/key")).toBe("mine");
});

function asUser(
  system: Awaited<ReturnType<typeof scenes.open>>["system"],
  uid: number,
  [file, ...args]: string[],
) {
  return system.run({ file: file!, args, env: { PATH: "/usr/bin:/bin" }, uid, gid: uid, timeoutMs: 10_000 });
}
