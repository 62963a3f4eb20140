import { appendFile, truncate, unlink, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { realLogFiles } from "../../system/real-log-files.ts";
import { type LogWriter, startLogWriter } from "../../testing/log-writer.ts";
import { createTempFolder, type TempFolder } from "../../testing/temp-folder.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { createLogTail, type LogTail, type TailStart } from "./log-tail.ts";

let temp: TempFolder;
let path = "";
let time = 0;
let writer: LogWriter | null = null;
const clock = { monotonic: () => time };

beforeEach(async () => {
  temp = await createTempFolder();
  path = `${temp.path}/access.log`;
  time = 0;
});
afterEach(async () => {
  await writer?.stop();
  writer = null;
  await temp.remove();
});

const tailOf = (start: TailStart = { from: "end" }) =>
  createLogTail({ files: realLogFiles, clock, path, start });
const header = (number: number) => `[2026-11-23 08:00:00,${100 + number} +0000] [monban] [INFO] rotated`;
const rotateByCopy = (number: number) =>
  realLogFiles.rotateByCopy(path, { keep: 5, header: header(number), maxCopyBytes: 1e9 });

/** All there is to read right now; stragglers are waited for by turning the clock. */
async function read(tail: LogTail, maxBytes?: number): Promise<string[]> {
  const lines: string[] = [];
  for (let quiet = 0; quiet < 3; ) {
    const turn = await tail.read(maxBytes);
    lines.push(...turn.lines.map((line) => line.text));
    quiet = turn.more || turn.lines.length > 0 ? 0 : quiet + 1;
    time += 2_001;
  }
  return lines;
}

test("only what is added after the start is read, each line once", async () => {
  await writeFile(path, "old\n");
  const tail = tailOf();
  expect(await read(tail)).toEqual([]);
  await appendFile(path, "a\nb\nhal");
  expect(await read(tail)).toEqual(["a", "b"]);
  await appendFile(path, "f\n");
  expect(await read(tail)).toEqual(["half"]);
});

test("a log that appears later is read from its beginning", async () => {
  const tail = tailOf();
  expect(await read(tail)).toEqual([]);
  await writeFile(path, "first\nsecond\n");
  expect(await read(tail)).toEqual(["first", "second"]);
});

test("some of the past can be read again, rotated parts included", async () => {
  await writeFile(`${path}.1`, "one\ntwo\n");
  await writeFile(path, "three\nfour\n");
  expect(await read(tailOf({ from: "end", backBytes: 5 }))).toEqual(["four"]);
  expect(await read(tailOf({ from: "end", backBytes: 6 }))).toEqual(["four"]);
  expect(await read(tailOf({ from: "end", backBytes: 15 }))).toEqual(["two", "three", "four"]);
  expect(await read(tailOf({ from: "end", backBytes: 1_000 }))).toEqual(["one", "two", "three", "four"]);
});

test("a turn reads no more than it may", async () => {
  await writeFile(path, "");
  const tail = tailOf();
  await tail.read();
  await appendFile(path, Array.from({ length: 1_000 }, (_, index) => `${index}\n`).join(""));
  const turn = await tail.read(100);
  expect(turn.lines.length).toBeLessThan(60);
  expect(turn.more).toBe(true);
  expect((await read(tail, 100)).length + turn.lines.length).toBe(1_000);
});

test("a line without an end does not fill the memory; its head is given once", async () => {
  await writeFile(path, "");
  const tail = tailOf();
  await tail.read();
  await appendFile(path, "x".repeat(1_000_000));
  const heads = await read(tail);
  await appendFile(path, `${"x".repeat(1_000_000)}\nnext\n`);
  const rest = await read(tail);
  expect(heads).toHaveLength(1);
  expect(rest).toEqual(["next"]);
});

test("lines written before, during and after rotations by rename are all read", async () => {
  await writeFile(path, "0\n");
  const tail = tailOf({ from: "end", backBytes: 100 });
  const seen = await read(tail);
  await appendFile(path, "1\n");
  await realLogFiles.rotateByRename(path, 5);
  seen.push(...(await tail.read()).lines.map((line) => line.text));
  // nginx goes on writing to the renamed file until it was told.
  await appendFile(`${path}.1`, "2\n");
  seen.push(...(await tail.read()).lines.map((line) => line.text));
  await appendFile(path, "3\n");
  seen.push(...(await read(tail)));
  await realLogFiles.rotateByRename(path, 5);
  await realLogFiles.rotateByRename(path, 5);
  await appendFile(path, "4\n");
  seen.push(...(await read(tail)));
  expect(seen).toEqual(["0", "1", "2", "3", "4"]);
});

test("lines written before, during and after rotations by copy are all read", async () => {
  await writeFile(path, "0\n");
  const tail = tailOf({ from: "end", backBytes: 100 });
  const seen = await read(tail);
  await appendFile(path, "1\n2\n");
  await rotateByCopy(1);
  await appendFile(path, "3\n");
  seen.push(...(await read(tail)));
  await rotateByCopy(2);
  await rotateByCopy(3);
  await appendFile(path, "4\n");
  seen.push(...(await read(tail)));
  expect(seen.filter((line) => !line.includes("[monban]"))).toEqual(["0", "1", "2", "3", "4"]);
});

test("a log that somebody else emptied or replaced is read from its new beginning", async () => {
  await writeFile(path, "a long first line\nb\n");
  const tail = tailOf();
  await read(tail);
  await truncate(path, 0);
  await appendFile(path, "c\n");
  expect(await read(tail)).toEqual(["c"]);
  await unlink(path);
  await writeFile(path, "d\n");
  expect(await read(tail)).toEqual(["d"]);
});

test("no line of a busy nginx is lost or read twice over twelve rotations", async () => {
  await writeFile(path, "");
  const tail = tailOf();
  await tail.read();
  const running = startLogWriter(path, 20_000);
  writer = running;
  const seen: string[] = [];
  let rotations = 0;
  const turn = async () => {
    const { lines } = await tail.read();
    seen.push(...lines.map((line) => line.text));
    // Long enough for a process to act on its signal; the stragglers of a renamed file are read meanwhile.
    time += 20;
    return lines.length;
  };
  while (rotations < 12) {
    const target = seen.length + 300;
    await waitFor("more lines", async () => (await turn()) >= 0 && seen.length >= target, { intervalMs: 1 });
    await realLogFiles.rotateByRename(path, 5);
    running.reopen();
    await waitFor(
      "the writer to open the new file",
      async () => ((await realLogFiles.stat(path))?.size ?? 0) > 0,
    );
    rotations++;
  }
  writer = null;
  const written = await running.stop();
  seen.push(...(await read(tail)));
  const numbers = seen.map((line) => Number(/^line (\d+) /.exec(line)?.[1]));
  expect(numbers).toEqual(Array.from({ length: written }, (_, index) => index));
});

test("rotating by copy under a busy writer loses at most a few lines, and none is read twice", async () => {
  await writeFile(path, "");
  const tail = tailOf();
  await tail.read();
  const running = startLogWriter(path, 20_000);
  writer = running;
  const numbers: number[] = [];
  const take = (lines: readonly { text: string }[]) => {
    for (const line of lines) {
      const number = /^line (\d+) /.exec(line.text)?.[1];
      if (number) numbers.push(Number(number));
    }
  };
  const rotations = 12;
  for (let rotation = 0; rotation < rotations; rotation++) {
    const target = numbers.length + 300;
    await waitFor(
      "more lines",
      async () => {
        take((await tail.read()).lines);
        return numbers.length >= target;
      },
      { intervalMs: 1 },
    );
    await rotateByCopy(rotation);
  }
  writer = null;
  const written = await running.stop();
  take((await read(tail)).map((text) => ({ text })));
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  // Two system calls lie between the last read and the truncation: a line or two at this pace, usually none.
  expect(written - numbers.length).toBeLessThanOrEqual(rotations * 3);
});
