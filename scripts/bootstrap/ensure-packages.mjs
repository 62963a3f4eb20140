// The npm packages, exactly as package-lock.json says.
import fs from "node:fs";
import path from "node:path";
import { findProgram, root } from "./programs.mjs";
import { duration, Halt, say } from "./report.mjs";
import { runOrHalt } from "./run.mjs";

const INSTALL_DEADLINE_MS = 10 * 60_000;
/** No package needs its scripts, and without them none needs a compiler. A silent registry is given up after a minute. */
const NPM_OPTIONS = [
  "--loglevel=error",
  "--no-fund",
  "--no-audit",
  "--ignore-scripts",
  "--fetch-timeout=60000",
];

/** Runs `npm ci` when node_modules is missing or is not what package-lock.json says. */
export async function ensurePackages() {
  const reason = whyNotInstalled();
  if (reason === null) return;
  const npm = findProgram("npm");
  if (npm === null) {
    throw new Halt("The npm packages are missing, and there is no npm on PATH.", {
      repair: "install npm 10 or newer and run this again.",
    });
  }
  say("Packages", `${reason}. Installing the npm packages; the first time takes about a minute.`);
  const started = Date.now();
  await runOrHalt(npm, ["ci", ...NPM_OPTIONS], {
    shownAs: "npm ci",
    doing: "installing the npm packages",
    area: "Packages",
    cwd: root,
    env: { ...process.env, PATH: pathWithoutOwnTools() },
    deadlineMs: INSTALL_DEADLINE_MS,
    repair: "check that this machine reaches its npm registry (npm ping), then run the same command again.",
  });
  const left = whyNotInstalled();
  if (left !== null) throw new Halt(`npm ci ended well, and yet: ${left}.`);
  say("Packages", `installed in ${duration(Date.now() - started)}`);
}

/**
 * Why the packages have to be installed, as the beginning of a sentence, or null.
 * npm writes node_modules/.package-lock.json as its last act, so that an interrupted installation lacks it.
 */
function whyNotInstalled() {
  const wanted = readLock(path.join(root, "package-lock.json"));
  if (wanted === null)
    throw new Halt("package-lock.json is missing or not JSON: this checkout is incomplete.");
  const installed = readLock(path.join(root, "node_modules/.package-lock.json"));
  if (installed === null) return "The npm packages are not installed yet";
  for (const [place, entry] of Object.entries(wanted)) {
    if (place === "") continue;
    const found = installed[place];
    // Optional packages of other platforms are in the lockfile and not on the disk.
    if (found ? found.version !== entry.version : !entry.optional) return "package-lock.json has changed";
  }
  return null;
}

function readLock(file) {
  try {
    return JSON.parse(fs.readFileSync(file, "utf8")).packages;
  } catch {
    return null;
  }
}

/** npm is a script that looks for `node` on PATH: not in the node_modules it is about to replace. */
function pathWithoutOwnTools() {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.filter((folder) => !folder.includes("node_modules")).join(path.delimiter);
}
