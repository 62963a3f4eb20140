import { appendFile, open, rename, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LogPage, LogQuery } from "../../control/contract.ts";
import { logPageSchema, logQuerySchema } from "../../control/contract.ts";
import { CUT_MARK } from "../../core/log-lines.ts";
import type { LogFiles } from "../../system/log-files.ts";
import { realLogFiles } from "../../system/real-log-files.ts";
import { createTempFolder, type TempFolder } from "../../testing/temp-folder.ts";
import { LogCursorError } from "./log-parts.ts";
import { type LogPaths, readLogPage } from "./read-page.ts";

let temp: TempFolder;
let paths: LogPaths;
const clock = { now: () => Date.now() + 60_000 };

beforeEach(async () => {
  temp = await createTempFolder();
  const at = (name: string) => `${temp.path}/${name}.log`;
  paths = { accessLog: at("access"), errorLog: at("error"), appLog: at("app") };
});
afterEach(() => temp.remove());

type Asked = Partial<LogQuery> & { maxScanBytes?: number; files?: LogFiles };

async function page({ maxScanBytes, files = realLogFiles, ...query }: Asked = {}): Promise<LogPage> {
  const whole = logQuerySchema.parse({ source: "app", ...query });
  return logPageSchema.parse(
    await readLogPage(paths, whole, { files, clock, ...(maxScanBytes ? { maxScanBytes } : {}) }),
  );
}

/** All lines by going back page by page, oldest first; `between` runs after each page. */
async function readAllBackward(
  asked: Asked,
  between: () => Promise<void> = async () => undefined,
): Promise<string[]> {
  let all: string[] = [];
  let before: string | undefined;
  for (let pages = 0; pages < 10_000; pages++) {
    const { data, before: next } = await page({ ...asked, ...(before ? { before } : {}) });
    all = [...data.map((line) => line.text), ...all];
    if (next === null) return all;
    before = next;
    await between();
  }
  throw new Error("the pages have no end");
}

const numbered = (from: number, to: number) =>
  Array.from(
    { length: to - from },
    (_, index) => `line ${from + index}${" and more".repeat((from + index) % 40)}`,
  );
const text = (lines: string[]) => lines.map((line) => `${line}\n`).join("");
const rotateByCopy = (header: string) =>
  realLogFiles.rotateByCopy(paths.appLog, { keep: 5, header, maxCopyBytes: 1e9 });

test("a log that is not there, or is empty, is an empty page", async () => {
  expect(await page()).toEqual({ data: [], before: null, after: null });
  await writeFile(paths.appLog, "");
  expect(await page()).toEqual({ data: [], before: null, after: null });
});

test("the newest lines come first, newest last, and the page before them follows", async () => {
  await writeFile(paths.appLog, text(numbered(0, 10)));
  const last = await page({ limit: 3 });
  expect(last.data.map((line) => line.text)).toEqual(numbered(7, 10));
  const earlier = await page({ limit: 100, before: last.before ?? "" });
  expect(earlier.data.map((line) => line.text)).toEqual(numbered(0, 7));
  expect(earlier.before).toBeNull();
});

test.each([1, 7, 200])("pages of %d lines tell every line of all parts exactly once", async (limit) => {
  const lines = numbered(0, 600);
  await writeFile(`${paths.appLog}.2`, text(lines.slice(0, 100)));
  await writeFile(`${paths.appLog}.1`, text(lines.slice(100, 350)));
  await writeFile(paths.appLog, text(lines.slice(350)));
  expect(await readAllBackward({ limit })).toEqual(lines);
});

test("blocks end anywhere in a line, and long lines are cut and never lost", async () => {
  const lines = Array.from({ length: 60 }, (_, index) => `${index} ${"é".repeat((index * 7919) % 30_000)}`);
  lines[20] = `20 ${"y".repeat(900_000)}`;
  await writeFile(paths.appLog, text(lines));
  const found = await readAllBackward({ limit: 9 });
  expect(found.map((line) => Number.parseInt(line, 10))).toEqual(lines.map((_, index) => index));
  expect(found[20]?.endsWith(CUT_MARK)).toBe(true);
});

test.each(["rename", "copy"] as const)(
  "a rotation by %s between two pages makes no gap and no duplicate",
  async (by) => {
    const lines = numbered(0, 500);
    await writeFile(paths.appLog, text(lines));
    let rotations = 0;
    const found = await readAllBackward({ limit: 50 }, async () => {
      if (rotations >= 4) return;
      rotations++;
      if (by === "rename") await realLogFiles.rotateByRename(paths.appLog, 5);
      else await rotateByCopy(`[2026-11-23 08:00:00,00${rotations} +0000] [monban] [INFO] rotated`);
      await appendFile(paths.appLog, text([`newer ${rotations}`]));
    });
    expect(found).toEqual(lines);
  },
);

test("a rotation while a page is read does not mix two texts", async () => {
  const lines = numbered(0, 3_000);
  await writeFile(paths.appLog, text(lines));
  let rotated = false;
  const files: LogFiles = {
    ...realLogFiles,
    async open(path) {
      const handle = await realLogFiles.open(path);
      if (path.endsWith(".1") && !rotated) {
        rotated = true;
        await rotateByCopy("[2026-11-23 08:00:00,001 +0000] [monban] [INFO] rotated");
      }
      return handle;
    },
  };
  const found = await page({ files, limit: 1_000 });
  expect(found.data.map((line) => line.text).slice(0, -1)).toEqual(lines.slice(-999));
});

test("reading on from the end tells what came since, across a rotation", async () => {
  await writeFile(paths.appLog, text(numbered(0, 20)));
  let after = (await page({ limit: 5 })).after ?? "";
  const seen: string[] = [];
  for (let round = 0; round < 6; round++) {
    const batch = [`round ${round} a`, `round ${round} b`];
    await appendFile(paths.appLog, text(batch));
    if (round === 2) await realLogFiles.rotateByRename(paths.appLog, 5);
    if (round === 4) await rotateByCopy("[2026-11-23 08:00:00,001 +0000] [monban] [INFO] rotated");
    const next = await page({ after, limit: 3 });
    seen.push(...next.data.map((line) => line.text));
    after = next.after ?? "";
  }
  seen.push(...(await page({ after })).data.map((line) => line.text));
  const rounds = [0, 1, 2, 3, 4, 5].flatMap((round) => [`round ${round} a`, `round ${round} b`]);
  expect(seen.filter((line) => !line.includes("[monban]"))).toEqual(rounds);
  expect((await page({ after })).data).toEqual([]);
});

test("text is found in whatever case, in all parts", async () => {
  await writeFile(`${paths.appLog}.1`, text(["Payment FAILED for 12", ...numbered(0, 5000)]));
  await writeFile(paths.appLog, text(["payment failed for 13", ...numbered(0, 5000)]));
  const found = await page({ contains: "Payment Failed" });
  expect(found.data.map((line) => line.text)).toEqual(["Payment FAILED for 12", "payment failed for 13"]);
  expect(found.before).toBeNull();
});

test("a level finds whole tracebacks, also where a block begins in the middle of one", async () => {
  const traceback = [
    "[2026-11-23 08:00:00 +0000] [7] [ERROR] Error handling request /",
    "Traceback (most recent call last):",
    ...Array.from({ length: 20 }, (_, index) => `  File "/srv/app.py", line ${index}`),
    "ValueError: boom",
  ];
  const noise = Array.from({ length: 50 }, (_, index) => `[2026-11-23 08:00:00 +0000] [7] [INFO] ${index}`);
  const lines = Array.from({ length: 400 }, () => [...traceback, ...noise]).flat();
  await writeFile(paths.appLog, text(lines));
  const found = await readAllBackward({ level: "error", limit: 1_000 });
  expect(found).toHaveLength(400 * traceback.length);
  expect(found.slice(0, traceback.length)).toEqual(traceback);
});

test("a large log is read in small pieces, and a search that finds nothing says where to go on", async () => {
  const file = await open(paths.appLog, "w");
  await file.write("first line\nsecond line\n", 0);
  await file.truncate(1024 ** 3);
  await file.write(`\n${text(numbered(0, 1_000))}`, 1024 ** 3 - 1);
  await file.close();
  let largest = 0;
  let total = 0;
  const files: LogFiles = {
    ...realLogFiles,
    async open(path) {
      const handle = await realLogFiles.open(path);
      if (!handle) return null;
      return {
        ...handle,
        read(offset, length) {
          largest = Math.max(largest, length);
          total += length;
          return handle.read(offset, length);
        },
      };
    },
  };
  const last = await page({ files, limit: 1_000 });
  expect(last.data.map((line) => line.text)).toEqual(numbered(0, 1_000));
  expect(total).toBeLessThan(1024 ** 2);
  total = 0;
  const search = await page({ files, contains: "second", maxScanBytes: 8 * 1024 ** 2 });
  expect(search.data).toEqual([]);
  expect(search.before).not.toBeNull();
  expect(total).toBeLessThan(9 * 1024 ** 2);
  expect(largest).toBeLessThanOrEqual(256 * 1024);
  const rest = await page({
    files,
    contains: "second",
    before: search.before ?? "",
    maxScanBytes: 2 * 1024 ** 3,
  });
  expect(rest.data.map((line) => line.text)).toEqual(["second line"]);
}, 60_000);

test("an unfinished last line waits until it is finished, or until nobody writes any more", async () => {
  await writeFile(paths.appLog, "whole\nhalf");
  const now = new Date(clock.now());
  await utimes(paths.appLog, now, now);
  expect((await page()).data.map((line) => line.text)).toEqual(["whole"]);
  await utimes(paths.appLog, 1, 1);
  expect((await page()).data.map((line) => line.text)).toEqual(["whole", "half"]);
});

test("garbage is shown as it is", async () => {
  await writeFile(paths.appLog, Buffer.from([0, 1, 2, 255, 254, 10, 10, 65, 10]));
  const { data } = await page();
  expect(data.map(({ text: shown, level }) => [shown.length > 0, level])).toEqual([
    [true, "unknown"],
    [false, "unknown"],
    [true, "unknown"],
  ]);
});

test("a cursor whose part is gone gives an empty page backwards and the oldest lines forwards", async () => {
  await writeFile(paths.appLog, text(numbered(0, 10)));
  const cursor = (await page({ limit: 3 })).data[0]?.cursor ?? "";
  await rm(paths.appLog);
  await writeFile(paths.appLog, text(["other", "log"]));
  expect(await page({ before: cursor })).toEqual({ data: [], before: null, after: null });
  expect((await page({ after: cursor })).data.map((line) => line.text)).toEqual(["other", "log"]);
});

test.each(["", "x", "a-b", "a-b:-1", "../../etc:1", "a-b:1:2", "A-b:1"])(
  "%j is refused as a cursor",
  async (cursor) => {
    await writeFile(paths.appLog, "x\n");
    await expect(page({ before: cursor })).rejects.toThrow(LogCursorError);
  },
);

test("a symbolic link in place of a log is not followed", async () => {
  await writeFile(`${temp.path}/secret`, "secret\n");
  const { symlink } = await import("node:fs/promises");
  await symlink(`${temp.path}/secret`, paths.appLog);
  expect((await page()).data).toEqual([]);
});

test("two parts that begin with the same line are told apart", async () => {
  await writeFile(`${paths.appLog}.1`, text(Array.from({ length: 30 }, () => "ping")));
  await writeFile(paths.appLog, text(Array.from({ length: 20 }, () => "ping")));
  expect(await readAllBackward({ limit: 4 })).toHaveLength(50);
  await rename(paths.appLog, `${paths.appLog}.2`);
  await truncate(`${paths.appLog}.2`, 5);
  expect(await readAllBackward({ limit: 4 })).toHaveLength(31);
});
