/** Every page as it looks, kept beside the results and checked with axe while it is there. */
import { expect, type Page, type TestInfo } from "@playwright/test";
import { sidewaysScroll, violationsOn } from "./accessibility.ts";
import { arrive } from "./arrive.ts";

export type Look = { theme: "light" | "dark"; locale: "en" | "ja" };

/** The two that differ most; each is looked at wide and narrow. */
export const looks: readonly Look[] = [
  { theme: "light", locale: "en" },
  { theme: "dark", locale: "ja" },
];

const WIDE = { width: 1440, height: 900 };
const NARROW = { width: 390, height: 844 };

/** Makes a page look like this from its next load on. */
export async function wear(page: Page, url: string, { theme, locale }: Look): Promise<void> {
  await page.context().addCookies([
    { name: "theme", value: theme, url },
    { name: "locale", value: locale, url },
  ]);
  await page.emulateMedia({ reducedMotion: "reduce" });
}

export type Screen = {
  name: string;
  path: string;
  look: Look;
  /** A selector for what must be there before the page is complete. */
  shows?: string;
};

/**
 * Opens `path`, wide and narrow, keeps a picture of each in test-results/screens, and expects that axe finds nothing
 * and nothing scrolls sideways.
 */
export async function inspect(
  page: Page,
  testInfo: TestInfo,
  { name, path, look, shows = "main, form" }: Screen,
): Promise<void> {
  await page.setViewportSize(WIDE);
  await arrive(page, path);
  for (const size of [WIDE, NARROW]) {
    await page.setViewportSize(size);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expect(page.locator(shows).first()).toBeVisible();
    await expect(page.locator('[aria-busy="true"], .animate-breathe')).toHaveCount(0);
    const file = `${name}-${size.width}-${look.theme}-${look.locale}.png`;
    await page.screenshot({
      path: `${testInfo.project.outputDir}/screens/${file}`,
      fullPage: true,
      animations: "disabled",
    });
    expect.soft(await sidewaysScroll(page), `${file} scrolls sideways`).toBeLessThanOrEqual(0);
    // Each theme and each width is looked through once.
    if ((size === WIDE) === (look.theme === "light")) expect.soft(await violationsOn(page), file).toEqual([]);
  }
}

/** Keeps a picture of what is on the screen right now, and expects that axe finds nothing. */
export async function expectUsable(page: Page, testInfo: TestInfo, name: string): Promise<void> {
  await page.screenshot({
    path: `${testInfo.project.outputDir}/screens/${name}.png`,
    animations: "disabled",
  });
  expect(await violationsOn(page)).toEqual([]);
}
