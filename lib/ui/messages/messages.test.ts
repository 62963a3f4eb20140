import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";
import { describe, expect, test } from "vitest";
import en from "./en.json" with { type: "json" };
import ja from "./ja.json" with { type: "json" };

const root = join(import.meta.dirname, "../../..");

/** "a.b.c" → text, for a tree of texts. */
function flatten(tree: object, prefix = ""): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const path = prefix ? `${prefix}.${key}` : key;
    if (typeof value === "string") texts.set(path, value);
    else for (const [inner, text] of flatten(value as object, path)) texts.set(inner, text);
  }
  return texts;
}

/** The values a message takes: `{name}` and `{name, plural, one {…} other {…}}`, also within each other. */
function placeholders(text: string): string[] {
  const names = new Set<string>();
  for (const argument of braces(text)) {
    const [, name = "", options = ""] = /^\s*(\w+)\s*(?:,\s*\w+\s*,?)?([\s\S]*)$/.exec(argument) ?? [];
    names.add(name);
    for (const option of braces(options)) for (const inner of placeholders(option)) names.add(inner);
  }
  return [...names].sort();
}

/** What stands between the outermost braces. */
function braces(text: string): string[] {
  const found: string[] = [];
  let depth = 0;
  let start = 0;
  for (const [index, character] of [...text].entries()) {
    if (character === "{" && depth++ === 0) start = index + 1;
    if (character === "}" && --depth === 0) found.push([...text].slice(start, index).join(""));
  }
  return found;
}

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".tsx"))
    .map((entry) => join(entry.parentPath, entry.name));
}

type Node = { type: string; [key: string]: unknown };

function walk(node: unknown, visit: (node: Node, parents: Node[]) => void, parents: Node[] = []): void {
  if (Array.isArray(node)) for (const child of node) walk(child, visit, parents);
  else if (node && typeof node === "object" && "type" in node) {
    visit(node as Node, parents);
    for (const child of Object.values(node)) walk(child, visit, [...parents, node as Node]);
  }
}

/** Attributes whose text people read or hear. */
const READ_ATTRIBUTES = new Set(["aria-label", "title", "alt", "placeholder", "label"]);
/** What is the same in every language: commands, units, the example of an entry point, product names. */
const SAME_EVERYWHERE = new Set(["npx monban user reset-password", "MiB", "NAME", "run:app", "⌘K"]);

function nameOf(element: Node | undefined): string {
  const opening = element?.openingElement as Node | undefined;
  const name = opening?.name as Node | undefined;
  return typeof name?.name === "string" ? name.name : "";
}

function hardCodedTexts(file: string): string[] {
  const found: string[] = [];
  const { program } = parseSync(file, readFileSync(file, "utf8"));
  walk(program, (node, parents) => {
    let text = "";
    if (node.type === "JSXText") text = String(node.value).trim();
    else if (node.type === "JSXAttribute") {
      const value = node.value as Node | null;
      const name = (node.name as Node).name;
      if (typeof name === "string" && READ_ATTRIBUTES.has(name) && value?.type === "Literal")
        text = String(value.value);
    }
    if (!/\p{L}/u.test(text) || SAME_EVERYWHERE.has(text)) return;
    if (nameOf(parents.findLast((parent) => parent.type === "JSXElement")) === "title") return;
    found.push(`${file.slice(root.length + 1)}: ${text}`);
  });
  return found;
}

describe("texts of the dashboard", () => {
  const english = flatten(en);
  const japanese = flatten(ja);

  test("both languages have the same messages", () => {
    expect([...japanese.keys()].sort()).toEqual([...english.keys()].sort());
  });

  test("a message takes the same values in both languages", () => {
    const differing = [...english].filter(
      ([key, text]) => placeholders(text).join() !== placeholders(japanese.get(key) ?? "").join(),
    );
    expect(differing.map(([key]) => key)).toEqual([]);
  });

  test("no message is empty", () => {
    expect([...english, ...japanese].filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  test("no text stands in the code of a page or component", () => {
    const files = [...sources(join(root, "app")), ...sources(join(root, "lib/ui"))];
    expect(files.length).toBeGreaterThan(50);
    expect(files.flatMap(hardCodedTexts)).toEqual([]);
  });
});
