// Keeps Debian from starting the services of the packages it installs.
// /usr/sbin/policy-rc.d is the place Debian asks before it starts a service; status 101 means "do not".
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { Halt } from "./report.mjs";

export const POLICY_FILE = "/usr/sbin/policy-rc.d";
const FORBIDDEN = 101;
const MARK = /^# put here by Monban's set-up, process (\d+)$/m;
const POLICY_DEADLINE_MS = 10_000;

/**
 * Forbids service starts until `release` is called. A policy of the machine's own is never replaced: when it
 * forbids starts already it is enough, and when it allows them nothing may be installed.
 *
 * @returns {{ release: () => void }} safe to call twice; also called when this process exits
 * @throws {Halt} when starts cannot be forbidden
 */
export function holdServices({ service, policyFile = POLICY_FILE, repair }) {
  removeStale(policyFile);
  const text = `#!/bin/sh\n# put here by Monban's set-up, process ${process.pid}\n# It keeps packages from starting services, and goes away when they are installed.\nexit ${FORBIDDEN}\n`;
  if (!createOnly(policyFile, text)) {
    if (forbids(policyFile, service)) return { release() {} };
    throw new Halt(`${policyFile} exists and lets packages start their services, so nothing was installed.`, {
      repair,
    });
  }
  const release = () => {
    if (readText(policyFile) === text) fs.unlinkSync(policyFile);
    process.off("exit", release);
  };
  process.on("exit", release);
  return { release };
}

/** Removes the policy that a killed set-up left behind; halts while another set-up is at work. */
function removeStale(policyFile) {
  const owner = MARK.exec(readText(policyFile) ?? "")?.[1];
  if (owner === undefined) return;
  if (fs.existsSync(`/proc/${owner}`)) {
    throw new Halt(`Another set-up of Monban is at work (process ${owner}).`, {
      repair: "wait for it to end, then run this again.",
    });
  }
  fs.unlinkSync(policyFile);
}

/** Writes the file complete and executable, or returns false because there is one. */
function createOnly(file, text) {
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, text, { mode: 0o755 });
  try {
    fs.linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    fs.unlinkSync(draft);
  }
}

function forbids(policyFile, service) {
  const answer = spawnSync(policyFile, [service, "start"], { timeout: POLICY_DEADLINE_MS, stdio: "ignore" });
  return answer.status === FORBIDDEN;
}

function readText(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return null;
  }
}
