import * as fs from "node:fs/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { refusalOfFolder } from "../../core/allowed-folders.ts";
import { siteSpecSchema } from "../../schema/site.ts";
import type { KeeperClient } from "../../system/keeper-client.ts";
import { createRealSystem } from "../../system/real-system.ts";
import { aSpec } from "../../testing/a-site.ts";
import { anInstance } from "../../testing/release-scene.ts";
import { createTempFolder, type TempFolder } from "../../testing/temp-folder.ts";
import { checkSpec } from "./check-spec.ts";
import { inspectSource } from "./inspect-source.ts";
import { listFolders } from "./list-folders.ts";

const system = createRealSystem({ keeper: {} as KeeperClient });
let temp: TempFolder;
beforeEach(async () => {
  temp = await createTempFolder();
  await fs.mkdir(`${temp.path}/data/sites/x`, { recursive: true });
  await fs.mkdir(`${temp.path}/data/sample`);
  await fs.mkdir(`${temp.path}/shop`);
  await fs.writeFile(`${temp.path}/shop/app.py`, "");
});
afterEach(() => temp.remove());

async function refusal(path: string, roots: string[] = []): Promise<string | null> {
  const result = await inspectSource(system, anInstance(temp.path, false), path, roots);
  if (!result.ok) expect(result.error.path).toBe("path");
  return result.ok ? null : result.error.message;
}

it("a folder that cannot be a source is refused with the repair", async () => {
  const at = temp.path;
  await fs.symlink("/etc", `${at}/looks-harmless`);
  expect(await refusal("shop")).toContain("Give an absolute path");
  expect(await refusal(`${at}/shop/missing/deeper`)).toBe(
    `There is no folder ${at}/shop/missing/deeper; ${at}/shop exists.`,
  );
  expect(await refusal(`${at}/shop/app.py`)).toContain("is not a folder; choose the folder it lies in");
  expect(await refusal(`${at}/looks-harmless`)).toContain("/etc is in /etc, which belongs to the system");
  for (const path of ["/proc/self", "/sys", "/usr/bin", "/var/lib", "/"])
    expect(await refusal(path), path).not.toBeNull();
  expect(await refusal(`${at}/data`)).toContain("holds Monban's own data");
  expect(await refusal(at)).toContain("holds Monban's own data");
  expect(await refusal(`${at}/data/sites/x`)).toContain("belongs to Monban itself");
  expect(await refusal(`${at}/data/sample`)).toBeNull();
  expect(await refusal(`${at}/shop`)).toBeNull();
});

it("a folder whose files root runs or keeps secret is refused", async () => {
  const of = (real: string) =>
    refusalOfFolder({ real, data: "/srv/monban", program: "/opt/monban/dist", roots: [] });
  for (const real of ["/root", "/root/.ssh", "/root/.config/x", "/opt", "/tmp", "/usr/local/bin"])
    expect(of(real), real).not.toBeNull();
  for (const real of ["/srv/monban/program/1a2b", "/srv/monban/new", "/opt/monban/dist/keeper"])
    expect(of(real), real).toContain("belongs to Monban itself");
  expect(of("/opt/monban")).toContain("holds Monban's own program");
  for (const real of ["/root/shop", "/opt/shop", "/usr/local/shop", "/usr/share/shop", "/srv/monban/sample"])
    expect(of(real), real).toBeNull();
});

it("with named roots, only what lies in them is allowed, wherever they are", async () => {
  expect(await refusal(`${temp.path}/shop`, [`${temp.path}/shop`])).toBeNull();
  expect(await refusal(`${temp.path}/shop`, ["/srv"])).toContain(
    "outside the folders this installation allows",
  );
  expect(await refusal(`${temp.path}/data/sites/x`, [temp.path])).toContain("belongs to Monban itself");
  expect(await refusal("/usr/lib", ["/usr/lib"])).toBeNull();
});

it("folders are listed with those that look like an application, and without what cannot be chosen", async () => {
  await fs.mkdir(`${temp.path}/shop/.git`);
  await fs.mkdir(`${temp.path}/shop/venv`);
  await fs.writeFile(`${temp.path}/shop/venv/pyvenv.cfg`, "");
  await fs.mkdir(`${temp.path}/shop/templates`);
  await fs.symlink("/etc", `${temp.path}/shop/etc`);
  const instance = anInstance(temp.path, false);
  const above = await listFolders(system, instance, temp.path, []);
  expect(above).toMatchObject({
    ok: true,
    listing: {
      path: temp.path,
      parent: "/tmp",
      folders: [
        { name: "data", looksLikeApp: false },
        { name: "shop", path: `${temp.path}/shop`, looksLikeApp: true },
      ],
      truncated: false,
    },
  });
  const inside = await listFolders(system, instance, `${temp.path}/shop`, []);
  expect(inside.ok && inside.listing.folders.map(({ name }) => name)).toEqual(["templates"]);
  const top = await listFolders(system, instance, "", []);
  expect(top.ok && top.listing.parent).toBeNull();
  expect(top.ok && top.listing.folders.map(({ name }) => name)).not.toContain("etc");
  expect(await listFolders(system, instance, "/etc", [])).toMatchObject({
    ok: false,
    error: { path: "path" },
  });
});

it("settings whose paths are not there are told by field", async () => {
  const spec = siteSpecSchema.parse({
    name: "shop",
    domains: ["shop.example.org"],
    source: { kind: "directory", path: `${temp.path}/nowhere` },
    app: { entry: "app:app" },
    pool: { workers: 1 },
    environment: { kind: "existing", path: `${temp.path}/venv` },
    static: [
      { urlPath: "/static/", directory: "static" },
      { urlPath: "/etc/", directory: "/etc" },
    ],
  });
  const errors = await checkSpec({ system, instance: anInstance(temp.path, false) }, spec, []);
  expect(errors.map(({ path }) => path)).toEqual(["source.path", "environment.path", "static.1.directory"]);
  spec.source.path = `${temp.path}/shop`;
  spec.environment = { kind: "managed" };
  spec.static = [];
  expect(await checkSpec({ system, instance: anInstance(temp.path, false) }, spec, [])).toEqual([]);
});

it("an application that needs ASGI workers is refused at its entry point before anything is built", async () => {
  const path = `${temp.path}/api`;
  await fs.mkdir(path);
  await fs.writeFile(`${path}/main.py`, "from fastapi import FastAPI\napp = FastAPI()\n");
  const spec = aSpec({
    source: { kind: "directory", path },
    app: { entry: "main:app", framework: "fastapi" },
  });
  const errors = await checkSpec({ system, instance: anInstance(temp.path, false) }, spec, []);
  expect(errors).toEqual([
    { path: "app.entry", message: expect.stringMatching(/^FastAPI needs ASGI workers\./) },
  ]);
});
