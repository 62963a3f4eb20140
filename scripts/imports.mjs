// What a source file imports, and which of its calls run a shell: read from its syntax tree, so that comments,
// strings and JSX cannot mislead.
import { parseSync } from "oxc-parser";
import { SHELL_FUNCTIONS, SHELL_PROGRAM, SPAWN_FUNCTIONS } from "./import-rules.mjs";

/**
 * @typedef {{ target: string, line: number, typeOnly: boolean }} Import
 *          `typeOnly`: erased before the code runs, so that it cannot close a cycle or load anything
 * @typedef {{ line: number, what: string }} ShellUse
 * @param {string} file   its name; the extension decides how it is read
 * @param {string} source
 * @returns {{ imports: Import[], shells: ShellUse[], errors: string[] }}
 */
export function readImports(file, source) {
  const { program, errors } = parseSync(file, source);
  const line = lineFinder(source);
  const imports = [];
  const shells = [];
  const childProcessNames = new Set();

  walk(program, (node) => {
    const found = importIn(node);
    if (found) {
      imports.push({ ...found, line: line(node.start) });
      if (node.type === "ImportDeclaration" && isChildProcess(found.target)) {
        for (const specifier of node.specifiers ?? []) {
          if (specifier.type !== "ImportSpecifier") childProcessNames.add(specifier.local.name);
          else if (SHELL_FUNCTIONS.includes(specifier.imported.name)) {
            shells.push({ line: line(node.start), what: `imports ${specifier.imported.name}()` });
          }
        }
      }
    }
    const what = shellIn(node, childProcessNames);
    if (what) shells.push({ line: line(node.start), what });
  });
  return { imports, shells, errors: errors.map((error) => error.message) };
}

function importIn(node) {
  switch (node.type) {
    case "ImportDeclaration":
      return { target: node.source.value, typeOnly: node.importKind === "type" };
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration":
      return node.source ? { target: node.source.value, typeOnly: node.exportKind === "type" } : null;
    case "ImportExpression":
      return typeof node.source.value === "string" ? { target: node.source.value, typeOnly: false } : null;
    case "TSImportType":
      return { target: (node.source ?? node.argument?.literal ?? node.argument).value, typeOnly: true };
    case "CallExpression": {
      const [first] = node.arguments;
      const isRequire = node.callee.type === "Identifier" && node.callee.name === "require";
      return isRequire && typeof first?.value === "string" ? { target: first.value, typeOnly: false } : null;
    }
    default:
      return null;
  }
}

function shellIn(node, childProcessNames) {
  if (node.type === "Property" && keyName(node) === "shell" && node.value.value === true)
    return "says shell: true";
  if (node.type !== "CallExpression") return null;
  const { callee } = node;
  const name = callee.type === "MemberExpression" ? callee.property.name : callee.name;
  if (
    callee.type === "MemberExpression" &&
    childProcessNames.has(callee.object.name) &&
    SHELL_FUNCTIONS.includes(name)
  ) {
    return `calls ${callee.object.name}.${name}()`;
  }
  if (!SPAWN_FUNCTIONS.includes(name)) return null;
  const [file, args] = node.arguments;
  const runsShell = typeof file?.value === "string" && SHELL_PROGRAM.test(file.value);
  if (runsShell && args?.type === "ArrayExpression" && args.elements.some((it) => it?.value === "-c")) {
    return `runs ${file.value} -c`;
  }
  const options = node.arguments
    .filter((it) => it.type === "ObjectExpression")
    .flatMap((it) => it.properties);
  const shell = options.find((it) => it.type === "Property" && keyName(it) === "shell");
  // `shell: true` has been seen already, as a property.
  return shell && typeof shell.value.value !== "boolean" ? `gives ${name}() a shell` : null;
}

function keyName(property) {
  return property.computed ? null : (property.key.name ?? property.key.value);
}

function isChildProcess(target) {
  return target === "node:child_process" || target === "child_process";
}

function walk(node, visit) {
  if (Array.isArray(node)) {
    for (const each of node) walk(each, visit);
  } else if (node !== null && typeof node === "object") {
    if (typeof node.type === "string") visit(node);
    for (const key of Object.keys(node)) if (key !== "parent") walk(node[key], visit);
  }
}

/** Offsets are counted in UTF-16 units, as in the string itself. */
function lineFinder(source) {
  const starts = [0];
  for (let at = source.indexOf("\n"); at !== -1; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  };
}
