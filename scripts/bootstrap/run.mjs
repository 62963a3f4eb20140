// Runs another program: a file and its arguments, never a shell, and never without a deadline.
import { spawn } from "node:child_process";
import os from "node:os";
import { stripVTControlCharacters } from "node:util";
import { duration, Halt, say } from "./report.mjs";

const KEPT_LINES = 400;
const STILL_RUNNING_EVERY_MS = 15_000;
const KILL_AFTER_TERM_MS = 5_000;
const EVIDENCE_LINES = 30;

const ENDING_SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Runs a program to its end and collects what it prints. A signal that asks this process to end is handed to the
 * program, and this process exits after it.
 *
 *
 * @param {string} file
 * @param {string[]} args
 * @param {object} options
 * @param {string} options.doing        what it does, in words that follow "still": "installing nginx"
 * @param {string} [options.area]       with it, a line is printed every 15 s so that nobody thinks it hangs
 * @param {number} options.deadlineMs   after it, SIGTERM and 5 s later SIGKILL
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {string} [options.cwd]
 * @param {boolean} [options.ownSession] Ctrl-C in the terminal does not reach it; for use inside `uninterrupted`
 * @returns {Promise<{ status: number | null, signal: string | null, late: boolean, lines: string[] }>}
 *          `late`: it was ended because the deadline passed
 * @throws {Halt} when the program cannot be started
 */
export function run(file, args, { doing, area, deadlineMs, env, cwd, ownSession = false }) {
  const started = Date.now();
  const child = spawn(file, args, {
    env: env ?? process.env,
    cwd,
    detached: ownSession,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = [];
  for (const stream of [child.stdout, child.stderr]) collectLines(stream, lines);

  const timers = [];
  if (area) {
    const tick = () => say(area, `still ${doing} (${duration(Date.now() - started)})`);
    timers.push(setInterval(tick, STILL_RUNNING_EVERY_MS));
  }
  let late = false;
  timers.push(
    setTimeout(() => {
      late = true;
      child.kill("SIGTERM");
      timers.push(setTimeout(() => child.kill("SIGKILL"), KILL_AFTER_TERM_MS));
    }, deadlineMs),
  );

  let askedToEnd = null;
  const onSignal = (signal) => {
    askedToEnd ??= signal;
    child.kill(signal);
  };
  if (!isUninterrupted) for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);

  return new Promise((resolve, reject) => {
    const done = (settle) => {
      for (const timer of timers) clearTimeout(timer);
      for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
      if (askedToEnd) process.exit(statusAfter(askedToEnd));
      settle();
    };
    child.on("error", (cause) => done(() => reject(new Halt(`Could not run ${file}: ${cause.message}`))));
    // A grandchild that holds the pipes open must not outlive the deadline of this wait.
    child.on("exit", () => {
      if (late || askedToEnd) for (const stream of [child.stdout, child.stderr]) stream.destroy();
    });
    child.on("close", (status, signal) => done(() => resolve({ status, signal, late, lines })));
  });
}

let isUninterrupted = false;

/** Does work that must not stop half-way. A signal that comes meanwhile ends this process when the work is done. */
export async function uninterrupted(area, work) {
  let askedToEnd = null;
  const onSignal = (signal) => {
    askedToEnd ??= signal;
    say(area, `${signal}: will end as soon as this step is complete`);
  };
  for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
  isUninterrupted = true;
  try {
    return await work();
  } finally {
    isUninterrupted = false;
    for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
    if (askedToEnd) process.exit(statusAfter(askedToEnd));
  }
}

function statusAfter(signal) {
  return 128 + os.constants.signals[signal];
}

/**
 * Runs a program and halts unless it ends with status 0.
 *
 * @param {string} file
 * @param {string[]} args
 * @param {Parameters<typeof run>[2] & { repair?: string, shownAs?: string }} options
 *        `shownAs`: the command as the message shows it, when the real one is long
 */
export async function runOrHalt(file, args, options) {
  const result = await run(file, args, options);
  if (result.status === 0) return result;
  const command = options.shownAs ?? [file, ...args].join(" ");
  throw new Halt(`Failed: ${options.doing}. ${howItEnded(command, result, options.deadlineMs)}`, {
    evidence: excerpt(result.lines),
    repair: options.repair,
  });
}

/** The lines to show of a failed program: the first often say why, the last what came of it. */
export function excerpt(lines) {
  if (lines.length <= EVIDENCE_LINES) return lines;
  const half = EVIDENCE_LINES / 2;
  return [...lines.slice(0, half), "…", ...lines.slice(-half)];
}

/** One sentence about how a program ended. */
export function howItEnded(command, { status, signal, late }, deadlineMs) {
  if (late) return `\`${command}\` was not done after ${duration(deadlineMs)} and was stopped.`;
  if (signal) return `\`${command}\` was ended by ${signal}.`;
  return `\`${command}\` ended with status ${status}.`;
}

function collectLines(stream, lines) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text) => {
    const parts = (rest + text).split(/\r?\n/);
    rest = parts.pop();
    keep(parts);
  });
  stream.on("end", () => keep([rest]));

  function keep(more) {
    lines.push(...more.map(stripVTControlCharacters).filter((line) => line.trim() !== ""));
    if (lines.length > KEPT_LINES) lines.splice(0, lines.length - KEPT_LINES);
  }
}
