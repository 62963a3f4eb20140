import { mkdir, writeFile } from "node:fs/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { anInstance } from "../testing/release-scene.ts";
import { createTempFolder, type TempFolder } from "../testing/temp-folder.ts";
import { findInstance } from "./find-instance.ts";

let temp: TempFolder;
let before: string;
beforeEach(async () => {
  temp = await createTempFolder();
  before = process.cwd();
  process.chdir(temp.path);
});
afterEach(async () => {
  process.chdir(before);
  await temp.remove();
});

/** What a Monban leaves in its data folder; one that is up has the socket of its keeper there. */
async function leave(data: string, isUp: boolean): Promise<void> {
  await mkdir(`${data}/run`, { recursive: true });
  const instance = { ...anInstance(data, false), data, run: `${data}/run` };
  await writeFile(`${data}/run/instance.json`, JSON.stringify(instance));
  if (isUp) await writeFile(`${data}/run/keeper.sock`, "");
}

test("a command is about the Monban that is up, wherever else one was", async () => {
  await leave(`${temp.path}/data`, false);
  await leave(`${temp.path}/.dev/data`, true);
  expect((await findInstance(undefined)).data).toBe(`${temp.path}/.dev/data`);
});

test("a folder that is named is the one that is meant", async () => {
  await leave(`${temp.path}/data`, true);
  await leave(`${temp.path}/other`, false);
  expect((await findInstance("other")).data).toBe(`${temp.path}/other`);
});

test("without any, it tells where it looked", async () => {
  await expect(findInstance("nowhere")).rejects.toThrow(`No Monban was started on ${temp.path}/nowhere.`);
});
