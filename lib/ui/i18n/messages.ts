/** Loads the texts of one language. */
import type en from "../messages/en.json";
import type { Locale } from "./locales.ts";

export type Messages = typeof en;

export async function loadMessages(locale: Locale): Promise<Messages> {
  if (locale === "ja") return (await import("../messages/ja.json")).default as Messages;
  return (await import("../messages/en.json")).default;
}
