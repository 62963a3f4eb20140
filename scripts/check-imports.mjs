// node scripts/check-imports.mjs [folder]: checks every file against the table in scripts/import-rules.mjs.
import fs from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import {
  isTest,
  LAYERS,
  layerOf,
  NOT_IN_SUPERVISOR,
  PROCESS_STARTERS,
  PYTHON_SHELL,
} from "./import-rules.mjs";
import { readImports } from "./imports.mjs";

const FOLDERS = ["app", "e2e", "lib", "scripts"];
const SKIPPED_FOLDERS = ["node_modules", "generated", "testdata", "__pycache__"];
const CODE = /\.(ts|tsx|mjs|js)$/;

if (import.meta.main ?? process.argv[1] === import.meta.filename) {
  const { problems, files } = checkImports(
    path.resolve(process.argv[2] ?? path.join(import.meta.dirname, "..")),
  );
  for (const { file, line, message } of problems) console.error(`${file}:${line}  ${message}`);
  console.log(
    problems.length === 0 ? `${files} files keep the rules` : `${problems.length} problems in ${files} files`,
  );
  if (problems.length > 0) process.exitCode = 1;
}

/**
 * @typedef {{ file: string, line: number, message: string }} Problem
 * @param {string} root
 * @returns {{ problems: Problem[], files: number }}
 */
export function checkImports(root) {
  const names = FOLDERS.flatMap((folder) => filesUnder(root, folder));
  const python = names.filter((file) => file.endsWith(".py")).flatMap((file) => pythonProblems(root, file));
  const modules = new Map(
    names.filter((file) => CODE.test(file)).map((file) => [file, readModule(root, file)]),
  );
  const each = [...modules.values()].flatMap((module) => moduleProblems(root, module));
  const problems = [...python, ...each, ...cycles(modules), ...supervisorProblems(modules)];
  problems.sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  return { problems, files: names.length };
}

function readModule(root, file) {
  const { imports, shells, errors } = readImports(file, fs.readFileSync(path.join(root, file), "utf8"));
  return { file, shells, errors, imports: imports.map((it) => ({ ...it, file: inside(file, it.target) })) };
}

/** The imported file's path from the root when the import is relative, else null. */
function inside(from, target) {
  return target.startsWith(".") ? path.posix.join(path.posix.dirname(from), target) : null;
}

function moduleProblems(root, { file, imports, shells, errors }) {
  const say = (line, message) => ({ file, line, message });
  return [
    ...errors.map((message) => say(1, `cannot be read: ${message}`)),
    ...shells.map(({ line, what }) =>
      say(line, `${what}: run a file with a list of arguments, never a shell`),
    ),
    ...imports.flatMap((it) => {
      const words = it.file === null ? packageProblem(file, it.target) : fileProblem(root, file, it);
      return words === null ? [] : [say(it.line, words)];
    }),
  ];
}

function packageProblem(file, target) {
  if (/^(@\/|~|\/|file:)/.test(target)) return `imports "${target}": write a relative path`;
  const name = isBuiltin(target) && !target.startsWith("node:") ? `node:${target}` : target;
  const layer = layerOf(file);
  if (layer !== null && LAYERS[layer].pure && !isTest(file) && isBuiltin(name)) {
    return `imports ${name}: ${layer} is pure, it is given what it needs`;
  }
  const starter = PROCESS_STARTERS.find(({ modules }) => modules.includes(name));
  if (starter && !starter.places.some((place) => place.test(file)))
    return `imports ${name}: ${starter.words}`;
  return null;
}

function fileProblem(root, file, { target, file: imported }) {
  if (path.posix.extname(target) === "") return `imports "${target}" without its extension`;
  if (imported.startsWith("..")) return `imports "${target}", which lies outside the repository`;
  const isGenerated = imported.split("/").some((part) => SKIPPED_FOLDERS.includes(part));
  if (!isGenerated && !fs.existsSync(path.join(root, imported)))
    return `imports "${target}", which does not exist`;
  return layerProblem(file, imported);
}

function layerProblem(file, imported) {
  const from = layerOf(file);
  const to = layerOf(imported);
  if (from === null || to === null || from === to || LAYERS[from].may === "anything") return null;
  if (isTest(file)) return null;
  if (LAYERS[to].onlyForTests) return `imports ${imported}: ${to} is for tests and tools only`;
  if (LAYERS[from].may.includes(to)) return null;
  const allowed = LAYERS[from].may.join(", ") || "no other layer";
  return `imports ${imported}: ${from} may import ${allowed}`;
}

/** Every circle of imports that exists when the code runs, told once. */
function cycles(modules) {
  const problems = [];
  const done = new Set();
  const trail = [];
  const visit = (file) => {
    const at = trail.indexOf(file);
    if (at !== -1) {
      const circle = [...trail.slice(at), file];
      const line = runtimeImports(modules, file).find((it) => it.file === circle[1])?.line ?? 1;
      problems.push({ file, line, message: `imports itself in a circle: ${circle.join(" → ")}` });
      return;
    }
    if (done.has(file)) return;
    trail.push(file);
    for (const it of runtimeImports(modules, file)) visit(it.file);
    trail.pop();
    done.add(file);
  };
  for (const file of modules.keys()) visit(file);
  return problems;
}

/** What the supervisor reaches through any number of files; the message shows the way. */
function supervisorProblems(modules) {
  const problems = [];
  const start = [...modules.keys()].filter((file) => file.startsWith("lib/supervisor/") && !isTest(file));
  const ways = new Map(start.map((file) => [file, [file]]));
  for (const [file, way] of ways) {
    for (const it of modules.get(file).imports) {
      if (it.typeOnly) continue;
      if (it.file === null && NOT_IN_SUPERVISOR.test(it.target)) {
        const message = `brings ${it.target} into the supervisor: ${[...way, it.target].join(" → ")}`;
        problems.push({ file, line: it.line, message });
      } else if (modules.has(it.file) && !ways.has(it.file)) ways.set(it.file, [...way, it.file]);
    }
  }
  return problems;
}

function runtimeImports(modules, file) {
  return modules.get(file).imports.filter((it) => !it.typeOnly && modules.has(it.file));
}

function pythonProblems(root, file) {
  const lines = fs.readFileSync(path.join(root, file), "utf8").split("\n");
  return lines.flatMap((text, index) => {
    const found = PYTHON_SHELL.exec(text);
    if (!found) return [];
    return [{ file, line: index + 1, message: `${found[0]}: run a list of arguments, never a shell` }];
  });
}

function filesUnder(root, folder) {
  if (!fs.existsSync(path.join(root, folder))) return [];
  const entries = fs.readdirSync(path.join(root, folder), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.includes(entry.name) ? [] : filesUnder(root, file);
    return CODE.test(file) || file.endsWith(".py") ? [file] : [];
  });
}
