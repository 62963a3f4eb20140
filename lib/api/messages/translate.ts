/**
 * Sentences in the reader's language. The English sentence is the key, so one without a translation is still a
 * sentence. What is put in at run time keeps its order in the translation by number, and may itself be a sentence or
 * a phrase of the catalogue; several sentences in a row are translated one by one when they are not known as a whole.
 *
 * In a key stands `{}` for anything, `{#}` for a number, `{w}` for one word, and `{? while }` for a part that begins
 * with ` while ` and may be missing.
 */
import type { Locale } from "../../panel/types.ts";
import { japanese } from "./ja.ts";
import { japaneseCore } from "./ja-core.ts";
import { japaneseReleases } from "./ja-releases.ts";
import { japaneseSupervisor } from "./ja-supervisor.ts";

type Template = {
  /** Literal text before the first hole: most sentences are told apart by it. */
  head: string;
  pattern: RegExp;
  translation: string;
  /** Words of a machine, without a full stop, and then a sentence: matches too much to be asked before anything else. */
  isLast: boolean;
};

/** Longer texts are not sentences of Monban; they are left as they are. */
const MAX_LENGTH = 2_000;
/** Places looked at from either end of a text: what a machine says may have any number of full stops. */
const MAX_ENDS = 6;
/** Looks into the catalogue for one text; what sounds like a hundred sentences within each other is not worth more. */
const MAX_LOOKS = 100;
/** Translations of sentences with figures in them; forgotten all at once. */
const MAX_KEPT = 2_000;
const HOLES = /\{(\?[^}]+|[#w]?)\}/g;

const catalogue = new Map<string, string>(
  [japanese, japaneseCore, japaneseSupervisor, japaneseReleases].flatMap((part) => Object.entries(part)),
);
const kept = new Map<string, string>();
let templates: Template[] | null = null;
let looksLeft = 0;

/** The sentence in the language of the reader; what is not known stays English. */
export function translate(sentence: string, locale: Locale): string {
  if (locale === "en" || sentence.length > MAX_LENGTH) return sentence;
  const known = kept.get(sentence);
  if (known !== undefined) return known;
  looksLeft = MAX_LOOKS;
  const translated = whole(sentence) ?? inParts(sentence);
  if (kept.size >= MAX_KEPT) kept.clear();
  kept.set(sentence, translated);
  return translated;
}

/** True when the catalogue has the whole of it, so that at most the machine's words in it stay English. */
export function isTranslated(sentence: string): boolean {
  looksLeft = MAX_LOOKS;
  return whole(sentence) !== null;
}

/** The language a request asks for: the panel's own cookie, then the browser's wish, then English. */
export function localeOf(headers: Headers): Locale {
  const cookie = /(?:^|;\s*)locale=(en|ja)(?:;|$)/.exec(headers.get("cookie") ?? "")?.[1];
  if (cookie === "en" || cookie === "ja") return cookie;
  const wishes = (headers.get("accept-language") ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", quality] = part
        .trim()
        .toLowerCase()
        .split(/\s*;\s*q=/);
      return { language: tag.split("-")[0], quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ language, quality }) => (language === "en" || language === "ja") && quality > 0)
    .sort((a, b) => b.quality - a.quality);
  return wishes[0]?.language === "ja" ? "ja" : "en";
}

/** One sentence or several in a row, all of them known; else null. `isAll` when nothing stands before it. */
function whole(text: string, isAll = true): string | null {
  const exact = catalogue.get(text);
  if (exact !== undefined) return exact;
  for (const at of sentenceEnds(text)) {
    // A template could swallow the sentences behind it, so the shortest first sentence is tried first.
    const first = single(text.slice(0, at));
    const rest = first === null ? null : whole(text.slice(at + 1), false);
    if (first !== null && rest !== null) return joined(first, rest);
  }
  return single(text) ?? (isAll ? single(text, true) : null);
}

function single(text: string, isLast = false): string | null {
  const exact = catalogue.get(text);
  if (exact !== undefined) return exact;
  if (looksLeft <= 0) return null;
  looksLeft -= 1;
  templates ??= compile();
  for (const template of templates) {
    if (template.isLast !== isLast || !text.startsWith(template.head)) continue;
    const match = template.pattern.exec(text);
    if (match) return filled(template.translation, match);
  }
  return null;
}

/** As much as is known, the machine's words between. */
function inParts(text: string): string {
  const ends = sentenceEnds(text);
  for (const at of ends) {
    const rest = whole(text.slice(at + 1));
    if (rest !== null) return joined(inParts(text.slice(0, at)), rest);
  }
  for (const at of ends.toReversed()) {
    const first = whole(text.slice(0, at));
    if (first !== null) return joined(first, text.slice(at + 1));
  }
  return text;
}

/** Where a sentence may end: at the space behind a full stop. */
function sentenceEnds(text: string): number[] {
  const ends = [...text.matchAll(/\. /g)].map((match) => match.index + 1);
  return ends.length <= 2 * MAX_ENDS ? ends : [...ends.slice(0, MAX_ENDS), ...ends.slice(-MAX_ENDS)];
}

function joined(first: string, rest: string): string {
  return /[。、:]$/.test(first) ? first + rest : `${first} ${rest}`;
}

function filled(translation: string, match: RegExpExecArray): string {
  const text = translation.replace(/( ?)\{(\d)\}( ?)/g, (spot, before, number, after, offset: number) => {
    const found = match[Number(number)] ?? "";
    const phrase = phraseOf(found);
    if (phrase === null) return before + found + after;
    // Templates are spaced for Latin words; between Japanese characters stands no space.
    const isCloseBefore = isJapanese(translation[offset - 1]) && isJapanese(phrase[0]);
    const isCloseAfter = isJapanese(phrase.at(-1)) && isJapanese(translation[offset + spot.length]);
    return (isCloseBefore ? "" : before) + phrase + (isCloseAfter ? "" : after);
  });
  return text.replace(/([。、]) /g, "$1").replace(/。(?=[。)])/g, "");
}

/** What fills a hole, when it is of the catalogue itself. Single words are names and the machine's own. */
function phraseOf(text: string): string | null {
  if (!text.includes(" ")) return null;
  const phrase = whole(text);
  if (phrase !== null) return phrase;
  // Sentences lose their full stop when they stand within another one.
  return whole(`${text}.`)?.replace(/。$/, "") ?? null;
}

function isJapanese(character: string | undefined): boolean {
  return /^[\u3000-\u30ff\u4e00-\u9fff]$/.test(character ?? "");
}

/** What says most stands first: `a {} of b` before `a {}`, and what begins with words before what begins with anything. */
function compile(): Template[] {
  return [...catalogue]
    .filter(([english]) => english.includes("{"))
    .map(([english, translation]) => ({ english, translation, weight: english.replace(HOLES, "").length }))
    .sort((a, b) => Number(a.english[0] === "{") - Number(b.english[0] === "{") || b.weight - a.weight)
    .map(({ english, translation }) => ({
      head: english.split("{", 1)[0] ?? "",
      pattern: patternOf(english),
      translation,
      isLast: /^\{\} [A-Z]/.test(english),
    }));
}

function patternOf(english: string): RegExp {
  let source = "";
  let end = 0;
  for (const match of english.matchAll(HOLES)) {
    source += literal(english.slice(end, match.index)) + hole(match[1] ?? "");
    end = match.index + match[0].length;
  }
  return new RegExp(`^${source}${literal(english.slice(end))}$`, "s");
}

function hole(kind: string): string {
  if (kind === "#") return "(\\d[\\d.,]*)";
  if (kind === "w") return "(\\S+)";
  if (kind.startsWith("?")) return `((?:${literal(kind.slice(1))}.*?)?)`;
  return "(.+?)";
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
