import type { BrowserContext, Page } from "@playwright/test";

export type Appearance = { theme: "light" | "dark"; locale: "en" | "ja"; width: 1440 | 390 };

/** The four that differ most; every page should be looked at in each. */
export const appearances: readonly Appearance[] = [
  { theme: "light", locale: "en", width: 1440 },
  { theme: "dark", locale: "ja", width: 1440 },
  { theme: "light", locale: "ja", width: 390 },
  { theme: "dark", locale: "en", width: 390 },
];

/** Makes a page look like this from its next load on. */
export async function wear(
  { page, context, url }: { page: Page; context: BrowserContext; url: string },
  { theme, locale, width }: Appearance,
): Promise<void> {
  await context.addCookies([
    { name: "theme", value: theme, url },
    { name: "locale", value: locale, url },
  ]);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.setViewportSize({ width, height: width < 500 ? 844 : 900 });
}
