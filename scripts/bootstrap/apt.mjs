// Debian packages: downloaded with a deadline, installed without starting, enabling or reconfiguring a service.
import fs from "node:fs";
import { findProgram } from "./programs.mjs";
import { duration, Halt, say } from "./report.mjs";
import { excerpt, howItEnded, run, runOrHalt, uninterrupted } from "./run.mjs";
import { holdServices } from "./service-hold.mjs";

const UPDATE_DEADLINE_MS = 5 * 60_000;
const DOWNLOAD_DEADLINE_MS = 10 * 60_000;
const INSTALL_DEADLINE_MS = 15 * 60_000;
const DISABLE_DEADLINE_MS = 60_000;

/** A connection that says nothing for 30 s is given up; a lock of another apt-get is waited for. */
const PATIENCE = [
  "-o",
  "Acquire::http::Timeout=30",
  "-o",
  "Acquire::https::Timeout=30",
  "-o",
  "Acquire::Retries=2",
  "-o",
  "DPkg::Lock::Timeout=300",
];
const UNIT_FILES = [
  "/lib/systemd/system/nginx.service",
  "/etc/systemd/system/nginx.service",
  "/etc/init.d/nginx",
];

/** @param {string[]} packages */
export async function installDebianPackages(packages) {
  const apt = findProgram("apt-get");
  const env = {
    ...process.env,
    DEBIAN_FRONTEND: "noninteractive",
    NEEDRESTART_SUSPEND: "1",
    LC_ALL: "C.UTF-8",
  };
  const started = Date.now();
  say("System", `installing ${packages.join(", ")} with apt-get`);
  await download(apt, packages, env);
  await uninterrupted("System", () => installDownloaded(apt, packages, env));
  say("System", `installed in ${duration(Date.now() - started)}`);
}

/** Fetches the packages first: this part may be slow, and may be broken off without harm. */
async function download(apt, packages, env) {
  const args = ["install", "-y", "--no-install-recommends", "--download-only", ...PATIENCE, ...packages];
  const options = { doing: "downloading packages", area: "System", env, deadlineMs: DOWNLOAD_DEADLINE_MS };
  if (hasPackageLists()) {
    const first = await run(apt, args, options);
    if (first.status === 0) return;
    say("System", "apt-get could not download the packages; reading the package lists anew");
  }
  const update = await runOrHalt(apt, ["update", ...PATIENCE], {
    shownAs: "apt-get update",
    doing: "reading the package lists",
    area: "System",
    env,
    deadlineMs: UPDATE_DEADLINE_MS,
    repair: "check that this machine reaches its package servers, then run the same command again.",
  });
  const second = await run(apt, args, options);
  if (second.status === 0) return;
  const command = `apt-get install --download-only ${packages.join(" ")}`;
  const how = howItEnded(command, second, DOWNLOAD_DEADLINE_MS);
  throw new Halt(`The packages could not be downloaded. ${how}`, {
    // `apt-get update` ends with status 0 also when it reached nothing: what it said belongs to the evidence.
    evidence: excerpt([...update.lines.filter((line) => /^(Err|W|E):/.test(line)), ...second.lines]),
    repair: `run this as root and read its answer: apt-get install ${packages.join(" ")}`,
  });
}

async function installDownloaded(apt, packages, env) {
  const hadNginxService = UNIT_FILES.some((file) => fs.existsSync(file));
  const repair = `run this as root and read its answer: apt-get install ${packages.join(" ")}`;
  const hold = holdServices({ service: "nginx", repair });
  try {
    await runOrHalt(apt, ["install", "-y", "--no-install-recommends", ...PATIENCE, ...packages], {
      shownAs: `apt-get install ${packages.join(" ")}`,
      doing: `installing ${packages.join(", ")}`,
      area: "System",
      env,
      deadlineMs: INSTALL_DEADLINE_MS,
      ownSession: true,
      repair,
    });
    if (!hadNginxService && packages.includes("nginx")) await keepNginxServiceOff();
  } finally {
    hold.release();
  }
}

function hasPackageLists() {
  const folder = "/var/lib/apt/lists";
  return fs.existsSync(folder) && fs.readdirSync(folder).some((name) => /_Packages(\.\w+)?$/.test(name));
}

/** Debian enables a service when its package is installed. Monban runs its own nginx, so this one stays off. */
async function keepNginxServiceOff() {
  const systemctl = findProgram("systemctl");
  const [file, args] = systemctl
    ? [systemctl, ["disable", "nginx.service"]]
    : [findProgram("update-rc.d"), ["nginx", "disable"]];
  if (file === null) return;
  await runOrHalt(file, args, {
    doing: "keeping the system's nginx service off",
    ownSession: true,
    deadlineMs: DISABLE_DEADLINE_MS,
    repair: "run this as root: systemctl disable nginx",
  });
  say("System", "the system's own nginx service is installed but stays off; Monban runs a private nginx");
}
