/** Values as Python source. The one way a value gets into a generated Python file. */

export type PythonValue = string | number | boolean | null | readonly PythonValue[];

/**
 * A Python literal that evaluates to the value. Strings are plain ASCII: everything else is written as an escape, so
 * that no character can end the string, the line or the comment it stands in. Throws a TypeError for what has no
 * literal, such as NaN or half of a surrogate pair.
 */
export function pythonLiteral(value: PythonValue): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "number") return numberLiteral(value);
  if (typeof value === "string") return stringLiteral(value);
  if (Array.isArray(value)) return `[${value.map(pythonLiteral).join(", ")}]`;
  throw new TypeError(`${typeof value} has no Python literal.`);
}

function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError(`${value} has no Python literal.`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new TypeError(`${value} is not exact.`);
  return Object.is(value, -0) ? "0" : String(value);
}

function stringLiteral(value: string): string {
  if (!value.isWellFormed()) throw new TypeError("Half of a surrogate pair has no Python literal.");
  return `"${[...value].map(character).join("")}"`;
}

const short: Record<string, string> = { '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function character(one: string): string {
  const known = short[one];
  if (known !== undefined) return known;
  const code = one.codePointAt(0)!;
  if (code >= 0x20 && code <= 0x7e) return one;
  if (code <= 0xff) return `\\x${code.toString(16).padStart(2, "0")}`;
  return code <= 0xffff
    ? `\\u${code.toString(16).padStart(4, "0")}`
    : `\\U${code.toString(16).padStart(8, "0")}`;
}
