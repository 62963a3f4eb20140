/** The languages of the dashboard. */
export const locales = ["en", "ja"] as const;
export type Locale = (typeof locales)[number];

export const defaultLocale: Locale = "en";

/** Name of the cookie that keeps the chosen language; readable by the browser, it is no secret. */
export const localeCookie = "locale";

export function isLocale(value: unknown): value is Locale {
  return (locales as readonly unknown[]).includes(value);
}

/** What `Accept-Language` prefers among the languages there are. */
export function preferredLocale(acceptLanguage: string | null | undefined): Locale {
  const wishes = (acceptLanguage ?? "")
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().toLowerCase().split(";");
      const quality = parameters.map((p) => p.trim()).find((p) => p.startsWith("q="));
      return { language: tag.split("-")[0] ?? "", q: quality ? Number(quality.slice(2)) : 1 };
    })
    .filter((wish) => wish.language !== "" && wish.q > 0)
    .sort((a, b) => b.q - a.q);
  for (const { language } of wishes) {
    if (language === "*") return defaultLocale;
    if (isLocale(language)) return language;
  }
  return defaultLocale;
}
