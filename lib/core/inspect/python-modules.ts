/** The Python files of a source as modules, read once. */
import { parentOf } from "../release-files.ts";
import { type PythonText, readPython, type Statement, statementsOf } from "./python-text.ts";
import type { SourceFacts } from "./source-facts.ts";

export type PythonModule = {
  file: string;
  /** Relative folder, "" at the top. */
  folder: string;
  /** Dotted name as it is imported; without the leading `src` of a src layout. */
  name: string;
  isInSrc: boolean;
  text: PythonText;
  statements: Statement[];
  imports: Imports;
};

/** Local name → what it stands for, such as `Flask` → `flask.Flask`. */
export type Imports = Map<string, string>;

const NOT_THE_APPLICATION =
  /(^|\/)(tests?|testing|docs?|examples?|samples?|migrations|alembic|versions|scripts|node_modules|static|templates)\/|(^|\/)(test_[^/]*|[^/]*_test|conftest|setup|noxfile|fabfile|gunicorn\.conf|gunicorn_conf)\.py$/;

/** Files whose path could be a module name, without tests, migrations and the like. */
export function pythonModules({ texts, tree }: Pick<SourceFacts, "texts" | "tree">): PythonModule[] {
  const files = new Set(tree.map(({ path }) => path));
  const hasSrc = !files.has("src/__init__.py");
  return [...texts]
    .filter(([file]) => file.endsWith(".py") && !NOT_THE_APPLICATION.test(file))
    .flatMap(([file, text]) => {
      const isInSrc = hasSrc && file.startsWith("src/");
      const dotted = (isInSrc ? file.slice(4) : file).replace(/(\/__init__)?\.py$/, "").replaceAll("/", ".");
      if (!/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(dotted)) return [];
      const read = readPython(text);
      const statements = statementsOf(read);
      const imports = importsOf(statements, dotted, file.endsWith("__init__.py"));
      return [{ file, folder: parentOf(file), name: dotted, isInSrc, text: read, statements, imports }];
    });
}

function importsOf(statements: Statement[], module: string, isPackage: boolean): Imports {
  const imports: Imports = new Map();
  for (const { code, scope } of statements) {
    if (scope === "class") continue;
    const from = /^from\s+([.\w]+)\s+import\s+\(?([\s\S]*?)\)?\s*$/.exec(code);
    if (from) {
      const base = absoluteName(from[1]!, module, isPackage);
      for (const part of from[2]!.split(",")) {
        const names = /^\s*(\w+)(?:\s+as\s+(\w+))?\s*$/.exec(part);
        if (names) imports.set(names[2] ?? names[1]!, `${base}.${names[1]}`);
      }
    }
    const plain = /^import\s+(.+)$/.exec(code);
    for (const part of plain?.[1]?.split(",") ?? []) {
      const names = /^\s*([\w.]+)(?:\s+as\s+(\w+))?\s*$/.exec(part);
      if (names) imports.set(names[2] ?? names[1]!, names[1]!);
    }
  }
  return imports;
}

/** `.x` in the package `shop` is `shop.x`. */
function absoluteName(name: string, module: string, isPackage: boolean): string {
  const dots = /^\.*/.exec(name)![0].length;
  if (dots === 0) return name;
  const parts = module.split(".");
  const up = isPackage ? dots - 1 : dots;
  const base = parts.slice(0, parts.length - up);
  const rest = name.slice(dots);
  return [...base, ...(rest ? [rest] : [])].join(".");
}

/** What a called name stands for: `Flask` → `flask.Flask`, `flask.Flask` → `flask.Flask`. */
export function resolveName(name: string, imports: Imports): string {
  const [first = "", ...rest] = name.split(".");
  const full = imports.get(name) ?? imports.get(first);
  if (full === undefined) return name;
  return imports.has(name) ? full : [full, ...rest].join(".");
}
