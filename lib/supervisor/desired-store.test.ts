import { expect, it } from "vitest";
import { failure } from "../system/fake-files.ts";
import { createFakeSystem } from "../system/fake-system.ts";
import { aDesiredState, aSite } from "../testing/a-site.ts";
import { openDesiredStore } from "./desired-store.ts";

const PATH = "/data/desired.json";

async function openScene(text?: string) {
  const system = createFakeSystem({ seed: 1 });
  await system.files.makeFolder("/data");
  if (text !== undefined) await system.files.writeAtomic(PATH, text);
  return { system, store: await openDesiredStore(system, PATH) };
}

it("what was handed over is there after a restart, readable for its owner only", async () => {
  const { system, store } = await openScene();
  expect(store.get().sites).toEqual([]);
  const desired = aDesiredState([aSite()], 4);
  await store.put(desired);
  expect((await openDesiredStore(system, PATH)).get()).toEqual(desired);
  expect((await system.files.stat(PATH))?.mode).toBe(0o600);
});

it.each(["{ half a ", '{"schemaVersion":2,"revision":1,"sites":[]}', ""])(
  "a file that cannot be read (%j) is kept aside and told, until another state is handed over",
  async (text) => {
    const { system, store } = await openScene(text);
    expect(store.unreadable).toContain(PATH);
    const aside = (await system.files.list("/data")).filter((name) => name.includes("unreadable"));
    expect(aside).toHaveLength(1);
    expect(await system.files.readText(`/data/${aside[0]}`)).toBe(text);
    await store.put(aDesiredState([aSite()], 1));
    expect(store.unreadable).toBeNull();
    expect(await system.files.readText(`/data/${aside[0]}`)).toBe(text);
  },
);

it("a state that cannot be written changes nothing", async () => {
  const { system, store } = await openScene();
  const former = aDesiredState([aSite()], 1);
  await store.put(former);
  system.files.onChange = (_, path) => {
    throw failure("ENOSPC", path);
  };
  await expect(store.put(aDesiredState([], 2))).rejects.toThrow("ENOSPC");
  expect(store.get()).toEqual(former);
  expect((await openDesiredStore(system, PATH)).get()).toEqual(former);
});
