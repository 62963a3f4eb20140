// Runs a program in this one's place: same terminal, same signals, same exit status.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import { Halt } from "./report.mjs";

const FORWARDED = ["SIGTERM", "SIGINT", "SIGHUP"];
const PARENT_LOOK_MS = 500;

/**
 * Starts the program and stays until it has ended. Each signal is handed on once.
 *
 * @returns {Promise<never>} the process exits with the program's status, or 128 + the signal that ended it
 */
export function handOver(file, args, { env = process.env, cwd } = {}) {
  return new Promise((_, reject) => {
    // Listening comes first, so that no signal can end this process while the program lives on.
    let child = null;
    const forwarded = new Set();
    for (const signal of FORWARDED) {
      process.on(signal, () => {
        if (signal === "SIGINT" && terminalTellsChildren()) return;
        if (forwarded.has(signal)) return;
        forwarded.add(signal);
        child?.kill(signal);
      });
    }
    child = spawn(file, args, { env, cwd, stdio: "inherit" });
    child.on("error", (cause) => reject(new Halt(`Could not run ${file}: ${cause.message}`)));
    if (process.env.npm_lifecycle_event) endWhenNpmDies(child);
    child.on("exit", (status, signal) => {
      process.exit(signal ? 128 + os.constants.signals[signal] : status);
    });
  });
}

/** npm hands on SIGTERM and SIGINT only. When it is killed or hung up it takes its program with it all the same. */
function endWhenNpmDies(child) {
  const npm = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === npm) return;
    clearInterval(timer);
    child.kill("SIGTERM");
  }, PARENT_LOOK_MS);
}

/**
 * True when this process is in the terminal's foreground group: then Ctrl-C has reached the program already,
 * and handing it on would look like an impatient second one.
 */
function terminalTellsChildren() {
  try {
    const stat = fs.readFileSync("/proc/self/stat", "utf8");
    // After the name in brackets: state, parent, process group, session, terminal, the terminal's foreground group.
    const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return group === foreground;
  } catch {
    return false;
  }
}
