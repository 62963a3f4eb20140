/** Reads what an application says it needs: requirements.txt and the `[project]` table of pyproject.toml. */

/** The gunicorn that is installed where the application does not name one: everything here is measured against it. */
export const GUNICORN_VERSION = "26.1.0";

export type Requirements = {
  packages: { name: string; line: number }[];
  /** Other files it includes by `-r` or `-c`, relative to the folder of this one. */
  includes: { path: string; line: number }[];
  /** Something is installed from a folder or a URL, so the text alone does not say what will be there. */
  hasLocal: boolean;
};

/** Follows pip's format: comments begin with `#` at the start or after a space, `\` continues a line. */
export function parseRequirements(text: string): Requirements {
  const found: Requirements = { packages: [], includes: [], hasLocal: false };
  for (const { text: raw, line } of logicalLines(text)) {
    const entry = raw.replace(/(^|\s)#.*$/, "").trim();
    if (entry === "") continue;
    const include = /^(?:-r|--requirement|-c|--constraint)[\s=]*(.+)$/.exec(entry);
    if (include) {
      found.includes.push({ path: include[1]!.trim(), line });
      continue;
    }
    if (
      /^(-e|--editable)\b/.test(entry) ||
      /^(\.{0,2}\/|\.\.?$|file:)/.test(entry) ||
      /@\s*file:/.test(entry)
    ) {
      found.hasLocal = true;
      continue;
    }
    if (entry.startsWith("-")) continue;
    const name = /^([A-Za-z0-9][A-Za-z0-9._-]*)/.exec(entry)?.[1];
    if (name && !/^[a-z+]+:\/\//.test(entry)) found.packages.push({ name: normalizedName(name), line });
  }
  return found;
}

function logicalLines(text: string): { text: string; line: number }[] {
  const lines: { text: string; line: number }[] = [];
  let open: { text: string; line: number } | null = null;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const continues = raw.endsWith("\\");
    const part = continues ? raw.slice(0, -1) : raw;
    open = open ? { text: open.text + part, line: open.line } : { text: part, line: index + 1 };
    if (continues) continue;
    lines.push(open);
    open = null;
  }
  return open ? [...lines, open] : lines;
}

/** As package indexes compare names: `Flask_Login` and `flask-login` are one. */
export function normalizedName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[-_.]+/g, "-")
    .replace(/-+$/, "");
}

/** `[project] dependencies` of pyproject.toml in order; null when there is no such list. */
export function parsePyprojectDependencies(text: string): string[] | null {
  let inProject = false;
  const lines = text.split(/\r?\n/);
  for (const [index, line] of lines.entries()) {
    const table = /^\s*\[+\s*([^\]]+?)\s*\]+\s*(#.*)?$/.exec(line);
    if (table) inProject = table[1] === "project";
    const start = inProject ? /^\s*dependencies\s*=\s*\[/.exec(line) : null;
    if (start) return readStrings([line.slice(start[0].length), ...lines.slice(index + 1)].join("\n"));
  }
  return null;
}

/** The strings of a TOML array, up to its closing bracket. */
function readStrings(text: string): string[] {
  const strings: string[] = [];
  let at = 0;
  while (at < text.length && text[at] !== "]") {
    const quote = text[at]!;
    if (quote === "#") {
      at = endOf(text, "\n", at);
    } else if (quote === '"' || quote === "'") {
      let value = "";
      for (at += 1; at < text.length && text[at] !== quote; at += 1) {
        if (quote === '"' && text[at] === "\\") at += 1;
        value += text[at] ?? "";
      }
      strings.push(value);
      at += 1;
    } else {
      at += 1;
    }
  }
  return strings;
}

function endOf(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at;
}
