import * as fs from "node:fs/promises";
import { expect, it } from "vitest";
import { type ReleaseScene, releaseScenes } from "../../testing/release-scene.ts";
import { type EnvironmentArgs, ensureEnvironment } from "./ensure-environment.ts";
import { findInterpreter } from "./interpreter.ts";
import type { EnvironmentResult } from "./result.ts";

const scenes = releaseScenes();
const INSTALL_TIMEOUT = 300_000;

it("an environment is built once for what a release asks for, and again when it asks for something else", {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  const scene = await scenes.open();
  const folder = await aRelease(scene, 1, { "requirements.txt": "itsdangerous==2.2.0\n" });
  const { result, output } = await ensure(scene, folder);
  expect(result).toMatchObject({ ok: true, gunicornVersion: "26.1.0", reused: false });
  if (!result.ok) return;
  expect(output).toContain("itsdangerous");
  expect(result.python).toBe(`${scene.paths.environment(result.hash)}/bin/python`);
  expect(await importable(scene, result, "itsdangerous, gunicorn")).toBe(true);
  expect(await scene.system.files.list(scene.paths.environment(result.hash))).not.toContain(".home");
  if (scene.system.accounts.privileged) {
    const stat = await scene.system.files.stat(scene.paths.environment(result.hash));
    expect(stat).toMatchObject({ uid: scene.user.uid, mode: 0o750 });
  }

  const same = await aRelease(scene, 2, { "requirements.txt": "itsdangerous==2.2.0\n", "app.py": "new" });
  expect((await ensure(scene, same)).result).toEqual({ ...result, reused: true });

  // One that was not finished is built again.
  await fs.rm(`${scene.paths.environment(result.hash)}/monban.json`);
  expect((await ensure(scene, same)).result).toEqual({ ...result, reused: false });

  const other = await aRelease(scene, 3, {
    "requirements.txt": "-r more.txt\n",
    "more.txt": "gunicorn==23.0.0\n",
  });
  const next = (await ensure(scene, other)).result;
  expect(next).toMatchObject({ ok: true, gunicornVersion: "23.0.0", reused: false });
  expect(next.ok && next.hash).not.toBe(result.hash);
});

it("a package that does not exist fails with one sentence and leaves no environment", {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  const scene = await scenes.open();
  const folder = await aRelease(scene, 1, {
    "requirements.txt": "itsdangerous\nmonban-no-such-package-0==1\n",
  });
  const { result } = await ensure(scene, folder);
  expect(result).toMatchObject({
    ok: false,
    sentence: "No matching distribution found for monban-no-such-package-0==1 (line 2 of requirements.txt).",
  });
  expect(!result.ok && result.evidence.join("\n")).toContain("monban-no-such-package-0");
  expect(await scene.system.files.list(scene.paths.environments)).toEqual([]);
});

it("the dependencies of pyproject.toml are installed without building it", {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  const scene = await scenes.open();
  const folder = await aRelease(scene, 1, {
    "pyproject.toml": '[project]\nname = "cannot-be-built"\ndependencies = ["itsdangerous>=2"]\n',
  });
  const { result } = await ensure(scene, folder);
  expect(result).toMatchObject({ ok: true, gunicornVersion: "26.1.0" });
  expect(await importable(scene, result, "itsdangerous")).toBe(true);
});

it("when uv does not get through, pip builds the environment", { timeout: INSTALL_TIMEOUT }, async () => {
  const scene = await scenes.open();
  const folder = await aRelease(scene, 1, { "app.py": "" });
  const bin = `${scene.root}/bin`;
  await fs.mkdir(bin);
  await fs.writeFile(`${bin}/uv`, '#!/bin/sh\n[ "$1" = --version ] && exit 0\necho dns error >&2\nexit 2\n', {
    mode: 0o755,
  });
  const { result, output } = await ensure(scene, folder, { PATH: `${bin}:/usr/bin:/bin` });
  expect(result).toMatchObject({ ok: true, gunicornVersion: "26.1.0" });
  expect(output).toContain("uv did not get through");
});

it("a cancelled installation leaves no environment", { timeout: INSTALL_TIMEOUT }, async () => {
  const scene = await scenes.open();
  const folder = await aRelease(scene, 1, { "requirements.txt": "itsdangerous\n" });
  const control = new AbortController();
  const { result } = await ensure(
    scene,
    folder,
    {},
    { signal: control.signal, onOutput: () => control.abort() },
  );
  expect(result).toMatchObject({ ok: false, sentence: "The installation was cancelled." });
  expect(await scene.system.files.list(scene.paths.environments)).toEqual([]);
});

it("an existing environment is used as it is, or refused with the reason", {
  timeout: INSTALL_TIMEOUT,
}, async () => {
  const scene = await scenes.open();
  const folder = await aRelease(scene, 1, { "app.py": "" });
  const path = `${scene.root}/venv`;
  const useIt = async () => {
    scene.site.spec.environment = { kind: "existing", path };
    return (await ensure(scene, folder)).result;
  };
  expect(await useIt()).toMatchObject({
    ok: false,
    sentence: `${path} is not a virtual environment that works: there is no ${path}/bin/python.`,
  });
  await make(scene, ["/usr/bin/python3", "-m", "venv", path]);
  expect(await useIt()).toMatchObject({
    ok: false,
    sentence: expect.stringContaining("gunicorn is not installed in"),
  });
  const packages = (await fs.readdir(`${path}/lib`))[0];
  const gunicorn = `${path}/lib/${packages}/site-packages/gunicorn`;
  await fs.mkdir(gunicorn);
  await fs.writeFile(`${gunicorn}/__init__.py`, '__version__ = "26.0.0"\n');
  const before = await scene.system.files.list(gunicorn);
  expect(await useIt()).toMatchObject({
    ok: true,
    python: `${path}/bin/python`,
    gunicornVersion: "26.0.0",
    reused: true,
  });
  expect((await scene.system.files.list(gunicorn)).filter((name) => name !== "__pycache__")).toEqual(before);
});

it("a Python that the site's user cannot run is passed over", async () => {
  const scene = await scenes.open();
  const closed = `${scene.root}/closed`;
  await fs.mkdir(closed, { mode: 0o700 });
  await fs.symlink("/usr/bin/python3", `${closed}/python3`);
  const args = { system: scene.system, user: scene.user, searchPath: `${closed}:/usr/bin` };
  expect(await findInterpreter({ ...args, chosen: undefined })).toMatchObject({ ok: true });
  const chosen = await findInterpreter({ ...args, chosen: `${closed}/python3` });
  expect(chosen.ok).toBe(!scene.system.accounts.privileged);
  const wrong = await findInterpreter({ ...args, chosen: "/bin/ls" });
  expect(wrong).toMatchObject({ ok: false, sentence: expect.stringContaining("/bin/ls cannot be used") });
});

async function aRelease(scene: ReleaseScene, number: number, files: Record<string, string>): Promise<string> {
  const folder = scene.paths.release(number);
  await fs.mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) await fs.writeFile(`${folder}/${name}`, text);
  return folder;
}

async function ensure(
  scene: ReleaseScene,
  releaseFolder: string,
  variables: Record<string, string> = {},
  overrides: Partial<EnvironmentArgs> = {},
) {
  let output = "";
  const result = await ensureEnvironment({
    system: scene.system,
    instance: scene.instance,
    site: scene.site,
    releaseFolder,
    user: scene.user,
    signal: new AbortController().signal,
    onOutput: (text) => {
      output += text;
    },
    variables: { ...process.env, ...variables },
    ...overrides,
  });
  return { result, output };
}

async function importable(scene: ReleaseScene, result: EnvironmentResult, modules: string): Promise<boolean> {
  if (!result.ok) return false;
  return (await make(scene, [result.python, "-c", `import ${modules}`])).exitCode === 0;
}

function make(scene: ReleaseScene, [file, ...args]: string[]) {
  return scene.system.run({
    file: file!,
    args,
    env: { PATH: "/usr/bin:/bin" },
    timeoutMs: INSTALL_TIMEOUT,
  });
}
