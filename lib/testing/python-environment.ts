/** Virtual environments with packages for tests, made once and shared by all test files and runs. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, rename, rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { blockedFolders, isTemporary, letPass } from "../system/reachable.ts";

const run = promisify(execFile);
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/monban-python", import.meta.url));
/** Used when tests run as root in a place that the users of their sites cannot enter, such as /root. */
const OPEN_CACHE = "/var/tmp/monban-python-of-tests";
const INSTALL_DEADLINE_MS = 300_000;

/** The gunicorn Monban installs itself, and Flask: what most tests of workers need. */
export const gunicornAndFlask: readonly string[] = ["gunicorn==26.1.0", "flask==3.1.3"];

/** The interpreter of an environment that holds exactly these packages, such as `gunicorn==26.1.0`. */
export async function pythonEnvironment({
  packages,
}: {
  packages: readonly string[];
}): Promise<{ python: string }> {
  const base = process.env.MONBAN_TEST_PYTHON ?? "/usr/bin/python3";
  const { stdout: version } = await run(base, ["--version"]);
  const key = createHash("sha256")
    .update([base, version, ...[...packages].sort()].join("\n"))
    .digest("hex")
    .slice(0, 16);
  const cache = await cacheFolder();
  const folder = `${cache}/${key}`;
  const python = `${folder}/bin/python`;
  if (await exists(python)) return { python };
  // Made aside and renamed, because other test files may be making the same one; `python -m` works after a rename.
  const aside = `${folder}.${process.pid}`;
  const options = { timeout: INSTALL_DEADLINE_MS, maxBuffer: 16 * 1024 ** 2 };
  await run(base, ["-m", "venv", aside], options);
  await run(
    `${aside}/bin/python`,
    ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages],
    options,
  );
  await rename(aside, folder).catch(async (error) => {
    if (!(await exists(python))) throw error;
    await rm(aside, { recursive: true, force: true });
  });
  return { python };
}

async function cacheFolder(): Promise<string> {
  await mkdir(CACHE, { recursive: true });
  const blocked = process.getuid?.() === 0 ? await blockedFolders(CACHE) : [];
  if (blocked.every(isTemporary)) {
    for (const folder of blocked) await letPass(folder);
    return CACHE;
  }
  await mkdir(OPEN_CACHE, { recursive: true, mode: 0o755 });
  if ((await stat(OPEN_CACHE)).uid !== 0) throw new Error(`${OPEN_CACHE} does not belong to root`);
  return OPEN_CACHE;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
