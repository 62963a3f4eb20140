import { expect, type Locator, type Page } from "@playwright/test";

/** The card of an operation, by the beginning of its title, such as "Reload". */
export function operationCard(page: Page, title: string): Locator {
  return page.getByRole("region", { name: new RegExp(`^${title}`) });
}

/** Waits until the operation shown on the page has succeeded. */
export async function expectDone(page: Page, title: string): Promise<void> {
  await expect(operationCard(page, title).getByRole("status").first()).toHaveText("done", {
    timeout: 30_000,
  });
}
