/** Language, theme and keyboard. */
import { arrive, controlsListen } from "./support/arrive.ts";
import { makeSite, removeSite, siteNamed } from "./support/sites.ts";
import { expect, test } from "./support/test.ts";

test("language and theme change in place, stay as chosen, and are there in the first byte of the next page", async ({
  page,
}) => {
  await arrive(page, "/");
  await page.evaluate(() => {
    document.documentElement.dataset.sameDocument = "yes";
  });
  await page.getByRole("button", { name: "Theme" }).click();
  await page.getByRole("menuitemradio", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByRole("button", { name: "Language" }).click();
  await page.getByRole("menuitemradio", { name: "日本語" }).click();
  await expect(page.getByRole("link", { name: "設定" })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "ja");
  await expect(page.locator("html")).toHaveAttribute("data-same-document", "yes");
  // No flash: what the server sends is dark and Japanese already.
  const sent = await (await page.request.get("/")).text();
  expect(sent).toMatch(/<html[^>]*lang="ja"/);
  expect(sent).toMatch(/<html[^>]*data-theme="dark"/);
  await arrive(page, "/settings");
  await expect(page.getByRole("heading", { level: 1, name: "設定" })).toBeVisible();
});

test("the keyboard reaches sites, actions and pages: ⌘K, g h, g s, r and ?", async ({ page, monban }) => {
  const site = await makeSite(monban, "keyed");
  await arrive(page, "/");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.type("keyed");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "keyed" })).toBeVisible();
  await page.keyboard.press("r");
  await expect(page.getByText("Release 2 serves visitors.")).toBeVisible({ timeout: 30_000 });
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await expect(page).toHaveURL(/\/sites$/);
  await page.keyboard.press("g");
  await page.keyboard.press("h");
  await expect(page).toHaveURL(/\/$/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await removeSite(monban, site);
});

test("Tab reaches every control of a page, in order and with a visible focus, and the first one skips to the content", async ({
  page,
  monban,
}) => {
  const sample = await siteNamed(monban, "sample");
  for (const path of ["/", `/sites/${sample?.id}`, `/sites/${sample?.id}/settings`]) {
    await arrive(page, path);
    await controlsListen(page);
    await page.keyboard.press("Tab");
    await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
    const missed = await page.evaluate(() => {
      const wanted = "a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled)";
      return [...document.querySelectorAll<HTMLElement>(wanted)]
        .filter((element) => {
          if (!element.checkVisibility() || element.tabIndex >= 0) return false;
          // In a group of radios one is reached by Tab, the others by the arrow keys.
          const group = element.closest('[role="radiogroup"], [role="group"]');
          return !group?.matches('[tabindex="0"]') && !group?.querySelector('[tabindex="0"]');
        })
        .map((element) => element.outerHTML.slice(0, 120));
    });
    expect(missed, path).toEqual([]);
  }
  const unseen: string[] = [];
  for (let step = 0; step < 25; step += 1) {
    await page.keyboard.press("Tab");
    const told = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return "nothing has the focus";
      const { outlineStyle, boxShadow } = getComputedStyle(element);
      return outlineStyle !== "none" || boxShadow !== "none" ? null : element.outerHTML.slice(0, 120);
    });
    if (told) unseen.push(told);
  }
  expect(unseen).toEqual([]);
});
