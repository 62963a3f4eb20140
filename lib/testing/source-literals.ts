/** Reads the texts that a TypeScript source writes out, so that tests can ask something of every sentence in it. */

/** Words between expressions; an expression that chooses between texts holds those. */
export type Part = { words: string } | { choices: Literal[] };
export type Literal = {
  parts: Part[];
  /** The code right before it, to tell a line for a log from a sentence for people. */
  before: string;
};

const BEFORE_LENGTH = 80;
/** Behind one of these a slash begins a regular expression. */
const BEFORE_PATTERN = /(?:[(,=:[!&|?{};+<>~]|\breturn|=>|^)\s*$/;

/** Every string and template of the source, from the outside: what is within a template belongs to it. */
export function sourceLiterals(code: string): Literal[] {
  const literals: Literal[] = [];
  let at = 0;
  while (at < code.length) {
    const two = code.slice(at, at + 2);
    const char = code[at] ?? "";
    if (two === "//") at = endOf(code, "\n", at);
    else if (two === "/*") at = endOf(code, "*/", at + 2);
    else if (char === "/" && BEFORE_PATTERN.test(code.slice(Math.max(0, at - 20), at)))
      at = afterPattern(code, at);
    else if (char === '"' || char === "'" || char === "`") {
      const before = code.slice(Math.max(0, at - BEFORE_LENGTH), at);
      const found = char === "`" ? readTemplate(code, at) : readString(code, at);
      literals.push({ parts: found.parts, before });
      at = found.end;
    } else at += 1;
  }
  return literals;
}

/**
 * What the literal may say, each time as the alternatives of which one is enough: an expression puts in a number (7)
 * or nothing, and a choice between texts is taken every way.
 */
export function waysToSay({ parts }: Literal): string[][] {
  let ways: string[][] = [[""]];
  for (const part of parts) {
    const nexts: string[][] =
      "words" in part
        ? [[part.words]]
        : part.choices.length === 0
          ? [["7", ""]]
          : part.choices.flatMap((choice) => waysToSay(choice));
    ways = ways.flatMap((way) => nexts.map((next) => way.flatMap((one) => next.map((end) => one + end))));
  }
  return ways;
}

type Read = { parts: Part[]; end: number };

function readString(code: string, from: number): Read {
  let end = from + 1;
  while (end < code.length && code[end] !== code[from]) end += code[end] === "\\" ? 2 : 1;
  return { parts: [{ words: unescaped(code.slice(from + 1, end)) }], end: end + 1 };
}

function readTemplate(code: string, from: number): Read {
  const parts: Part[] = [];
  let at = from + 1;
  let words = "";
  while (at < code.length && code[at] !== "`") {
    if (code.startsWith("${", at)) {
      if (words !== "") parts.push({ words: unescaped(words) });
      words = "";
      const end = afterExpression(code, at + 2);
      parts.push({ choices: choicesIn(code.slice(at + 2, end - 1)) });
      at = end;
      continue;
    }
    const length = code[at] === "\\" ? 2 : 1;
    words += code.slice(at, at + length);
    at += length;
  }
  if (words !== "") parts.push({ words: unescaped(words) });
  return { parts, end: at + 1 };
}

/** The texts an expression chooses between, and a value when it falls back to a text only without one. */
function choicesIn(expression: string): Literal[] {
  const choices = sourceLiterals(expression).filter(({ before }) => /(?:\?|[^\w]:|:)\s*$/.test(before));
  if (choices.every(({ parts }) => parts.every((part) => "words" in part && part.words === ""))) return [];
  return choices.length > 0 && expression.includes("??")
    ? [...choices, { parts: [{ choices: [] }], before: "" }]
    : choices;
}

function afterExpression(code: string, from: number): number {
  let depth = 1;
  let at = from;
  while (at < code.length && depth > 0) {
    const char = code[at] ?? "";
    if (char === "`") at = readTemplate(code, at).end;
    else if (char === '"' || char === "'") at = readString(code, at).end;
    else if (char === "/" && BEFORE_PATTERN.test(code.slice(from, at))) at = afterPattern(code, at);
    else {
      if (char === "{") depth += 1;
      if (char === "}") depth -= 1;
      at += 1;
    }
  }
  return at;
}

function afterPattern(code: string, from: number): number {
  let isInClass = false;
  for (let at = from + 1; at < code.length; at += code[at] === "\\" ? 2 : 1) {
    if (code[at] === "[") isInClass = true;
    if (code[at] === "]") isInClass = false;
    if ((code[at] === "/" && !isInClass) || code[at] === "\n") return at + 1;
  }
  return code.length;
}

function endOf(code: string, what: string, from: number): number {
  const at = code.indexOf(what, from);
  return at < 0 ? code.length : at + what.length;
}

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (_, char: string) => (char === "n" ? "\n" : char));
}
