// The test runners as `npm test` uses them: how each is started, and how its report is counted.
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { node24, root } from "./bootstrap/programs.mjs";
import { duration } from "./bootstrap/report.mjs";

const MINUTE_MS = 60_000;
const KILL_AFTER_TERM_MS = 10_000;

/** In the order they run. The deadlines only end what hangs: together the runners take about ten minutes. */
export const RUNNERS = [
  {
    name: "unit",
    part: "unit",
    tests: { folders: ["lib", "scripts", "app"], end: /\.test\.tsx?$/ },
    deadlineMs: 7 * MINUTE_MS,
  },
  {
    name: "faults",
    part: "e2e",
    tests: { folders: ["e2e/faults"], end: /\.test\.ts$/ },
    deadlineMs: 9 * MINUTE_MS,
  },
  {
    name: "api",
    part: "e2e",
    tests: { folders: ["e2e/api"], end: /\.test\.ts$/ },
    deadlineMs: 5 * MINUTE_MS,
  },
  {
    name: "panel",
    part: "panel",
    tests: { folders: ["e2e/panel"], end: /\.(spec|test)\.ts$/ },
    deadlineMs: 7 * MINUTE_MS,
  },
];

/**
 * Runs one runner to its end.
 *
 * @param {(typeof RUNNERS)[number]} runner
 * @param {{ env: NodeJS.ProcessEnv, extra?: string[] }} options `extra`: arguments for the runner, such as a file
 * @returns {Promise<{ passed: number, failed: number, skipped: number, complaints: string[] }>}
 *          `complaints`: what went wrong besides a failed test; each counts as one failure already
 */
export async function runTests(runner, { env, extra = [] }) {
  const files = testFiles(runner);
  if (files.length === 0) return { passed: 0, failed: 0, skipped: 0, complaints: [] };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "mb-report-"));
  const report = path.join(folder, "report.json");
  try {
    const end = await toItsEnd(commandOf(runner, { report, extra, env }), runner.deadlineMs);
    const counted = count(report, runner);
    const complaints = [...end.complaints, ...counted.complaints];
    if (extra.length === 0) complaints.push(...notRun(files, counted.files));
    if (extra.length === 0 && counted.files?.length === 0) complaints.push("it ran no test");
    if (complaints.length === 0 && counted.failed === 0 && end.status !== 0) {
      complaints.push(`it ended with status ${end.status} although no test failed`);
    }
    return { ...counted, failed: counted.failed + complaints.length, complaints };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/** The test files of a runner, relative to the repository. */
export function testFiles({ tests }) {
  return tests.folders.flatMap((folder) => filesUnder(folder)).filter((file) => tests.end.test(file));
}

function commandOf({ name }, { report, extra, env }) {
  if (name === "panel") {
    return {
      args: [
        path.join(root, "node_modules/@playwright/test/cli.js"),
        "test",
        "--reporter=list,json",
        ...extra,
      ],
      env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    };
  }
  const vitest = path.join(root, "node_modules/vitest/vitest.mjs");
  const reporters = [
    "--passWithNoTests",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
  ];
  return { args: [vitest, "run", "--project", name, ...reporters, ...extra], env };
}

/** Starts the runner in a process group of its own, so that a deadline or a signal ends its workers with it. */
function toItsEnd({ args, env }, deadlineMs) {
  const child = spawn(node24(), args, {
    cwd: root,
    env,
    stdio: ["ignore", "inherit", "inherit"],
    detached: true,
  });
  const tell = (signal) => {
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
  };
  const complaints = [];
  const timers = [
    setTimeout(() => {
      complaints.push(`it was not done after ${duration(deadlineMs)} and was stopped`);
      tell("SIGTERM");
      timers.push(setTimeout(() => tell("SIGKILL"), KILL_AFTER_TERM_MS));
    }, deadlineMs),
  ];
  let askedToEnd = null;
  const onSignal = (signal) => {
    askedToEnd ??= signal;
    tell(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, onSignal);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status) => {
      for (const timer of timers) clearTimeout(timer);
      for (const signal of signals) process.off(signal, onSignal);
      if (askedToEnd) process.exit(128 + os.constants.signals[askedToEnd]);
      resolve({ status, complaints });
    });
  });
}

function count(report, runner) {
  let result;
  try {
    result = JSON.parse(fs.readFileSync(report, "utf8"));
  } catch {
    return { passed: 0, failed: 0, skipped: 0, files: null, complaints: ["it left no report"] };
  }
  return runner.name === "panel" ? countPlaywright(result) : countVitest(result);
}

function countVitest(result) {
  const broken = result.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  );
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests,
    skipped: result.numPendingTests + result.numTodoTests,
    files: result.testResults.map((file) => path.relative(root, file.name)),
    complaints: broken.map((file) => `${path.relative(root, file.name)} could not run`),
  };
}

function countPlaywright(result) {
  const { expected, unexpected, flaky, skipped } = result.stats;
  return {
    passed: expected,
    failed: unexpected + flaky,
    skipped,
    files: result.suites.map((suite) => path.relative(root, path.resolve(result.config.rootDir, suite.file))),
    complaints: result.errors.map((error) => error.message.split("\n")[0]),
  };
}

function notRun(files, ran) {
  if (ran === null) return [];
  return files.filter((file) => !ran.includes(file)).map((file) => `${file} was not run`);
}

function filesUnder(folder) {
  if (!fs.existsSync(path.join(root, folder))) return [];
  return fs.readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : filesUnder(file);
    return [file];
  });
}
