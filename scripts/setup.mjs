// The part that needs root, and nothing else: installs nginx and Python's venv, with --tests also a browser.
// It writes nothing into this checkout, so that no file in it ends up belonging to root.
import { ensureSystem } from "./bootstrap/ensure-system.mjs";
import { Halt, main, say } from "./bootstrap/report.mjs";

await main(async () => {
  const args = process.argv.slice(2);
  if (args.some((arg) => arg !== "--tests")) throw new Halt("usage: node scripts/setup.mjs [--tests]");
  const found = await ensureSystem({ tests: args.includes("--tests") });
  for (const [variable, file] of Object.entries(found))
    say("System", `${variable.replace("MONBAN_", "").toLowerCase()} is ${file}`);
});
