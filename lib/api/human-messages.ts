/** Sentences for what a schema's author said nothing about. Schemas' own sentences always win. */
import * as z from "zod";
import type { FieldError } from "../schema/problem.ts";

/** Separates the sentences for several unknown fields of one object; no sentence holds it. */
const SEPARATOR = "\n";

const types: Record<string, string> = {
  string: "Give a text.",
  number: "Give a number.",
  int: "Give a whole number.",
  boolean: "Give true or false.",
  array: "Give a list.",
  object: "Give an object.",
  record: "Give an object.",
  null: "Give null.",
};

/** Makes these the words of this process, which has no other use for zod's own. */
export function speakHuman(): void {
  z.config({ localeError: (issue) => sentence(issue) });
}

function sentence(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      if (issue.input === undefined) return "This field is needed.";
      return types[issue.expected] ?? `Give ${issue.expected}.`;
    case "unrecognized_keys":
      return issue.keys.map((key) => unknownField(key, knownFields(issue.inst))).join(SEPARATOR);
    case "invalid_value":
      return issue.values.length === 1
        ? `Only ${String(issue.values[0])} is possible here.`
        : `Choose one of: ${issue.values.map(String).join(", ")}.`;
    case "too_small":
      return bound(issue.origin, issue.minimum, "least");
    case "too_big":
      return bound(issue.origin, issue.maximum, "most");
    case "invalid_format":
      return issue.format === "datetime"
        ? "Give a time in UTC such as 2026-01-31T12:00:00Z."
        : "This is not written as it should be.";
    case "invalid_union": {
      const { options } = issue as { options?: unknown[] };
      return options ? `Choose one of: ${options.join(", ")}.` : "This does not fit.";
    }
    case "invalid_key":
      return "This name does not fit.";
    default:
      return "This does not fit.";
  }
}

function bound(origin: string, limit: number | bigint, side: "least" | "most"): string {
  const count = limit.toLocaleString("en-US");
  if (origin === "string") return `Use at ${side} ${count} characters.`;
  if (origin === "array" || origin === "set") return `Give at ${side} ${count} entries.`;
  return `At ${side} ${count}.`;
}

/** One entry per field, with the most helpful of the nested messages. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === "unrecognized_keys") {
      const sentences = issue.message.split(SEPARATOR);
      return issue.keys.map((key, index) => ({
        path: [...path, key].join("."),
        message: sentences[index] ?? "Unknown field.",
      }));
    }
    return [{ path: path.join("."), message: best(issue) }];
  });
}

/** A union says only that nothing fits; the alternative that came closest says why. */
function best(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_key" && issue.issues[0]) return best(issue.issues[0]);
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return issue.message;
  if (issue.message !== "This does not fit.") return issue.message;
  const closest = [...issue.errors].sort((a, b) => a.length - b.length)[0]?.[0];
  return closest ? best(closest) : issue.message;
}

function knownFields(schema: unknown): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function unknownField(name: string, known: string[]): string {
  const [nearest] = known
    .map((field) => ({ field, distance: distance(name.toLowerCase(), field.toLowerCase()) }))
    .filter(({ field, distance: steps }) => steps <= Math.max(1, Math.floor(field.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return nearest ? `Unknown field; did you mean ${nearest.field}?` : "Unknown field.";
}

/** Letters to insert, remove, replace or swap with their neighbour to get from `a` to `b`. */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 4 || a.length > 60) return 99;
  let [before, row] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      let steps = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (isSame ? 0 : 1));
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) steps = Math.min(steps, (before[j - 2] ?? 99) + 1);
      next.push(steps);
    }
    [before, row] = [row, next];
  }
  return row[b.length] ?? 99;
}
