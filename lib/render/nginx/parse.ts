/**
 * Reads a configuration back as nginx does: words, blocks and comments. Strict: what the serializer never writes is
 * an error. It shows that nothing in a value can end a word, and lets texts be compared by meaning.
 */

export type ParsedNode = { words: string[]; block: ParsedNode[] | null };

/** The directives of a text, without comments; throws with the line when the text is not whole. */
export function parse(text: string): ParsedNode[] {
  const reader = { text, at: 0 };
  const nodes = readNodes(reader, false);
  if (reader.at < text.length) fail(reader, "text after the end");
  return nodes;
}

type Reader = { text: string; at: number };

function readNodes(reader: Reader, inBlock: boolean): ParsedNode[] {
  const nodes: ParsedNode[] = [];
  for (;;) {
    skipSpace(reader);
    const next = reader.text[reader.at];
    if (next === undefined) {
      if (inBlock) fail(reader, "a block is not closed");
      return nodes;
    }
    if (next === "}") {
      if (!inBlock) fail(reader, "unexpected }");
      return nodes;
    }
    nodes.push(readNode(reader));
  }
}

function readNode(reader: Reader): ParsedNode {
  const words: string[] = [];
  for (;;) {
    skipSpace(reader);
    const next = reader.text[reader.at];
    if (next === undefined) fail(reader, "a directive is not ended");
    if (next === ";" || next === "{") {
      if (words.length === 0) fail(reader, "a directive has no name");
      reader.at += 1;
      if (next === ";") return { words, block: null };
      const block = readNodes(reader, true);
      reader.at += 1;
      return { words, block };
    }
    words.push(next === '"' ? readQuoted(reader) : readBare(reader));
  }
}

function readBare(reader: Reader): string {
  const match = /^(?:\$\{[a-z0-9_]+\}|[^\s;{}"'\\#])+/.exec(reader.text.slice(reader.at, reader.at + 8_192));
  if (!match) fail(reader, "not a word");
  reader.at += match![0].length;
  expectEndOfWord(reader);
  return match![0];
}

function readQuoted(reader: Reader): string {
  let word = "";
  for (reader.at += 1; reader.at < reader.text.length; reader.at += 1) {
    const next = reader.text[reader.at]!;
    if (next === '"') {
      reader.at += 1;
      expectEndOfWord(reader);
      return word;
    }
    if (next === "\n") break;
    if (next !== "\\") {
      word += next;
      continue;
    }
    reader.at += 1;
    const escaped = reader.text[reader.at];
    if (escaped !== "\\" && escaped !== '"') fail(reader, "an escape the serializer does not write");
    word += escaped;
  }
  return fail(reader, "a quoted word is not closed");
}

function expectEndOfWord(reader: Reader): void {
  if (!/^[ ;]$/.test(reader.text[reader.at] ?? "")) fail(reader, "a word runs into the next one");
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const next = reader.text[reader.at];
    if (next === "#") {
      const end = reader.text.indexOf("\n", reader.at);
      reader.at = end < 0 ? reader.text.length : end;
    } else if (next === " " || next === "\n") reader.at += 1;
    else return;
  }
}

function fail(reader: Reader, reason: string): never {
  const lineNumber = reader.text.slice(0, reader.at).split("\n").length;
  throw new Error(`line ${lineNumber}: ${reason}`);
}
