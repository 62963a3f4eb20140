/** The one place where a tree becomes text. It writes only values it knows to be checked, and checks again. */
import { type Directive, directiveNames, type Node } from "./tree.ts";
import { isGenuine, type Part, type Value, variableNames } from "./values.ts";

/** The text of a tree; throws a TypeError for anything that was not made by the constructors. */
export function serialize(nodes: readonly Node[]): string {
  return nodes.map((node) => line(node, "")).join("");
}

/** A value as nginx will see it after it has read the word: without quotes and escapes, variables as `${name}`. */
export function plainText(value: Value): string {
  return value.parts.map((part) => ("text" in part ? part.text : `\${${part.variable}}`)).join("");
}

function line(node: Node, indent: string): string {
  switch (node.kind) {
    case "comment":
      return `${indent}# ${plainText(checked(node.text))}\n`;
    case "entry":
      return `${indent}${node.words.map(word).join(" ")};\n`;
    case "directive":
      return directiveText(node, indent);
  }
}

function directiveText({ name, args, block }: Directive, indent: string): string {
  if (!directiveNames.includes(name)) throw new TypeError(`Unknown directive ${JSON.stringify(name)}.`);
  const head = [name, ...args.map(word)].join(" ");
  if (!block) return `${indent}${head};\n`;
  const inner = block.map((node) => line(node, `${indent}  `)).join("");
  return `${indent}${head} {\n${inner}${indent}}\n`;
}

const needsNoQuotes = /^[A-Za-z0-9_./:@%+=,~*[\]()|!?^&<>-]+$/;
/** `$name` alone is what `map` wants as the name it defines; nginx knows braces everywhere else. */
const bareVariable = /^\$\{([a-z0-9_]+)\}$/;

function word(value: Value): string {
  const text = plainText(checked(value));
  const name = bareVariable.exec(text)?.[1];
  if (name !== undefined && value.parts.length === 1 && "variable" in value.parts[0]!) return `$${name}`;
  const written = value.parts.map(writtenPart).join("");
  return needsNoQuotes.test(text) ? written : `"${written}"`;
}

function writtenPart(part: Part): string {
  // What a pattern caught is one digit, and nginx does not know braces around it.
  if ("variable" in part && /^\d$/.test(part.variable)) return `$${part.variable}`;
  return "variable" in part
    ? `\${${part.variable}}`
    : part.text.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
}

function checked(value: Value): Value {
  if (!isGenuine(value)) throw new TypeError("A value was not made by its constructor.");
  for (const part of value.parts) {
    if ("variable" in part) {
      if (!(variableNames as readonly string[]).includes(part.variable))
        throw new TypeError("Unknown variable.");
    } else if (/[\u0000-\u001f\u007f]/.test(part.text)) {
      throw new TypeError("A value holds a control character.");
    }
  }
  return value;
}
