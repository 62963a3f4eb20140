import { expect, it } from "vitest";
import { systemActor } from "../schema/operation.ts";
import { failure } from "../system/fake-files.ts";
import { createFakeSystem } from "../system/fake-system.ts";
import { siteId } from "../testing/a-site.ts";
import { openJournal } from "./journal.ts";
import { type OperationHandle, openOperations, StepFailure } from "./operations.ts";

const FOLDER = "/data/operations";
const SITE = siteId("shop");

async function openRegistry(system = createFakeSystem({ seed: 1 })) {
  await system.files.makeFolder(FOLDER);
  const journal = await openJournal(system, "/data/journal.jsonl");
  const operations = await openOperations({ system, journal, folder: FOLDER });
  const begin = (run: (handle: OperationHandle) => Promise<void>, afterFailure?: () => string) =>
    operations.start({
      kind: "reload",
      siteId: SITE,
      actor: systemActor,
      steps: ["prepare", "boot", "ready"],
      run,
      ...(afterFailure ? { afterFailure } : {}),
    });
  return { system, journal, operations, begin };
}

it("an operation tells its steps, how long each took and what came of it", async () => {
  const { system, operations, begin } = await openRegistry();
  const { id } = begin(async (handle) => {
    await handle.step("prepare", async () => "release 7");
    await handle.step("boot", () => system.clock.sleep(2_000).then(() => undefined));
    handle.skip("ready", "nothing to import");
    handle.madeRelease(7);
    handle.warn("one file was left out");
  });
  expect(operations.busyWith(SITE)).toBe(id);
  await system.clock.advance(1_000);
  expect(operations.get(id)?.steps.map(({ state }) => state)).toEqual(["succeeded", "running", "pending"]);
  await system.clock.advance(1_000);
  const ended = operations.get(id);
  expect(ended).toMatchObject({ state: "succeeded", release: 7, warnings: ["one file was left out"] });
  expect(ended?.steps.map(({ state, detail }) => `${state} ${detail ?? ""}`)).toEqual([
    "succeeded release 7",
    "succeeded ",
    "skipped nothing to import",
  ]);
  const boot = ended?.steps[1];
  expect(Date.parse(boot?.endedAt ?? "") - Date.parse(boot?.startedAt ?? "")).toBe(2_000);
  expect(operations.busyWith(SITE)).toBeNull();
});

it("a failing step ends the operation with its words, its evidence and what is true for visitors", async () => {
  const { system, operations, begin } = await openRegistry();
  const { id } = begin(
    async (handle) => {
      await handle.step("prepare", async () => undefined);
      await handle.step("boot", async () => {
        throw new StepFailure({
          code: "boot-failed",
          sentence: "run.py does not import.",
          hint: "Mend line 3.",
          evidence: ["SyntaxError: invalid syntax"],
        });
      });
    },
    () => "The site still runs release 6.",
  );
  await system.clock.advance(0);
  const ended = operations.get(id);
  expect(ended?.state).toBe("failed");
  expect(ended?.steps.map(({ state }) => state)).toEqual(["succeeded", "failed", "skipped"]);
  expect(ended?.steps[1]?.detail).toBe("run.py does not import.");
  expect(ended?.error).toMatchObject({
    code: "boot-failed",
    status: 422,
    detail: "run.py does not import. The site still runs release 6.",
    hint: "Mend line 3.",
    evidence: ["SyntaxError: invalid syntax"],
  });
});

it("every change of a step reaches the journal", async () => {
  const { system, journal, begin } = await openRegistry();
  begin(async (handle) => {
    await handle.step("prepare", async () => undefined);
    await handle.step("boot", async () => undefined);
    await handle.step("ready", async () => undefined);
  });
  await system.clock.advance(0);
  const { data } = await journal.read(0, 100);
  const states = data.map((event) =>
    event.type === "operation" ? event.operation.steps.map(({ state }) => state[0]).join("") : "",
  );
  expect(states).toEqual(["ppp", "rpp", "spp", "srp", "ssp", "ssr", "sss", "sss"]);
});

it("an operation that was under way when the supervisor died is told as interrupted", async () => {
  const { system, begin } = await openRegistry();
  const { id } = begin((handle) => handle.step("prepare", () => new Promise(() => undefined)));
  await system.clock.advance(1_000);
  const { operations, journal } = await openRegistry(system);
  expect(operations.get(id)).toMatchObject({
    state: "failed",
    error: { code: "interrupted" },
    steps: [
      { name: "prepare", state: "failed", detail: "interrupted" },
      { name: "boot", state: "skipped" },
      { name: "ready", state: "skipped" },
    ],
  });
  expect(operations.busyWith(SITE)).toBeNull();
  const last = (await journal.read(0, 100)).data.at(-1);
  expect(last).toMatchObject({ type: "operation", operation: { id, state: "failed" } });
  await system.clock.advance(0);
  const third = await openRegistry(system);
  expect(third.journal.lastSeq()).toBe(journal.lastSeq());
  expect(third.operations.get(id)?.error?.code).toBe("interrupted");
});

it("a cancelled operation does not begin its next step", async () => {
  const { system, operations, begin } = await openRegistry();
  const { id } = begin(async (handle) => {
    await handle.step("prepare", () => system.clock.sleep(1_000, handle.signal).then(() => undefined));
    await handle.step("boot", async () => undefined);
  });
  await system.clock.advance(500);
  expect(operations.cancel(id)).toBe("cancelled");
  await system.clock.advance(0);
  expect(operations.get(id)).toMatchObject({ state: "failed", error: { code: "cancelled", status: 409 } });
  expect(operations.get(id)?.steps.map(({ state }) => state)).toEqual(["failed", "skipped", "skipped"]);
  expect(operations.cancel(id)).toBe("too-late");
  expect(operations.cancel("op_unknown")).toBe("unknown");
});

it("past the return nobody can cancel", async () => {
  const { system, operations, begin } = await openRegistry();
  const { id } = begin(async (handle) => {
    handle.pastTheReturn();
    await handle.step("prepare", () => system.clock.sleep(1_000).then(() => undefined));
  });
  await system.clock.advance(500);
  expect(operations.cancel(id)).toBe("too-late");
  await system.clock.advance(500);
  expect(operations.get(id)?.state).toBe("succeeded");
});

it("output is read by offset while it grows, and its newest half megabyte is kept", async () => {
  const { system, operations, begin } = await openRegistry();
  const { id } = begin(async (handle) => {
    handle.output("Collecting flask\n");
    await system.clock.sleep(1_000);
    handle.output("Installed\n");
    await system.clock.sleep(1_000);
    for (let line = 0; line < 20_000; line += 1) handle.output(`${"x".repeat(99)}\n`);
    handle.output("the end\n");
  });
  const first = await operations.output(id, 0, 0);
  expect(first).toEqual({ text: "Collecting flask\n", nextOffset: 17, finished: false });
  const waiting = operations.output(id, 17, 30_000);
  await system.clock.advance(1_000);
  expect(await waiting).toEqual({ text: "Installed\n", nextOffset: 27, finished: false });
  await system.clock.advance(1_000);
  const all = await operations.output(id, 0, 0);
  expect(all?.text.length).toBeGreaterThanOrEqual(512 * 1024);
  expect(all?.text.length).toBeLessThanOrEqual(1024 * 1024);
  expect(all?.text.endsWith("the end\n")).toBe(true);
  expect(all).toMatchObject({ nextOffset: 27 + 2_000_000 + 8, finished: true });
  expect(await operations.output(id, all?.nextOffset ?? 0, 30_000)).toMatchObject({
    text: "",
    finished: true,
  });
});

it("what many operations have said does not pile up: the oldest output goes", async () => {
  const { system, operations, begin } = await openRegistry();
  const ids: string[] = [];
  for (let count = 0; count < 40; count += 1) {
    ids.push(begin(async (handle) => handle.output("x".repeat(1024 * 1024))).id);
    await system.clock.advance(1);
  }
  const outputs = await Promise.all(ids.map((id) => operations.output(id, 0, 0)));
  const kept = outputs.reduce((sum, output) => sum + (output?.text.length ?? 0), 0);
  expect(kept).toBeLessThanOrEqual(8 * 1024 ** 2);
  expect(outputs[0]).toEqual({ text: "", nextOffset: 1024 * 1024, finished: true });
  expect(outputs.at(-1)?.text.length).toBe(1024 * 1024);
});

it("whoever waits hears of the end at once, or how it stands after the time it gave", async () => {
  const { system, operations, begin } = await openRegistry();
  const { id } = begin(async () => system.clock.sleep(10_000));
  const impatient = operations.wait(id, 2_000);
  const patient = operations.wait(id, 60_000);
  await system.clock.advance(2_000);
  expect((await impatient)?.state).toBe("running");
  await system.clock.advance(8_000);
  expect((await patient)?.state).toBe("succeeded");
  expect(await operations.wait("op_unknown", 1_000)).toBeNull();
  expect(system.clock.sleepers()).toBe(0);
});

it("a full disk costs the record of an operation, never the operation", async () => {
  const { system, operations, begin } = await openRegistry();
  system.files.onChange = (_, path) => {
    throw failure("ENOSPC", path);
  };
  const { id } = begin((handle) => handle.step("prepare", async () => "done"));
  await system.clock.advance(0);
  expect(operations.get(id)?.state).toBe("succeeded");
});

it("the oldest ended operations are forgotten, those under way are not", async () => {
  const { system, operations, begin } = await openRegistry();
  const longest = begin(async () => system.clock.sleep(60_000));
  for (let count = 0; count < 220; count += 1) {
    begin(async () => undefined);
    await system.clock.advance(1);
  }
  expect(operations.list({ limit: 500 })).toHaveLength(200);
  expect(operations.get(longest.id)?.state).toBe("running");
  expect(operations.list({ siteId: siteId("blog"), limit: 500 })).toEqual([]);
  expect(await system.files.list(FOLDER)).toHaveLength(200);
});

it("stopping cancels what is under way and waits for it", async () => {
  const { system, operations, begin } = await openRegistry();
  const { id } = begin((handle) =>
    handle.step("prepare", async () => {
      await system.clock.sleep(60_000, handle.signal).catch(() => system.clock.sleep(1_000));
      return "tidied up";
    }),
  );
  let stopped = false;
  void operations.stop().then(() => {
    stopped = true;
  });
  await system.clock.advance(500);
  expect(stopped).toBe(false);
  await system.clock.advance(500);
  expect(stopped).toBe(true);
  expect(operations.get(id)?.finishedAt).toBeDefined();
});
