/**
 * What the API says, in the reader's language: the one place where answers and events pass on their way out. Fields
 * that people read are translated; names, paths, settings and the machine's own words stay as they are.
 */
import type { Locale } from "../../panel/types.ts";
import { translate } from "./translate.ts";

/** Fields that hold a sentence for people, in every shape that has them. */
const SENTENCES = new Set(["detail", "hint", "message", "reason", "title"]);
/** Fields that hold several. */
const LISTS = new Set(["notes", "warnings"]);
/** What people or programs wrote: nothing in there is Monban's sentence, whatever it is called. */
const FOREIGN = new Set(["access", "changedPaths", "env", "evidence", "text"]);

/** English passes untouched; for other languages a copy is made, because answers are shared. */
export function localized<T>(value: T, locale: Locale): T {
  return locale === "en" ? value : (translated(value, locale) as T);
}

function translated(value: unknown, locale: Locale): unknown {
  if (Array.isArray(value)) return value.map((item) => translated(item, locale));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [name, inField(name, field, locale)]),
  );
}

function inField(name: string, field: unknown, locale: Locale): unknown {
  if (typeof field === "string") return SENTENCES.has(name) ? translate(field, locale) : field;
  if (FOREIGN.has(name)) return field;
  if (LISTS.has(name) && Array.isArray(field)) {
    return field.map((item) =>
      typeof item === "string" ? translate(item, locale) : translated(item, locale),
    );
  }
  return translated(field, locale);
}
