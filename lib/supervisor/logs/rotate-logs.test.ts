import {
  appendFile,
  chmod,
  chown,
  open,
  readdir,
  readFile,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LogFiles } from "../../system/log-files.ts";
import { realFiles } from "../../system/real-files.ts";
import { realLogFiles } from "../../system/real-log-files.ts";
import { mountSmallDisk, type SmallDisk } from "../../testing/full-disk.ts";
import { createTempFolder, type TempFolder } from "../../testing/temp-folder.ts";
import { createLogRotation, type LogRotationOptions, removeSiteLogs, siteLogs } from "./rotate-logs.ts";

let temp: TempFolder;
let disk: SmallDisk | null = null;
let reopened = 0;
let folder = "";
const isRoot = process.getuid?.() === 0;

beforeEach(async () => {
  temp = await createTempFolder();
  folder = temp.path;
  reopened = 0;
});
afterEach(async () => {
  await disk?.remove();
  disk = null;
  await temp.remove();
});

function rotation(more: Partial<LogRotationOptions> = {}) {
  return createLogRotation({
    files: realLogFiles,
    clock: { now: () => Date.UTC(2026, 10, 23, 8) },
    reopen: async () => {
      reopened++;
    },
    rotateAtBytes: 1_000,
    keep: 3,
    ...more,
  });
}
const at = (name: string) => `${folder}/${name}`;
const logs = () =>
  siteLogs({ accessLog: at("access.log"), errorLog: at("error.log"), appLog: at("app.log") });
const lines = (count: number, word = "line") =>
  Array.from({ length: count }, (_, i) => `${word} ${i}\n`).join("");

test("small logs are left alone, and nginx opens its logs once after a start", async () => {
  await writeFile(at("access.log"), "x\n");
  const subject = rotation();
  expect(await subject.turn(logs())).toEqual({ rotated: [], notices: [] });
  await subject.turn(logs());
  expect(reopened).toBe(1);
  expect(await readdir(folder)).toEqual(["access.log"]);
});

test("a log of nginx is renamed, its place taken by an empty file of the same owner, and nginx told", async () => {
  await writeFile(at("access.log"), lines(500));
  await chmod(at("access.log"), 0o640);
  if (isRoot) await chown(at("access.log"), 12_345, 23_456);
  const before = await stat(at("access.log"));
  const subject = rotation();
  expect(await subject.turn(logs())).toEqual({ rotated: [at("access.log")], notices: [] });
  expect(await readFile(at("access.log.1"), "utf8")).toBe(lines(500));
  expect((await stat(at("access.log.1"))).ino).toBe(before.ino);
  const fresh = await stat(at("access.log"));
  expect(fresh).toMatchObject({ size: 0, mode: before.mode, uid: before.uid, gid: before.gid });
  expect(reopened).toBe(1);
});

test("a log that workers hold open is copied and emptied, and they go on writing into it", async () => {
  const held = await open(at("app.log"), "a", 0o640);
  await held.write(lines(300));
  if (isRoot) await chown(at("app.log"), 12_345, 23_456);
  const before = await stat(at("app.log"));
  const { rotated } = await rotation().turn(logs());
  expect(rotated).toEqual([at("app.log")]);
  await held.write("after\n");
  await held.close();
  expect(await readFile(at("app.log.1"), "utf8")).toBe(lines(300));
  expect(await readFile(at("app.log"), "utf8")).toMatch(
    /^\[2026-11-23 08:00:00,000 \+0000\] \[monban\] \[INFO\] .*\nafter\n$/,
  );
  const copy = await stat(at("app.log.1"));
  expect(copy).toMatchObject({ mode: before.mode, uid: before.uid, gid: before.gid });
});

test.each(["access.log", "app.log"])("of %s no more parts are kept than asked for", async (name) => {
  const subject = rotation();
  for (let round = 0; round < 6; round++) {
    await appendFile(at(name), lines(200, `round ${round}:`));
    await subject.turn(logs());
  }
  expect((await readdir(folder)).sort()).toEqual([name, `${name}.1`, `${name}.2`, `${name}.3`]);
  expect(await readFile(at(`${name}.3`), "utf8")).toContain("round 3:");
});

test("a log that outgrew everything is kept in its last part, and that is said", async () => {
  await writeFile(at("app.log"), lines(50_000));
  const { notices } = await rotation().turn(logs());
  expect(notices).toMatchObject([{ level: "warning", code: "log-dropped" }]);
  const kept = await readFile(at("app.log.1"), "utf8");
  expect(kept.length).toBeLessThanOrEqual(4_000);
  expect(kept).toMatch(/^line \d+\n/);
  expect(kept.endsWith("line 49999\n")).toBe(true);
});

test("nginx that could not be told is told again", async () => {
  let fails = true;
  const reopen = async () => {
    if (fails) throw new Error("no such process");
    reopened++;
  };
  const subject = rotation({ reopen });
  expect((await subject.turn([])).notices).toMatchObject([{ code: "log-reopen-failed" }]);
  fails = false;
  expect((await subject.turn([])).notices).toEqual([]);
  await subject.turn([]);
  expect(reopened).toBe(1);
});

test("a full disk is told, costs no line, and the log is rotated when there is room", async () => {
  disk = await mountSmallDisk(`${temp.path}/disk`);
  folder = disk.folder;
  await writeFile(at("app.log"), lines(60_000));
  const before = await readFile(at("app.log"), "utf8");
  const full = rotation({ files: disk.logFiles, rotateAtBytes: 200_000 });
  expect((await full.turn(logs())).notices).toMatchObject([{ level: "error", code: "disk-full" }]);
  expect(await readFile(at("app.log"), "utf8")).toBe(before);
  expect(await readdir(folder)).toEqual(["app.log"]);
  await truncate(at("app.log"), 250_000);
  const room = rotation({ rotateAtBytes: 200_000 });
  expect(await room.turn(logs())).toEqual({ rotated: [at("app.log")], notices: [] });
});

test("on a full disk the oldest part makes room for the newest", async () => {
  let room = 0;
  await writeFile(at("app.log"), lines(500));
  await writeFile(at("app.log.3"), "oldest\n");
  const files: LogFiles = {
    ...realLogFiles,
    async rotateByCopy(path, options) {
      if (room === 0) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
      return realLogFiles.rotateByCopy(path, options);
    },
    async removeOldestPart(path, keep) {
      room++;
      return realLogFiles.removeOldestPart(path, keep);
    },
  };
  expect((await rotation({ files }).turn(logs())).notices.filter(({ code }) => code === "disk-full")).toEqual(
    [],
  );
  expect((await readdir(folder)).sort()).toEqual(["app.log", "app.log.1"]);
});

test("a log that cannot be rotated does not keep the others from it", async () => {
  await writeFile(at("access.log"), lines(500));
  await writeFile(at("error.log"), lines(500));
  const files: LogFiles = {
    ...realLogFiles,
    async rotateByRename(path, keep) {
      if (path === at("access.log"))
        throw Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
      return realLogFiles.rotateByRename(path, keep);
    },
  };
  const { rotated, notices } = await rotation({ files }).turn(logs());
  expect(rotated).toEqual([at("error.log")]);
  expect(notices).toMatchObject([
    { code: "log-rotation-failed", detail: expect.stringContaining("access.log") },
  ]);
});

test("the logs of a purged site go with all their parts", async () => {
  await realFiles.makeFolder(at("shop"));
  await writeFile(at("shop/app.log.2"), "x");
  await removeSiteLogs(realFiles, { logs: at("shop") });
  expect(await readdir(folder)).toEqual([]);
});
