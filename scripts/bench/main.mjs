// npm run bench: measures all budgets on a real Monban. Runs on Node 20 as well, and goes on with the Node of Monban.
import { spawnSync } from "node:child_process";
import path from "node:path";
import { build } from "../bootstrap/build.mjs";
import { node24 } from "../bootstrap/programs.mjs";
import { main, say } from "../bootstrap/report.mjs";

/** Twice what it takes on an idle machine. */
const DEADLINE_MS = 8 * 60_000;

await main(async () => {
  await build();
  say("Bench", "about three minutes; other work on this machine shows in the figures");
  const program = path.join(import.meta.dirname, "stack.mjs");
  // It ends its Monban on TERM, which is what comes at the deadline.
  const { status } = spawnSync(node24(), ["--disable-warning=ExperimentalWarning", program], {
    stdio: "inherit",
    timeout: DEADLINE_MS,
  });
  process.exitCode = status ?? 1;
});
