/** What only the real disk can show: pipes, devices, and folders that are exchanged while root removes them. */
import * as fs from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCommand, startCommand } from "../testing/run-command.ts";
import { createTempFolder, type TempFolder } from "../testing/temp-folder.ts";
import { realFiles } from "./real-files.ts";

let temp: TempFolder;
beforeEach(async () => {
  temp = await createTempFolder();
});
afterEach(() => temp.remove());

it("a pipe or a device in place of a file is refused at once, and not waited for", async () => {
  runCommand("mkfifo", [`${temp.path}/pipe`]);
  await fs.symlink("/dev/zero", `${temp.path}/endless`);
  for (const path of [`${temp.path}/pipe`, `${temp.path}/endless`, temp.path]) {
    await expect(realFiles.readText(path)).rejects.toThrow("is not a file");
    await expect(realFiles.readBytes(path, 0, 10)).rejects.toThrow("is not a file");
  }
});

it("files that do not say their size are read whole; a huge one is refused", async () => {
  expect(await realFiles.readText("/proc/self/status")).toContain("Name:");
  await fs.writeFile(`${temp.path}/text`, "é".repeat(100_000));
  expect(await realFiles.readText(`${temp.path}/text`)).toBe("é".repeat(100_000));
  await fs.truncate(`${temp.path}/text`, 1024 ** 3);
  await expect(realFiles.readText(`${temp.path}/text`)).rejects.toThrow("is larger than 64 MB");
});

it.runIf(process.getuid?.() === 0)(
  "folders that are exchanged for links while root removes them do not lead to what those point at",
  async () => {
    await fs.mkdir(`${temp.path}/precious`);
    for (let file = 0; file < 50; file += 1) await fs.writeFile(`${temp.path}/precious/${file}`, "");
    await fs.mkdir(`${temp.path}/aside`);
    for (let folder = 0; folder < FOLDERS; folder += 1) {
      await fs.mkdir(`${temp.path}/site/${folder}`, { recursive: true });
      for (let file = 0; file < 50; file += 1) await fs.writeFile(`${temp.path}/site/${folder}/${file}`, "");
    }
    const swapper = startCommand(process.execPath, ["-e", SWAP, temp.path, String(FOLDERS)]);
    const ended = new Promise((resolve) => swapper.once("exit", resolve));
    await new Promise((resolve) => swapper.stdout.once("data", resolve));
    // What is put there anew may keep the folder from being empty in the end; that is told and does no harm.
    await realFiles.remove(`${temp.path}/site`).catch(() => undefined);
    await ended;
    expect((await fs.readdir(`${temp.path}/precious`)).length).toBe(50);
  },
);

const FOLDERS = 400;

/** Once the removal has begun, puts a link to `precious` in place of every folder that is still there. */
const SWAP = `
const fs = require("node:fs");
const [root, folders] = process.argv.slice(1);
process.chdir(root);
console.log("ready");
while (fs.existsSync("site/0/0") && fs.existsSync("site/1/0")) {}
for (let folder = 0; folder < Number(folders); folder += 1) {
  try {
    fs.renameSync("site/" + folder, "aside/" + folder);
    fs.symlinkSync(root + "/precious", "site/" + folder);
  } catch {}
}
`;
