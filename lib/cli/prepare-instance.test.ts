import * as fs from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { anInstance } from "../testing/release-scene.ts";
import { createTempFolder, type TempFolder } from "../testing/temp-folder.ts";
import { prepareInstance, setupToken } from "./prepare-instance.ts";
import { readSettings } from "./settings.ts";

const isRoot = process.getuid?.() === 0;
let temp: TempFolder;
beforeEach(async () => {
  temp = await createTempFolder();
});
afterEach(() => temp.remove());

it("the setup token replaces a link that lies in its place, and does not follow it", async () => {
  const instance = anInstance(temp.path, isRoot);
  await fs.mkdir(`${instance.data}/supervisor`, { recursive: true });
  await fs.writeFile(`${temp.path}/of-root`, "precious", { mode: 0o600 });
  const { uid } = await fs.stat(`${temp.path}/of-root`);
  for (const target of ["of-root", "not-there-yet"]) {
    await fs.symlink(`${temp.path}/${target}`, `${instance.data}/setup-token`);
    expect(await setupToken(instance, "given")).toBe("given");
    expect((await fs.lstat(`${instance.data}/setup-token`)).isFile()).toBe(true);
    expect(await fs.readFile(`${instance.data}/setup-token`, "utf8")).toBe("given\n");
    await fs.rm(`${instance.data}/setup-token`);
  }
  expect(await fs.readFile(`${temp.path}/of-root`, "utf8")).toBe("precious");
  expect((await fs.stat(`${temp.path}/of-root`)).uid).toBe(uid);
  expect(await fs.readdir(temp.path)).not.toContain("not-there-yet");
});

it.runIf(isRoot)("a folder or link of somebody else in the data folder is refused, not used", async () => {
  const data = `${temp.path}/data`;
  const settings = readSettings([], { ...process.env, MONBAN_DATA: data }, temp.path);
  const prepare = () =>
    prepareInstance({ settings, root: process.cwd(), version: "0.0.0", say: () => undefined });
  await fs.mkdir(`${temp.path}/of-root`, { mode: 0o700 });
  await fs.mkdir(data);
  await fs.symlink(`${temp.path}/of-root`, `${data}/nginx`);
  await fs.lchown(`${data}/nginx`, 65_534, 65_534);
  await expect(prepare()).rejects.toThrow(`${data}/nginx belongs to another user`);
  expect((await fs.stat(`${temp.path}/of-root`)).mode & 0o777).toBe(0o700);
});
