import { appendFile, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { LogLine } from "../../schema/log-line.ts";
import type { LogFiles } from "../../system/log-files.ts";
import { realClock } from "../../system/real-clock.ts";
import { realLogFiles } from "../../system/real-log-files.ts";
import { createTempFolder, type TempFolder } from "../../testing/temp-folder.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { followLog, openLogReaders } from "./follow-log.ts";
import { type LogPaths, readLogPage } from "./read-page.ts";

let temp: TempFolder;
let paths: LogPaths;
beforeEach(async () => {
  temp = await createTempFolder();
  paths = {
    accessLog: `${temp.path}/access.log`,
    errorLog: `${temp.path}/error.log`,
    appLog: `${temp.path}/app.log`,
  };
  await writeFile(paths.appLog, "[2026-11-23 08:00:00 +0000] [7] [ERROR] before\n");
});
afterEach(() => temp.remove());

const options = { files: realLogFiles, clock: realClock };
/** A follower has looked at the end of the log once it has asked for its first line. */
const begun = () => new Promise<void>((resolve) => setTimeout(resolve, 0));

/** Real files; `looks` grows with every look at one. */
function counted() {
  const state = { looks: 0 };
  const files: LogFiles = {
    ...realLogFiles,
    open(path) {
      state.looks++;
      return realLogFiles.open(path);
    },
    stat(path) {
      state.looks++;
      return realLogFiles.stat(path);
    },
  };
  return { state, files };
}

test("lines arrive as they are written, and levels know what was written before", async () => {
  const { state, files } = counted();
  const stop = new AbortController();
  const lines: LogLine[] = [];
  const reading = (async () => {
    for await (const line of followLog(paths, { source: "app" }, stop.signal, { ...options, files }))
      lines.push(line);
  })();
  await waitFor("the first look", () => state.looks >= 8);
  await appendFile(paths.appLog, "Traceback (most recent call last):\n  File x\nValueError: y\n");
  await waitFor("three lines", () => lines.length === 3);
  expect(lines.map(({ level }) => level)).toEqual(["error", "error", "error"]);
  await realLogFiles.rotateByCopy(paths.appLog, { keep: 5, header: "rotated", maxCopyBytes: 1e9 });
  await appendFile(paths.appLog, "after rotation\n");
  await waitFor("the lines after the rotation", () => lines.at(-1)?.text === "after rotation");
  stop.abort();
  await reading;
});

test("a page and the lines that follow it fit together without a gap", async () => {
  const page = await readLogPage(paths, { source: "app", limit: 10 }, options);
  await appendFile(paths.appLog, "between\n");
  const stop = new AbortController();
  const query = { source: "app" as const, after: page.after ?? "" };
  for await (const line of followLog(paths, query, stop.signal, options)) {
    expect(line.text).toBe("between");
    break;
  }
  expect(openLogReaders()).toBe(0);
});

test("only what is asked for is shown", async () => {
  const stop = new AbortController();
  await appendFile(
    paths.appLog,
    "[2026-11-23 08:00:00 +0000] [7] [INFO] Paid\n[2026-11-23 08:00:00 +0000] [7] [ERROR] paid not\n",
  );
  const page = await readLogPage(paths, { source: "app", limit: 10 }, options);
  const query = {
    source: "app" as const,
    contains: "PAID",
    level: "error" as const,
    after: page.data[0]?.cursor,
  };
  for await (const line of followLog(paths, query, stop.signal, options)) {
    expect(line.text).toMatch(/paid not$/);
    break;
  }
});

test("a closed tab frees its reader at once, whether it waits for lines or is too slow to take them", async () => {
  const waiting = new AbortController();
  const iterator = followLog(paths, { source: "app" }, waiting.signal, options)[Symbol.asyncIterator]();
  const next = iterator.next();
  await begun();
  expect(openLogReaders()).toBe(1);
  waiting.abort();
  expect(openLogReaders()).toBe(0);
  expect(await next).toEqual({ done: true, value: undefined });

  const slow = new AbortController();
  const first = (await readLogPage(paths, { source: "app", limit: 1 }, options)).data[0]?.cursor;
  await appendFile(paths.appLog, "a\nb\nc\n");
  const taken = followLog(paths, { source: "app", after: first }, slow.signal, options)[
    Symbol.asyncIterator
  ]();
  expect((await taken.next()).value?.text).toBe("a");
  expect(openLogReaders()).toBe(1);
  slow.abort();
  expect(openLogReaders()).toBe(0);
  expect((await taken.next()).done).toBe(true);
});

test("a reader that takes no lines causes no reading", async () => {
  const { state, files } = counted();
  const stop = new AbortController();
  const cursor = (await readLogPage(paths, { source: "app", limit: 1 }, options)).data[0]?.cursor;
  await appendFile(paths.appLog, "line\n".repeat(100_000));
  const query = { source: "app" as const, after: cursor };
  const iterator = followLog(paths, query, stop.signal, { ...options, files })[Symbol.asyncIterator]();
  await iterator.next();
  const looks = state.looks;
  let shown = 1;
  // All of the block that was read can be taken without another look at the file.
  for (; shown < 40_000; shown++) await iterator.next();
  expect(state.looks).toBe(looks);
  stop.abort();
});

test("a follower that was never wanted ends at once", async () => {
  const stop = new AbortController();
  stop.abort();
  for await (const line of followLog(paths, { source: "app" }, stop.signal, options))
    expect(line).toBeUndefined();
  expect(openLogReaders()).toBe(0);
});
