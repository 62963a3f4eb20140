// Which parts of the build are older than their sources. No package: `npm start` asks before it starts anything else.
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { root } from "./programs.mjs";

const STAMP_FILE = path.join(root, "dist/.stamp");
const EVERYWHERE = ["package-lock.json", "scripts/bootstrap/build.mjs", "scripts/bootstrap/build-stamp.mjs"];
const SCHEMA = ["prisma/schema.prisma", "prisma.config.ts"];
const PURE = ["lib/schema", "lib/core", "lib/render", "lib/control"];
const WEB = [...PURE, "lib/db", "lib/panel", "lib/api", ...SCHEMA];

/**
 * The parts in the order they are built. `sources` are files and folders whose change makes the part stale;
 * `output` is a file that exists when it was built.
 */
export const PARTS = {
  client: { output: "lib/db/generated/client.ts", sources: SCHEMA },
  next: {
    output: "dist/web/server.js",
    sources: [...WEB, "app", "lib/ui", "public", "next.config.js", "postcss.config.mjs", "tsconfig.json"],
  },
  files: {
    output: "dist/keeper/keeper.py",
    sources: ["lib/keeper", "prisma/migrations", "sample"],
  },
  supervisor: {
    output: "dist/supervisor.mjs",
    sources: [...PURE, "lib/system", "lib/keeper", "lib/supervisor"],
  },
  panel: { output: "dist/panel.mjs", sources: [...WEB, "lib/system", "lib/keeper", "lib/server", "lib/ui"] },
  cli: {
    output: "dist/monban.mjs",
    sources: [...WEB, "lib/system", "lib/keeper", "lib/supervisor", "lib/server", "lib/cli"],
  },
};

/** The names of those parts that have to be built, with the mark to write when they are. */
export function stalePart(name) {
  const mark = sourceMark(name);
  const isFresh = readStamp()[name] === mark && fs.existsSync(path.join(root, PARTS[name].output));
  return isFresh ? null : { name, mark };
}

/** @param {string[]} [names] all parts unless said */
export function staleParts(names = Object.keys(PARTS)) {
  return names.map(stalePart).filter(Boolean);
}

/** Remembers that a part was built from the sources that `mark` stands for. */
export function writeStamp({ name, mark }) {
  fs.mkdirSync(path.dirname(STAMP_FILE), { recursive: true });
  const draft = `${STAMP_FILE}.${process.pid}`;
  fs.writeFileSync(draft, `${JSON.stringify({ ...readStamp(), [name]: mark }, null, 2)}\n`);
  fs.renameSync(draft, STAMP_FILE);
}

function readStamp() {
  try {
    return JSON.parse(fs.readFileSync(STAMP_FILE, "utf8"));
  } catch {
    return {};
  }
}

/** One hash over the paths and contents of a part's sources. */
function sourceMark(name) {
  const hash = createHash("sha256").update(process.arch);
  for (const source of [...EVERYWHERE, ...PARTS[name].sources]) {
    for (const file of filesUnder(source)) hash.update(`\0${file}\0`).update(contents(file));
  }
  return hash.digest("hex");
}

function filesUnder(source) {
  const info = fs.statSync(path.join(root, source), { throwIfNoEntry: false });
  if (!info) return [];
  if (info.isFile()) return [source];
  const entries = fs.readdirSync(path.join(root, source), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.filter(isSource).flatMap((entry) => filesUnder(path.join(source, entry.name)));
}

/** Tests, their data, and generated code are not built into anything. */
function isSource(entry) {
  if (entry.isDirectory())
    return !["generated", "testdata", "__pycache__", "node_modules"].includes(entry.name);
  return !/\.test\.tsx?$|\.md$/.test(entry.name);
}

const remembered = new Map();

function contents(file) {
  const known = remembered.get(file);
  if (known) return known;
  const read = fs.readFileSync(path.join(root, file));
  remembered.set(file, read);
  return read;
}
