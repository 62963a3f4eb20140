// Builds what is older than its sources: Prisma's client, and dist/: the dashboard, the bundles and the files they use.
// dist/ is the whole program: it can be copied elsewhere and runs there with nothing but Node, Python and nginx.
// Runs on Node 20 as well: Prisma and Next run on their own Node, esbuild on any.
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { PARTS, stalePart, staleParts, writeStamp } from "./build-stamp.mjs";
import { node24, root } from "./programs.mjs";
import { duration, Halt, say } from "./report.mjs";
import { runOrHalt } from "./run.mjs";

/** Loaded when it is needed: the npm packages may not be there yet when this file is. */
let esbuild = null;

const GENERATE_DEADLINE_MS = 2 * 60_000;
const NEXT_DEADLINE_MS = 10 * 60_000;

const BUILDERS = {
  client: buildClient,
  next: buildDashboard,
  files: copyFiles,
  supervisor: () => bundle("supervisor", { entry: "lib/supervisor/main.ts", external: [] }),
  panel: async () => {
    await bundle("panel", { entry: "lib/server/main.ts", external: NOT_BUNDLED });
    copyNativeModules();
  },
  cli: () => bundle("cli", { entry: "lib/cli/main.ts", external: NOT_BUNDLED }),
};
/** Native addons cannot be bundled, and Next finds its own files beside itself. */
const NOT_BUNDLED = ["next", "better-sqlite3", "node-pty"];
/** The supervisor stays small and survives everything the panel does: none of this may get into it. */
const NEVER_IN_SUPERVISOR =
  /node_modules\/(next|react|react-dom|prisma|@prisma\/[^/]+|better-sqlite3|node-pty)\//;

/**
 * Builds those of the named parts that are stale, in their order.
 *
 * @param {string[]} [names] all parts unless said
 * @returns {Promise<number>} how many were built
 */
export async function build(names) {
  let built = 0;
  try {
    for (const { name } of staleParts(names)) {
      // Asked again: the part before it may have changed what this one is made from.
      const part = stalePart(name);
      if (part === null) continue;
      const started = Date.now();
      await BUILDERS[name]();
      writeStamp(part);
      say("Build", `${name} in ${duration(Date.now() - started)}`);
      built += 1;
    }
  } finally {
    // Its service would otherwise stay in memory for as long as Monban runs.
    await esbuild?.stop();
  }
  return built;
}

async function buildClient() {
  mustExist("prisma/schema.prisma", "the database client");
  const prisma = path.join(root, "node_modules/prisma/build/index.js");
  await runOrHalt(node24(), [prisma, "generate"], {
    doing: "generating the database client",
    shownAs: "prisma generate",
    area: "Build",
    cwd: root,
    // Prisma insists on an engine file for every command; `generate` never runs it.
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: "/bin/true",
      CHECKPOINT_DISABLE: "1",
      PRISMA_HIDE_UPDATE_MESSAGE: "1",
    },
    deadlineMs: GENERATE_DEADLINE_MS,
  });
}

async function buildDashboard() {
  mustExist("app", "the dashboard");
  say("Build", "the dashboard; the first time takes about half a minute");
  const next = path.join(root, "node_modules/next/dist/bin/next");
  await runOrHalt(node24(), [next, "build"], {
    doing: "building the dashboard",
    shownAs: "next build",
    area: "Build",
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      NO_COLOR: "1",
      FORCE_COLOR: "0",
    },
    deadlineMs: NEXT_DEADLINE_MS,
  });
  assembleDashboard();
}

/** Next's own tree for running elsewhere, completed with the files it leaves out (facts of `output: "standalone"`). */
function assembleDashboard() {
  const draft = path.join(root, `dist/web.${process.pid}`);
  const target = path.join(root, "dist/web");
  fs.rmSync(draft, { recursive: true, force: true });
  copyTree(".next/standalone", draft);
  copyTree(".next/static", path.join(draft, ".next/static"));
  if (fs.existsSync(path.join(root, "public"))) copyTree("public", path.join(draft, "public"));
  fs.rmSync(target, { recursive: true, force: true });
  fs.renameSync(draft, target);
}

/** What is used as it is: the keeper and its hooks in Python, the migrations, the sample site. */
function copyFiles() {
  for (const [from, to] of [
    ["lib/keeper", "dist/keeper"],
    ["prisma/migrations", "dist/migrations"],
    ["sample", "dist/sample"],
  ]) {
    mustExist(from, to);
    fs.rmSync(path.join(root, to), { recursive: true, force: true });
    copyTree(from, path.join(root, to), (file) => !/\.(ts|md)$|__pycache__|testdata/.test(file));
  }
}

/** The SQLite addon cannot be bundled; of its many builds only this machine's is taken along. */
function copyNativeModules() {
  const target = path.join(root, "dist/node_modules/better-sqlite3");
  fs.rmSync(target, { recursive: true, force: true });
  const needed = new RegExp(
    `^(package\\.json|LICENSE|lib(/.*)?|prebuilds(/linux(musl)?-${process.arch}\\.node)?|)$`,
  );
  const from = path.join(root, "node_modules/better-sqlite3");
  copyTree("node_modules/better-sqlite3", target, (file) => needed.test(path.relative(from, file)));
}

function copyTree(from, to, filter = () => true) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  fs.cpSync(path.join(root, from), to, { recursive: true, verbatimSymlinks: true, filter });
}

/**
 * Node's built-ins as objects and not as ES modules. An ES module reads every export at once, and among those of
 * `node:http` are a few that load all of undici: 13 MB of memory for nothing (measured on Node 24).
 */
const lazyBuiltins = {
  name: "lazy-builtins",
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path: name }) => ({ path: name, namespace: "builtin" }));
    build.onLoad({ filter: /.*/, namespace: "builtin" }, ({ path: name }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(name)});`,
      loader: "js",
    }));
  },
};

/** Prisma's query compiler as the file it is, beside the bundles: as text inside them it is 2.4 MB of source to keep. */
const enginesAsFiles = {
  name: "engines-as-files",
  setup(build) {
    build.onLoad({ filter: /query_compiler_\w+\.\w+\.wasm-base64\.mjs$/ }, async ({ path: file }) => {
      const { wasm } = await import(pathToFileURL(file).href);
      const name = path.basename(file).replace(".wasm-base64.mjs", ".wasm");
      writeWhole(path.join(root, "dist", name), Buffer.from(wasm, "base64"));
      return {
        contents: `import { readFileSync } from "node:fs";
          export const wasm = readFileSync(new URL(${JSON.stringify(`./${name}`)}, import.meta.url));`,
        loader: "js",
      };
    });
  },
};

/** One ES module with everything in it, except Node's built-ins and `external`. */
async function bundle(name, { entry, external }) {
  const output = PARTS[name].output;
  mustExist(entry, output);
  esbuild ??= await import("esbuild");
  let result;
  try {
    result = await esbuild.build({
      absWorkingDir: root,
      entryPoints: [entry],
      outfile: output,
      bundle: true,
      external,
      platform: "node",
      format: "esm",
      target: "node24",
      sourcemap: "linked",
      legalComments: "none",
      // Node keeps the source in memory for as long as it runs. Names stay, for the stack traces in the logs.
      minifySyntax: true,
      minifyWhitespace: true,
      plugins: [lazyBuiltins, enginesAsFiles],
      // Bundled CommonJS packages ask for built-ins with require(), which an ES module does not have.
      banner: {
        js: 'import { createRequire as createRequireForBundle } from "node:module";\nconst require = createRequireForBundle(import.meta.url);',
      },
      logLevel: "silent",
      write: false,
      metafile: true,
    });
  } catch (error) {
    const evidence = await esbuild.formatMessages(error.errors ?? [], { kind: "error" });
    if (evidence.length === 0) throw error;
    throw new Halt(`${output} could not be built.`, {
      evidence: evidence.flatMap((text) => text.trim().split("\n")),
    });
  }
  if (name === "supervisor") keepSupervisorSmall(result.metafile);
  for (const file of result.outputFiles) writeWhole(file.path, file.contents);
}

function keepSupervisorSmall(metafile) {
  const intruders = Object.keys(metafile.inputs).filter((file) => NEVER_IN_SUPERVISOR.test(file));
  if (intruders.length === 0) return;
  throw new Halt("The supervisor's bundle would contain what it must not.", {
    evidence: intruders.slice(0, 10),
    repair: "run `npm run check`: it shows the chain of imports.",
  });
}

/** A reader finds the old file or the new one, never half of one. */
function writeWhole(file, contents) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, contents);
  fs.renameSync(draft, file);
}

function mustExist(source, result) {
  if (fs.existsSync(path.join(root, source))) return;
  throw new Halt(`${source} does not exist, and ${result} is made from it. This checkout is incomplete.`);
}
