import { expect, it } from "vitest";
import type { NewJournalEvent } from "../schema/event.ts";
import { failure } from "../system/fake-files.ts";
import { createFakeSystem } from "../system/fake-system.ts";
import { openJournal } from "./journal.ts";

const PATH = "/data/journal.jsonl";
const notice = (detail: string): NewJournalEvent => ({ type: "notice", level: "info", code: "test", detail });

async function openScene() {
  const system = createFakeSystem({ seed: 1 });
  await system.files.makeFolder("/data");
  return { system, open: () => openJournal(system, PATH) };
}

it("numbers go on where they ended, after a restart as well", async () => {
  const { open } = await openScene();
  const first = await open();
  expect(first.write(notice("one")).seq).toBe(1);
  expect(first.write(notice("two")).seq).toBe(2);
  await first.flush();
  const second = await open();
  expect(second.write(notice("three")).seq).toBe(3);
  const { data, next, lost } = await second.read(0, 10);
  expect(data.map((event) => event.type === "notice" && event.detail)).toEqual(["one", "two", "three"]);
  expect({ next, lost }).toEqual({ next: 3, lost: 0 });
});

it("a reader goes on behind its cursor and learns where to ask next", async () => {
  const { open } = await openScene();
  const journal = await open();
  for (let count = 1; count <= 5; count += 1) journal.write(notice(`${count}`));
  expect((await journal.read(1, 2)).data.map(({ seq }) => seq)).toEqual([2, 3]);
  expect(await journal.read(3, 2)).toMatchObject({ next: 5, lost: 0 });
  expect(await journal.read(5, 2)).toEqual({ data: [], next: 5, lost: 0 });
});

it("a last line cut in half by a crash is skipped, and what comes after it is whole", async () => {
  const { system, open } = await openScene();
  const first = await open();
  first.write(notice("whole"));
  first.write(notice("cut"));
  await first.flush();
  const text = (await system.files.readText(PATH)) ?? "";
  await system.files.writeAtomic(PATH, text.slice(0, -20));
  const second = await open();
  second.write(notice("after"));
  await second.flush();
  const third = await open();
  const { data } = await third.read(0, 10);
  expect(data.map((event) => event.type === "notice" && event.detail)).toEqual(["whole", "after"]);
  expect(data.map(({ seq }) => seq)).toEqual([1, 2]);
});

it("two files of bounded size are kept, and what was rotated away is told as a number", async () => {
  const { system, open } = await openScene();
  const journal = await open();
  const long = "x".repeat(100_000);
  const total = 130;
  for (let count = 1; count <= total; count += 1) {
    journal.write(notice(`${count} ${long}`));
    await journal.flush();
  }
  const sizes = [PATH, `${PATH}.1`].map(async (path) => (await system.files.stat(path))?.size ?? 0);
  for (const size of await Promise.all(sizes)) {
    expect(size).toBeGreaterThan(0);
    expect(size).toBeLessThan(4.3 * 1024 ** 2);
  }
  const reopened = await open();
  const { data, lost } = await reopened.read(3, 1_000);
  expect(lost).toBeGreaterThan(0);
  expect(data[0]?.seq).toBe(3 + lost + 1);
  expect(data.at(-1)?.seq).toBe(total);
  expect(reopened.write(notice("next")).seq).toBe(total + 1);
});

it("on a full disk events are still told, and the error is known until writing works again", async () => {
  const { system, open } = await openScene();
  const journal = await open();
  system.files.onChange = (_, path) => {
    throw failure("ENOSPC", path);
  };
  journal.write(notice("while full"));
  await journal.flush();
  expect(journal.diskError()).toContain("ENOSPC");
  expect((await journal.read(0, 10)).data).toHaveLength(1);
  system.files.onChange = () => undefined;
  journal.write(notice("later"));
  await journal.flush();
  expect(journal.diskError()).toBeNull();
  const reopened = await open();
  expect(reopened.write(notice("after a restart")).seq).toBe(3);
});

it("who waits for news hears of the next event at once, and of none when there is none", async () => {
  const { system, open } = await openScene();
  const journal = await open();
  const early = journal.waitForNews(0, 60_000);
  const quiet = journal.waitForNews(1, 1_000);
  journal.write(notice("news"));
  expect(await early).toBe(true);
  await system.clock.advance(1_000);
  expect(await quiet).toBe(true);
  const none = journal.waitForNews(1, 1_000);
  await system.clock.advance(1_000);
  expect(await none).toBe(false);
  expect(await journal.waitForNews(0, 1_000)).toBe(true);
  expect(system.clock.sleepers()).toBe(0);
});
