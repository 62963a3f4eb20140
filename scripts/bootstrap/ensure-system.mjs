// What Monban needs from the machine itself: nginx, a Python with venv, and for the tests a browser.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { installDebianPackages } from "./apt.mjs";
import { findProgram, isProgram, root } from "./programs.mjs";
import { Halt } from "./report.mjs";

const PYTHON_DEADLINE_MS = 15_000;
const FONT_LIST_DEADLINE_MS = 15_000;
/** Python 3.9 is the oldest with what the keeper uses (os.pidfd_open); venv needs ensurepip to bring pip. */
const PYTHON_QUESTION =
  "import sys, venv, ensurepip; assert sys.version_info >= (3, 9), sys.version; print(sys.executable)";

/**
 * Finds or installs what is missing.
 *
 * @param {{ tests?: boolean }} options `tests`: also a browser and a font with Japanese letters
 * @returns {Promise<Record<string, string>>} where things are, as environment: MONBAN_NGINX, MONBAN_PYTHON, …
 * @throws {Halt} when something is missing that this user may not install
 */
export async function ensureSystem({ tests = false } = {}) {
  const before = look({ tests });
  if (before.missing.length === 0) return before.environment;
  await install(before.missing, { tests });
  const after = look({ tests });
  if (after.missing.length === 0) return after.environment;
  throw new Halt(`Installed, and still not found: ${names(after.missing)}.`);
}

function look({ tests }) {
  const needs = [
    { name: "nginx", packages: ["nginx"], variable: "MONBAN_NGINX", find: findNginx },
    {
      name: "Python 3.9 or newer with venv",
      packages: ["python3", "python3-venv"],
      variable: "MONBAN_PYTHON",
      find: findPython,
    },
  ];
  if (tests) {
    needs.push(
      { name: "Chromium", packages: ["chromium"], variable: "MONBAN_CHROMIUM", find: findChromium },
      { name: "a Japanese font", packages: ["fontconfig", "fonts-vlgothic"], find: findJapaneseFont },
    );
  }
  const environment = {};
  const missing = [];
  for (const need of needs) {
    const found = need.find();
    if (found === null) missing.push(need);
    else if (need.variable) environment[need.variable] = found;
  }
  return { environment, missing };
}

async function install(missing, { tests }) {
  const packages = missing.flatMap((need) => need.packages);
  const isRoot = process.getuid?.() === 0;
  if (isRoot && findProgram("apt-get")) return installDebianPackages(packages);
  if (findProgram("apt-get")) {
    throw new Halt(`Missing on this machine: ${names(missing)}. Only root can install that.`, {
      repair: `run the following as root, then the same command as now again. It installs ${packages.join(", ")} with apt-get and keeps the system's own nginx service off.\n\n    ${setupCommand(tests)}\n`,
    });
  }
  throw new Halt(`Missing on this machine: ${names(missing)}.`, {
    repair: `${otherPackageSystem(missing)}, then run the same command again.`,
  });
}

function names(needs) {
  return needs.map((need) => need.name).join(", ");
}

/** The short command where root's PATH has npm too, else one with full paths (Node from a version manager). */
function setupCommand(tests) {
  const sudo = findProgram("sudo") ? "sudo " : "";
  if (findProgram("npm")?.startsWith("/usr/")) return `${sudo}npm run setup${tests ? " -- --tests" : ""}`;
  return `${sudo}${process.execPath} ${path.join(root, "scripts/setup.mjs")}${tests ? " --tests" : ""}`;
}

function otherPackageSystem(missing) {
  const packages = missing.map((need) => need.packages[0]).join(" ");
  if (findProgram("dnf")) return `run as root: dnf install ${packages}`;
  if (findProgram("apk")) return `run as root: apk add ${packages}`;
  if (findProgram("pacman")) return "run as root: pacman -S nginx python";
  if (findProgram("zypper")) return `run as root: zypper install ${packages}`;
  return "install them with the system's package manager";
}

function findNginx() {
  return fromEnvironment("MONBAN_NGINX") ?? findProgram("nginx");
}

function findChromium() {
  const candidates = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  return fromEnvironment("MONBAN_CHROMIUM") ?? candidates.map(findProgram).find(Boolean) ?? null;
}

/**
 * The system's own Python comes first: a version manager's Python lies in a home folder, where the users that
 * run the sites cannot read it.
 */
function findPython() {
  const given = fromEnvironment("MONBAN_PYTHON");
  if (given) return askPython(given) ?? haltForPython(given);
  for (const candidate of ["/usr/bin/python3", "/usr/local/bin/python3"]) {
    const python = isProgram(candidate) ? askPython(candidate) : null;
    if (python) return python;
  }
  // Root can repair the system's Python, so another one is second best for everybody else only.
  if (process.getuid?.() === 0 && findProgram("apt-get")) return null;
  const other = findProgram("python3");
  return other === null ? null : askPython(other);
}

/** The interpreter's real path when it is new enough and can make virtual environments, else null. */
function askPython(file) {
  const answer = spawnSync(file, ["-I", "-c", PYTHON_QUESTION], {
    encoding: "utf8",
    timeout: PYTHON_DEADLINE_MS,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return answer.status === 0 ? answer.stdout.trim() : null;
}

function haltForPython(file) {
  throw new Halt(`MONBAN_PYTHON is ${file}, which is not a Python 3.9 or newer with venv and ensurepip.`, {
    repair: "unset MONBAN_PYTHON, or name another interpreter.",
  });
}

function findJapaneseFont() {
  const list = findProgram("fc-list");
  if (list === null) return null;
  const answer = spawnSync(list, [":lang=ja", "family"], {
    encoding: "utf8",
    timeout: FONT_LIST_DEADLINE_MS,
  });
  return answer.stdout?.trim() || null;
}

/** A program that the environment names. It has to be there: guessing another one would surprise. */
function fromEnvironment(variable) {
  const file = process.env[variable];
  if (!file) return null;
  if (isProgram(file)) return file;
  throw new Halt(`${variable} is ${file}, and no program is there.`, {
    repair: `unset ${variable}, or let it name the program's path.`,
  });
}
