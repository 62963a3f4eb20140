/** Every page, in both themes and languages, wide and narrow: kept as pictures, and usable by everybody. */
import { arrive } from "./support/arrive.ts";
import { expectUsable, inspect, looks, wear } from "./support/screens.ts";
import { siteNamed } from "./support/sites.ts";
import { expect, test } from "./support/test.ts";

const pages = {
  home: "/",
  sites: "/sites",
  "new-site": "/sites/new",
  activity: "/activity",
  server: "/server",
  settings: "/settings",
  "not-found": "/no-such-page",
};
const tabs = {
  overview: "",
  workers: "/workers",
  releases: "/releases",
  logs: "/logs",
  config: "/config",
  "site-settings": "/settings",
  "site-activity": "/activity",
};

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
    for (const [name, tab] of Object.entries(tabs))
      await inspect(page, testInfo, { name, path: `/sites/${sample?.id}${tab}`, look });
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
