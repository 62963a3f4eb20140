import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { problemCatalogue } from "../../panel/problems.ts";
import { translate } from "./translate.ts";

const lib = path.join(import.meta.dirname, "../..");

/** Never shown as a problem: the API's document, metrics, and words for developers. */
const NOT_SHOWN = [/^lib\/panel\/metrics\.ts$/, /^lib\/panel\/instance\.ts$/, /^lib\/api\/openapi\.ts$/];
const NOT_SHOWN_SENTENCES = [
  /^Without a token only/,
  /^Objects are merged field by field/,
  /^Monban does not have/,
];

/** Every literal that looks like a sentence; what is put in at run time becomes a number. */
function sentences(): string[] {
  const found = new Set<string>();
  for (const layer of ["schema", "panel", "api", "db", "server"]) {
    for (const entry of fs.readdirSync(path.join(lib, layer), { recursive: true, encoding: "utf8" })) {
      const file = `lib/${layer}/${entry}`;
      if (!/(?<!\.test)\.ts$/.test(file) || /generated|messages/.test(file)) continue;
      if (NOT_SHOWN.some((pattern) => pattern.test(file))) continue;
      const code = fs
        .readFileSync(path.join(lib, layer, entry), "utf8")
        .replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
      for (const [literal] of code.matchAll(
        /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\$]|\\.|\$\{[^}]*\})*`/g,
      )) {
        const text = literal.slice(1, -1).replace(/\$\{[^}]*\}/g, "7");
        if (
          /^[A-Z7][^\n]* [^\n]*\.$/.test(text) &&
          !NOT_SHOWN_SENTENCES.some((pattern) => pattern.test(text))
        )
          found.add(
            text
              .replace(/^Use at 7 /, "Use at most ")
              .replace(/^Give at 7 /, "Give at most ")
              .replace(/^At 7 /, "At most "),
          );
      }
    }
  }
  return [...found];
}

test("every sentence people can meet has a Japanese one", () => {
  const all = [...sentences(), ...Object.values(problemCatalogue).map(({ title }) => title)];
  expect(all.length).toBeGreaterThan(100);
  expect(all.filter((sentence) => translate(sentence, "ja") === sentence)).toEqual([]);
});
