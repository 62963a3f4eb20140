// npm run build: everything that is stale.
// npm run build -- --only supervisor: one part (client, next, files, supervisor, panel, cli) and what it is made from.
import { build } from "./bootstrap/build.mjs";
import { PARTS } from "./bootstrap/build-stamp.mjs";
import { Halt, main, say } from "./bootstrap/report.mjs";

await main(async () => {
  const built = await build(askedFor(process.argv.slice(2)));
  if (built === 0) say("Build", "nothing has changed");
});

function askedFor(args) {
  if (args.length === 0) return Object.keys(PARTS);
  const [option, name] = args;
  if (option !== "--only" || args.length !== 2 || !PARTS[name]) {
    throw new Halt(`usage: npm run build [-- --only ${Object.keys(PARTS).join("|")}]`);
  }
  return name === "supervisor" || name === "client" ? [name] : ["client", name];
}
