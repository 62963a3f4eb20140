/** Every page, in both themes and languages, wide and narrow: kept as pictures, and usable by everybody. */
import { arrive } from "./support/arrive.ts";
import { expectUsable, inspect, looks, wear } from "./support/screens.ts";
import { siteNamed } from "./support/sites.ts";
import { expect, test } from "./support/test.ts";
import { visit } from "./support/visit.ts";

const pages = {
  home: "/",
  sites: "/sites",
  "new-site": "/sites/new",
  activity: "/activity",
  server: "/server",
  settings: "/settings",
  "not-found": "/no-such-page",
};
/** Each with what is there once it has loaded. */
const tabs = {
  overview: ["", "figure svg"],
  workers: ["/workers", "table:visible, main li dl:visible"],
  releases: ["/releases", "main ol li"],
  logs: ["/logs", "main section button[aria-expanded]:visible"],
  config: ["/config", "pre:visible, table:visible, code:visible"],
  "site-settings": ["/settings", "form"],
  "site-activity": ["/activity", "main li"],
} as const;

test.beforeAll(async ({ monban }) => {
  for (const path of ["/", "/", "/health", "/no-such-page", "/static/style.css"])
    await visit(monban, "sample.localhost", path);
});

for (const look of looks) {
  test(`every page of the panel can be read and used by everybody: ${look.theme}, ${look.locale}`, async ({
    page,
    monban,
  }, testInfo) => {
    await wear(page, monban.panelUrl, look);
    for (const [name, path] of Object.entries(pages)) await inspect(page, testInfo, { name, path, look });
  });

  test(`every tab of a site can be read and used by everybody: ${look.theme}, ${look.locale}`, async ({
    page,
    monban,
  }, testInfo) => {
    await wear(page, monban.panelUrl, look);
    const sample = await siteNamed(monban, "sample");
    for (const [name, [tab, shows]] of Object.entries(tabs))
      await inspect(page, testInfo, { name, path: `/sites/${sample?.id}${tab}`, look, shows });
  });
}

test("a dialog, a menu and the palette can be used by everybody", async ({ page, monban }, testInfo) => {
  await wear(page, monban.panelUrl, { theme: "dark", locale: "en" });
  const sample = await siteNamed(monban, "sample");
  await arrive(page, `/sites/${sample?.id}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Remove the site…" }).click();
  await expect(page.getByRole("dialog", { name: "Remove sample?" })).toBeVisible();
  await expectUsable(page, testInfo, "remove-dialog");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await expectUsable(page, testInfo, "palette");
});
