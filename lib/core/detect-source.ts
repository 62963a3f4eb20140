/** From what lies in a folder to what Monban proposes for it: every proposal has a reason that people can check. */
import type { Inspection } from "../schema/inspection.ts";
import type { StaticMapping } from "../schema/site.ts";
import { urlPathSchema } from "../schema/text.ts";
import { findData, findStatic } from "./inspect/find-data.ts";
import { findEntries } from "./inspect/find-entries.ts";
import { findWarnings } from "./inspect/find-warnings.ts";
import { type PythonModule, pythonModules, resolveName } from "./inspect/python-modules.ts";
import { stringAt } from "./inspect/python-text.ts";
import type { Entry, SourceFacts, Warning } from "./inspect/source-facts.ts";
import { companionSuffixes, isWithin } from "./release-files.ts";
import { parsePyprojectDependencies, parseRequirements } from "./requirements.ts";

const HEALTH_PATHS = [
  "/health",
  "/healthz",
  "/_health",
  "/health-check",
  "/healthcheck",
  "/livez",
  "/readyz",
  "/ready",
  "/ping",
  "/up",
  "/status",
  "/heartbeat",
];

/** Names of folders that say nothing about the site in them. */
const NAMELESS = new Set([
  "src",
  "app",
  "www",
  "web",
  "site",
  "backend",
  "server",
  "current",
  "html",
  "public_html",
  "code",
  "repo",
]);

export function detectSource(facts: SourceFacts): Inspection {
  const modules = pythonModules(facts);
  const entries = findEntries(modules);
  const statics = findStatic(facts, modules);
  const collected = statics
    .filter(({ reason }) => reason.startsWith("STATIC_ROOT"))
    .map(({ directory }) => directory);
  const dependencies = findDependencies(facts);
  const files = facts.tree.filter(({ kind }) => kind === "file");
  return {
    path: facts.path,
    entries,
    framework: entries[0]?.framework ?? "unknown",
    dependencies,
    static: statics
      .map((mapping) => ({ ...mapping, files: filesIn(facts, mapping) }))
      .filter((one) => one.files > 0),
    persistent: findData(facts, modules, collected).map((data) => ({
      ...data,
      sizeBytes: sizeOf(facts, data.path),
    })),
    environments: facts.environments.map(({ path, version }) => ({
      path,
      python: `${path}/bin/python`,
      reason: `a virtual environment${version ? ` with Python ${version}` : ""} lies in the folder`,
    })),
    healthPath: findHealthPath(modules),
    owner: facts.owner,
    files: files.length,
    sizeBytes: files.reduce((sum, { size }) => sum + size, 0),
    warnings: [
      ...findWarnings(facts, modules, entries),
      ...dependencyWarnings(facts, modules, entries, dependencies),
    ],
    suggestedName: suggestName(facts.path),
  };
}

function findDependencies({ texts, tree }: SourceFacts): Inspection["dependencies"] {
  const requirements = texts.get("requirements.txt");
  if (requirements !== undefined) return fromRequirements(texts, requirements);
  const project = texts.get("pyproject.toml");
  const listed = project === undefined ? null : parsePyprojectDependencies(project);
  if (listed) {
    const { packages } = parseRequirements(listed.join("\n"));
    return {
      kind: "pyproject.toml",
      packages: packages.length,
      pinsGunicorn: packages.some(({ name }) => name === "gunicorn"),
      reason: `[project] dependencies of pyproject.toml name ${count(packages.length, "package")}`,
    };
  }
  const other = ["Pipfile", "poetry.lock", "uv.lock", "environment.yml", "setup.py"].find((name) =>
    tree.some(({ path }) => path === name),
  );
  const reason = other
    ? `there is ${other}, but neither a requirements.txt nor [project] dependencies in pyproject.toml`
    : "there is neither a requirements.txt nor [project] dependencies in pyproject.toml";
  return { kind: "none", packages: 0, pinsGunicorn: false, reason };
}

function fromRequirements(texts: SourceFacts["texts"], text: string): Inspection["dependencies"] {
  const names = new Set<string>();
  const open = [text];
  const seen = new Set<string>();
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    const { packages, includes } = parseRequirements(part);
    for (const { name } of packages) names.add(name);
    for (const { path } of includes) {
      const included = texts.get(path);
      if (included !== undefined && !seen.has(path)) open.push(included);
      seen.add(path);
    }
  }
  return {
    kind: "requirements.txt",
    packages: names.size,
    pinsGunicorn: names.has("gunicorn"),
    reason: `requirements.txt names ${count(names.size, "package")}`,
  };
}

/** Without a list of packages the environment holds gunicorn only; guessing packages from imports would be worse. */
function dependencyWarnings(
  facts: SourceFacts,
  modules: PythonModule[],
  entries: Entry[],
  dependencies: Inspection["dependencies"],
): Warning[] {
  const entry = entries[0];
  const module = modules.find(({ file }) => file === entry?.file);
  if (dependencies.kind !== "none" || !entry || !module) return [];
  const needed = entry.framework === "wsgi" ? null : entry.framework;
  if (!needed) return [];
  const venv = facts.environments[0];
  const repair = venv
    ? `choose the existing environment ${venv.path}, or write a requirements.txt`
    : "write a requirements.txt";
  const message = `The code needs ${needed}, but ${dependencies.reason}: ${repair}.`;
  return [{ code: "no-requirements", message, file: entry.file, line: entry.line }];
}

/** A literal route such as `@app.route("/health")`; routes of blueprints have a prefix that is set elsewhere. */
function findHealthPath(modules: PythonModule[]): Inspection["healthPath"] {
  const found: { path: string; reason: string; rank: number }[] = [];
  for (const { file, text, statements, imports } of modules) {
    const blueprints = new Set(
      statements.flatMap(({ code }) => {
        const made = /^(\w+)\s*(?::[^=]+)?=\s*([\w.]+)\s*\(/.exec(code);
        return made && /Blueprint$|APIRouter$|Namespace$/.test(resolveName(made[2]!, imports))
          ? [made[1]!]
          : [];
      }),
    );
    for (const { code, start, line } of statements) {
      const route = /^@(\w+)\.(?:route|get)\s*\(/.exec(code);
      const django = /(^|\/)urls\.py$/.test(file) ? [...code.matchAll(/\b(?:re_)?path\s*\(/g)] : [];
      const offsets =
        route && !blueprints.has(route[1]!)
          ? [route[0].length]
          : django.map((match) => match.index + match[0].length);
      for (const offset of offsets) {
        const literal = stringAt(text, start + offset);
        if (literal === undefined) continue;
        const path = literal.startsWith("/") ? literal : `/${literal}`;
        const rank = HEALTH_PATHS.indexOf(path.replace(/\/$/, ""));
        const isPost =
          /methods\s*=/.test(code) &&
          !text.strings.some(
            ({ start: at, value }) => at > start && at < start + code.length && value === "GET",
          );
        if (rank < 0 || isPost || !urlPathSchema.safeParse(path).success) continue;
        found.push({ path, rank, reason: `${file} answers there (line ${line})` });
      }
    }
  }
  const best = found.sort((a, b) => a.rank - b.rank)[0];
  return best ? { path: best.path, reason: best.reason } : null;
}

function filesIn({ tree }: SourceFacts, { directory }: Pick<StaticMapping, "directory">): number {
  return tree.filter(({ path, kind }) => kind === "file" && isWithin(path, directory)).length;
}

function sizeOf({ tree }: SourceFacts, path: string): number {
  const names = new Set([path, ...companionSuffixes.map((suffix) => `${path}${suffix}`)]);
  return tree
    .filter((entry) => entry.kind === "file" && (names.has(entry.path) || isWithin(entry.path, path)))
    .reduce((sum, { size }) => sum + size, 0);
}

function suggestName(path: string): string {
  const parts = path.split("/").filter(Boolean).reverse();
  const telling = parts.find((part) => !NAMELESS.has(part.toLowerCase())) ?? parts[0] ?? "";
  const name = telling
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 32)
    .replace(/-+$/, "");
  return name === "" ? "site" : name;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
