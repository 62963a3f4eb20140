/**
 * Sentences in the reader's language. The English sentence is the key, so one without a translation is still a
 * sentence; `{}` in a key stands for what is put in at run time, and keeps its order in the translation by number.
 */
import type { Locale } from "../../panel/types.ts";
import { japanese } from "./ja.ts";

type Template = { pattern: RegExp; translation: string };

let templates: Template[] | null = null;

export function translate(sentence: string, locale: Locale): string {
  if (locale === "en") return sentence;
  const exact = japanese[sentence];
  if (exact !== undefined) return exact;
  templates ??= compile();
  for (const { pattern, translation } of templates) {
    const match = pattern.exec(sentence);
    if (match) return translation.replace(/\{(\d)\}/g, (_, index) => match[Number(index)] ?? "");
  }
  return sentence;
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

function compile(): Template[] {
  return Object.entries(japanese)
    .filter(([english]) => english.includes("{}"))
    .map(([english, translation]) => {
      const parts = english.split("{}").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
      return { pattern: new RegExp(`^${parts.join("(.+?)")}$`, "s"), translation };
    });
}
