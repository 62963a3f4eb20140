import { createRequire } from "node:module";
import type { Page } from "@playwright/test";

// The package is CommonJS with its class as `default`; required, its type and its value agree.
const { AxeBuilder } = createRequire(import.meta.url)(
  "@axe-core/playwright",
) as typeof import("@axe-core/playwright");

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** What axe finds on the page, one text per violation; empty when nothing. */
export async function violationsOn(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map((node) => `  ${node.html}`).join("\n")}`,
  );
}

/** How far the page can be scrolled sideways, px; it should not. */
export function sidewaysScroll(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
