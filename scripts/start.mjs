// npm start: installs what is missing, builds what is stale, and runs Monban in the foreground.
import { build } from "./bootstrap/build.mjs";
import { ensurePackages } from "./bootstrap/ensure-packages.mjs";
import { ensureSystem } from "./bootstrap/ensure-system.mjs";
import { runMonban } from "./bootstrap/monban-command.mjs";
import { main } from "./bootstrap/report.mjs";

await main(async () => {
  await ensurePackages();
  const found = await ensureSystem();
  await build();
  await runMonban(["up", ...process.argv.slice(2)], { ...process.env, ...found });
});
