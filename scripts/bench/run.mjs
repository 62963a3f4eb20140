/**
 * Benchmarks that need no running Monban: `node scripts/bench/run.mjs [name …]`. They tell ratios of one run; they
 * are no tests, and nothing fails when the machine is slow. Needs Node 24.
 */
const benches = {
  "log-lines": () => import("./log-lines.mjs"),
  "log-search": () => import("./log-search.mjs"),
  "log-rotation": () => import("./log-rotation.mjs"),
  "load-generator": () => import("./load-generator.mjs"),
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in benches));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}.`,
  );
  process.exit(2);
}
for (const name of asked.length > 0 ? asked : Object.keys(benches)) {
  const { title, run } = await benches[name]();
  console.log(`${name}: ${title}`);
  for (const line of await run()) console.log(line);
}
