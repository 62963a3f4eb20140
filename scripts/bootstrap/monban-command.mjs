// Hands over to the built `monban` program.
import fs from "node:fs";
import path from "node:path";
import { handOver } from "./hand-over.mjs";
import { isProgram, node24, root } from "./programs.mjs";
import { Halt } from "./report.mjs";

/**
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<never>}
 * @throws {Halt} when it has not been built
 */
export function runMonban(args, env) {
  const program = path.join(root, "dist/monban.mjs");
  const isInstalled = isProgram(path.join(root, `node_modules/node-linux-${process.arch}/bin/node`));
  if (!fs.existsSync(program) || !isInstalled) {
    throw new Halt("Monban is not built yet.", { repair: "run `npm start` once: it installs and builds." });
  }
  return handOver(node24(), ["--enable-source-maps", program, ...args], { env });
}
