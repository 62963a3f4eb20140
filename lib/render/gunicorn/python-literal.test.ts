import { expect, test } from "vitest";
import { evaluatePython } from "../../testing/evaluate-python.ts";
import { seededRandom } from "../../testing/seeded-random.ts";
import { type PythonValue, pythonLiteral } from "./python-literal.ts";

test.each<[PythonValue, string]>([
  [null, "None"],
  [true, "True"],
  [false, "False"],
  [30, "30"],
  [-1.5, "-1.5"],
  ["a", '"a"'],
  ["", '""'],
  ['say "hi"\\n', '"say \\"hi\\"\\\\n"'],
  ["line\nline\r\t", '"line\\nline\\r\\t"'],
  ["\u0000\u0085\u2028", '"\\x00\\x85\\u2028"'],
  ["門番 🏮", '"\\u9580\\u756a \\U0001f3ee"'],
  [["a", 1, null], '["a", 1, None]'],
])("%j is written as %s", (value, expected) => {
  expect(pythonLiteral(value)).toBe(expected);
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, "\ud800", undefined, {}])(
  "%s has no literal",
  (value) => {
    expect(() => pythonLiteral(value as PythonValue)).toThrow(TypeError);
  },
);

test("Python reads back exactly what was written, whatever it was", async () => {
  const random = seededRandom();
  console.log(`seed ${random.seed}`);
  const alphabet = "aZ09 '\"\\\n\r\t\u0000\u0007\u007f\u0085\u2028\u2029{}#$%é門🏮\ufeff";
  const values: PythonValue[] = Array.from({ length: 2_000 }, () => {
    const text = random.text(alphabet, random.integer(0, 12));
    return random.pick<PythonValue>([text, [text, random.integer(-9, 9)], random.integer(0, 2 ** 31), text]);
  });
  const source = `import json\nprint(json.dumps([\n${values.map(pythonLiteral).join(",\n")}\n]))\n`;
  expect(JSON.parse(await evaluatePython(source))).toEqual(values);
});
