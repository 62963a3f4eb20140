/**
 * Reads Python just well enough to find assignments, calls and decorators: strings and comments are blanked, so that
 * an example in a docstring is never taken for code, and lines are joined into statements that know their scope.
 */

export type StringLiteral = { start: number; end: number; value: string };

/** `code` has the length and the lines of the text; what stood in strings and comments is blank, quotes remain. */
export type PythonText = { code: string; strings: StringLiteral[] };

export type Statement = {
  /** Blanked, from its first character to its end. */
  code: string;
  start: number;
  line: number;
  scope: "module" | "function" | "class";
  /** Inside `if __name__ == "__main__":`, so not run when the module is imported. */
  isMainOnly: boolean;
};

const STRING_START = /(?:\b([rbfut]{1,2}))?("""|'''|"|')/iy;

export function readPython(text: string): PythonText {
  const strings: StringLiteral[] = [];
  let code = "";
  let at = 0;
  while (at < text.length) {
    const char = text[at]!;
    if (char === "#") {
      const end = indexOr(text, "\n", at);
      code += " ".repeat(end - at);
      at = end;
      continue;
    }
    STRING_START.lastIndex = at;
    const opening = STRING_START.exec(text);
    if (!opening) {
      code += char;
      at += 1;
      continue;
    }
    const quote = opening[2]!;
    const isRaw = /r/i.test(opening[1] ?? "");
    const from = at + opening[0].length;
    const end = closingQuote(text, from, quote);
    const inside = text.slice(from, end);
    strings.push({
      start: at,
      end: Math.min(text.length, end + quote.length),
      value: isRaw ? inside : withoutEscapes(inside),
    });
    code += opening[0] + blank(inside) + text.slice(end, end + quote.length);
    at = end + quote.length;
  }
  return { code, strings };
}

/** Index of the closing quote; a one-line string that is not closed ends with its line. */
function closingQuote(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text.startsWith(quote, at)) return at;
    else if (text[at] === "\n" && quote.length === 1) return at;
  }
  return text.length;
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, " ");
}

function withoutEscapes(text: string): string {
  return text.replace(/\\(["'\\])/g, "$1");
}

function indexOr(text: string, what: string, from: number): number {
  const at = text.indexOf(what, from);
  return at < 0 ? text.length : at;
}

type Block = { indent: number; kind: "function" | "class" | "main" | "other" };

/** Statements in order; a statement over several lines counts once, at its first line. */
export function statementsOf({ code, strings }: PythonText): Statement[] {
  const statements: Statement[] = [];
  const blocks: Block[] = [];
  let start = 0;
  let line = 1;
  let nextLine = 1;
  let depth = 0;
  let nextString = 0;
  for (let at = 0; at <= code.length; at += 1) {
    const char = code[at];
    if (char !== undefined && "([{".includes(char)) depth += 1;
    if (char !== undefined && ")]}".includes(char)) depth = Math.max(0, depth - 1);
    if (char !== "\n" && char !== undefined) continue;
    nextLine += 1;
    while (nextString < strings.length && strings[nextString]!.end <= at) nextString += 1;
    const isInString = nextString < strings.length && strings[nextString]!.start < at;
    const continues = depth > 0 || code[at - 1] === "\\" || isInString;
    if (continues && char !== undefined) continue;
    add(code.slice(start, at), start, line);
    start = at + 1;
    line = nextLine;
    depth = 0;
  }
  return statements;

  function add(raw: string, from: number, lineNumber: number): void {
    const text = raw.trimEnd();
    const indent = text.length - text.trimStart().length;
    if (text.trim() === "") return;
    while (blocks.length > 0 && blocks.at(-1)!.indent >= indent) blocks.pop();
    const inner = blocks.filter(({ kind }) => kind === "function" || kind === "class").at(-1);
    statements.push({
      code: text.trimStart(),
      start: from + indent,
      line: lineNumber,
      scope: inner?.kind === "function" ? "function" : inner?.kind === "class" ? "class" : "module",
      isMainOnly: blocks.some(({ kind }) => kind === "main"),
    });
    const head = text.trimStart();
    if (/^(async\s+)?def\b/.test(head)) blocks.push({ indent, kind: "function" });
    else if (/^class\b/.test(head)) blocks.push({ indent, kind: "class" });
    else if (/^if\b.*\b__name__\b/.test(head)) blocks.push({ indent, kind: "main" });
    else if (head.endsWith(":")) blocks.push({ indent, kind: "other" });
  }
}

/** The string that begins at or right after `offset`, spaces aside; undefined when something else stands there. */
export function stringAt({ code, strings }: PythonText, offset: number): string | undefined {
  let at = offset;
  while (/\s/.test(code[at] ?? "")) at += 1;
  return strings.find(({ start }) => start === at)?.value;
}

/** Strings that lie within a range, in order. */
export function stringsWithin({ strings }: PythonText, from: number, to: number): string[] {
  return strings.filter(({ start, end }) => start >= from && end <= to).map(({ value }) => value);
}

/** The value of `name="…"` among the arguments of a call in this statement; null for `name=None`. */
export function keywordString(
  text: PythonText,
  statement: Statement,
  name: string,
): string | null | undefined {
  const match = new RegExp(`\\b${name}\\s*=\\s*`).exec(statement.code);
  if (!match) return undefined;
  const at = match.index + match[0].length;
  if (/^None\b/.test(statement.code.slice(at))) return null;
  return stringAt(text, statement.start + at);
}
