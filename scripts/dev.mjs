// npm run dev: like npm start, with its data in .dev/ and the dashboard rebuilt while you type.
import path from "node:path";
import { build } from "./bootstrap/build.mjs";
import { ensurePackages } from "./bootstrap/ensure-packages.mjs";
import { ensureSystem } from "./bootstrap/ensure-system.mjs";
import { runMonban } from "./bootstrap/monban-command.mjs";
import { root } from "./bootstrap/programs.mjs";
import { main } from "./bootstrap/report.mjs";

await main(async () => {
  await ensurePackages();
  const found = await ensureSystem();
  // Next compiles the dashboard itself in this mode.
  await build(["client", "files", "supervisor", "panel", "cli"]);
  await runMonban(["up", ...process.argv.slice(2)], {
    ...process.env,
    ...found,
    MONBAN_DATA: process.env.MONBAN_DATA ?? path.join(root, ".dev"),
    MONBAN_DEV: "1",
  });
});
