// npm run check: what can be known without running the product. Types, style, who imports whom, and whether the
// migrations lead to the database schema. All four run, also when one fails.
import fs from "node:fs";
import path from "node:path";
import { build } from "./bootstrap/build.mjs";
import { ensurePackages } from "./bootstrap/ensure-packages.mjs";
import { node24, root } from "./bootstrap/programs.mjs";
import { duration, main, say } from "./bootstrap/report.mjs";
import { howItEnded, run, runOrHalt } from "./bootstrap/run.mjs";

const CHECK_DEADLINE_MS = 5 * 60_000;
const SHOWN_LINES = 120;
const tool = (file) => path.join(root, "node_modules", file);

const CHECKS = [
  {
    name: "types",
    args: [tool("typescript/bin/tsc"), "--noEmit", "--incremental", "false", "--pretty", "false"],
  },
  {
    name: "style",
    args: [tool("@biomejs/biome/bin/biome"), "check", "--colors=off", "--error-on-warnings", "."],
  },
  { name: "imports", args: ["scripts/check-imports.mjs"] },
  { name: "migrations", args: ["--disable-warning=ExperimentalWarning", "scripts/migration.mjs", "check"] },
];

await main(async () => {
  await ensurePackages();
  await generateTypes();
  let failed = 0;
  for (const { name, args } of CHECKS) {
    const started = Date.now();
    const result = await run(node24(), args, {
      doing: `checking ${name}`,
      cwd: root,
      deadlineMs: CHECK_DEADLINE_MS,
    });
    if (result.status === 0) {
      say("Check", `${name} ok (${duration(Date.now() - started)})`);
      continue;
    }
    failed += 1;
    for (const line of result.lines.slice(-SHOWN_LINES)) console.error(`  | ${line}`);
    const reason = result.status === null ? `: ${howItEnded(args.join(" "), result, CHECK_DEADLINE_MS)}` : "";
    say("Check", `${name} FAILED${reason}`);
  }
  if (failed > 0) process.exitCode = 1;
});

/** The database client and Next's route types are generated, and the sources import them. */
async function generateTypes() {
  await build(["client"]);
  if (fs.existsSync(path.join(root, "next-env.d.ts")) || !fs.existsSync(path.join(root, "app"))) return;
  await runOrHalt(node24(), [tool("next/dist/bin/next"), "typegen"], {
    doing: "generating the types of the routes",
    cwd: root,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1" },
    deadlineMs: CHECK_DEADLINE_MS,
  });
}
