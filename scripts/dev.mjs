// npm run dev: like npm start, with its data in .dev/data/, the dashboard rebuilt while you type, and beside the sample a
// second site that breaks in every way you ask it to.
import fs from "node:fs";
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
  const data = path.resolve(root, process.env.MONBAN_DATA || ".dev/data");
  placeBreakable(data);
  await runMonban(["up", ...process.argv.slice(2)], {
    ...process.env,
    ...found,
    MONBAN_DATA: data,
    MONBAN_DEV: "1",
  });
});

/** On the first start only; the panel makes a site of it. Afterwards it is yours to break. */
function placeBreakable(data) {
  const target = path.join(data, "../breakable");
  if (fs.existsSync(target) || fs.existsSync(path.join(data, "monban.db"))) return;
  fs.cpSync(path.join(root, "scripts/dev-sites/breakable"), target, { recursive: true });
}
