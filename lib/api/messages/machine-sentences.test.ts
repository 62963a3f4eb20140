import fs from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { sourceLiterals, waysToSay } from "../../testing/source-literals.ts";
import { japanese } from "./ja.ts";
import { japaneseCore } from "./ja-core.ts";
import { japaneseReleases } from "./ja-releases.ts";
import { japaneseSupervisor } from "./ja-supervisor.ts";
import { isTranslated } from "./translate.ts";

const lib = path.join(import.meta.dirname, "../..");
const catalogues = [japanese, japaneseCore, japaneseSupervisor, japaneseReleases];

/** Lines for logs and for what a program printed, which is shown as it is. */
const FOR_LOGS = /\b(log|output|onOutput|onProgress)(\?\.)?\(\s*$/;

/** What no person reads as a sentence. An expression is a 7 here. */
const NOT_FOR_PEOPLE: Record<string, RegExp> = {
  "what gunicorn, nginx and Python print, to be recognized":
    /^(Error: class uri|Failed to read config file:|WORKER TIMEOUT \(pid:7\)|Exception in worker process|Autorestarting worker|Parent changed, shutting down|Worker \(pid:7\) |Stack \(most recent call first\):|test is successful)$/,
  "evidence and lines of logs, shown as the machine's words":
    /^( {2}File "7", line 7| … \[cut: .*|\[7\] \[monban\] .*|7: is Python 7|7 -c "import gunicorn" failed)$/,
  "programs in Python": /^\s*import \w+/,
  "the beginnings and ends of sentences that are known as a whole":
    /^( and (1 other request|7 other requests)|GET 7 7)$/,
  "formats and mistakes of Monban's own code":
    /^(link 7|text\/plain; charset=utf-8|operation 7 has no step 7|MONBAN_INSTANCE is not set: .*)$/,
};

type Found = { file: string; ways: string[] };

/** Every text of more than one word in the sources, in all ways it can come out. */
function sentencesOf(layer: string): Found[] {
  const found: Found[] = [];
  for (const entry of fs.readdirSync(path.join(lib, layer), { recursive: true, encoding: "utf8" })) {
    if (!/(?<!\.test)\.ts$/.test(entry)) continue;
    for (const literal of sourceLiterals(fs.readFileSync(path.join(lib, layer, entry), "utf8"))) {
      if (FOR_LOGS.test(literal.before)) continue;
      for (const ways of waysToSay(literal)) {
        const text = ways[0] ?? "";
        if (/\w .*[A-Za-z]{3}|[A-Za-z]{3}.* \w/s.test(text))
          found.push({ file: `lib/${layer}/${entry}`, ways });
      }
    }
  }
  return found;
}

const isForPeople = ({ ways }: Found) =>
  !Object.values(NOT_FOR_PEOPLE).some((pattern) => ways.some((way) => pattern.test(way)));
/** Some get their full stop, or lose the space before them, where they are put together. */
const isKnown = ({ ways }: Found) =>
  ways.some((way) => [way, way.trim(), `${way}.`].some((sentence) => isTranslated(sentence)));

test.each(["core", "supervisor"])("every sentence of lib/%s has a Japanese one", (layer) => {
  const sentences = sentencesOf(layer).filter(isForPeople);
  expect(sentences.length).toBeGreaterThan(100);
  const unknown = sentences.filter((sentence) => !isKnown(sentence));
  expect(unknown.map(({ file, ways }) => `${file}: ${ways[0]}`)).toEqual([]);
});

test("nothing is excused that is not there any more", () => {
  const all = ["core", "supervisor"].flatMap(sentencesOf).flatMap(({ ways }) => ways);
  const idle = Object.entries(NOT_FOR_PEOPLE).filter(([, pattern]) => !all.some((way) => pattern.test(way)));
  expect(idle).toEqual([]);
});

test("no translation lost or invented what is put in at run time", () => {
  for (const [english, translation] of catalogues.flatMap((catalogue) => Object.entries(catalogue))) {
    const holes = [...english.matchAll(/\{(?:\?[^}]+|[#w]?)\}/g)].length;
    const numbers = [...translation.matchAll(/\{(\d)\}/g)].map((match) => Number(match[1]));
    expect(`${english}: ${numbers.sort()}`).toBe(
      `${english}: ${Array.from({ length: holes }, (_, index) => index + 1)}`,
    );
  }
});

test("no sentence stands in two files of the catalogue", () => {
  const all = catalogues.flatMap((catalogue) => Object.keys(catalogue));
  expect(all.filter((sentence, index) => all.indexOf(sentence) !== index)).toEqual([]);
});
