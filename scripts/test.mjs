// npm test: installs what is missing, builds, checks, and runs every test against the real nginx, gunicorn and browser.
// npm test -- unit | e2e | panel [file …]: one part, with the runner's own arguments. Ends with `N passed, N failed`.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { build } from "./bootstrap/build.mjs";
import { ensurePackages } from "./bootstrap/ensure-packages.mjs";
import { ensureSystem } from "./bootstrap/ensure-system.mjs";
import { node24, root } from "./bootstrap/programs.mjs";
import { duration, Halt, main, say } from "./bootstrap/report.mjs";
import { endLeftovers, MARK } from "./leftovers.mjs";
import { RUNNERS, runTests, testFiles } from "./runners.mjs";

const PARTS = ["unit", "e2e", "panel"];
const CHECK_DEADLINE_MS = 6 * 60_000;
const total = { passed: 0, failed: 0 };

await main(async () => {
  try {
    await testEverything(process.argv.slice(2));
  } catch (error) {
    total.failed += 1;
    throw error;
  } finally {
    if (total.failed > 0) process.exitCode = 1;
    // Printed last, after the explanation of a failure that `main` writes.
    process.on("exit", () => console.log(`${total.passed} passed, ${total.failed} failed`));
  }
});

async function testEverything([part, ...extra]) {
  if (part !== undefined && !PARTS.includes(part))
    throw new Halt(`usage: npm test [-- ${PARTS.join("|")} [file …]]`);
  await ensurePackages();
  const found = await ensureSystem({ tests: true });
  await build(part === "unit" ? ["client"] : undefined);
  if (part === undefined) check();
  const mark = randomBytes(8).toString("hex");
  const env = { ...environmentOfTests(), ...found, [MARK]: mark };
  for (const runner of RUNNERS.filter((it) => part === undefined || it.part === part)) {
    await runOne(runner, { env, extra });
    for (const line of await endLeftovers(mark)) complain(line);
  }
  if (total.passed + total.failed === 0) complain("no test was run");
}

function check() {
  const result = spawnSync(node24(), ["scripts/check.mjs"], {
    cwd: root,
    stdio: "inherit",
    timeout: CHECK_DEADLINE_MS,
  });
  if (result.status !== 0) complain("npm run check failed");
}

async function runOne(runner, options) {
  if (testFiles(runner).length === 0) return say("Tests", `${runner.name}: there are none`);
  const started = Date.now();
  say("Tests", runner.name);
  const result = await runTests(runner, options);
  total.passed += result.passed;
  total.failed += result.failed;
  for (const text of result.complaints) say("Tests", `FAILED: ${runner.name}: ${text}`);
  const skipped = result.skipped > 0 ? `, ${result.skipped} skipped` : "";
  const took = duration(Date.now() - started);
  say("Tests", `${runner.name}: ${result.passed} passed, ${result.failed} failed${skipped} in ${took}`);
}

function complain(text) {
  total.failed += 1;
  say("Tests", `FAILED: ${text}`);
}

/** The machine's environment without settings of a Monban that this person may be running. */
function environmentOfTests() {
  const entries = Object.entries(process.env).filter(
    ([name]) => !name.startsWith("MONBAN_") && !["FORCE_COLOR", "NODE_ENV"].includes(name),
  );
  return {
    ...Object.fromEntries(entries),
    ...(process.stdout.isTTY ? {} : { NO_COLOR: "1" }),
  };
}
