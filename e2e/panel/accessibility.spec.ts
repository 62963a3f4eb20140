import { writeApp } from "../../lib/testing/write-app.ts";
import { expectAccessible } from "./support/accessibility.ts";
import { appearances, wear } from "./support/appearance.ts";
import { createSite, setUp } from "./support/panel-pages.ts";
import { expect, test } from "./support/test.ts";

test.describe.configure({ mode: "serial" });

const ofSite = ["", "/workers", "/releases", "/logs", "/config", "/settings", "/activity"];
const pages = ["/", "/sites", "/sites/new", "/activity", "/server", "/settings", "/no-such-page"];

test("every page can be used by everybody, in both themes, both languages, wide and narrow", async ({
  page,
  context,
  stack,
}) => {
  test.setTimeout(300_000);
  await page.goto("/");
  await expectAccessible(page);
  await setUp(page, { token: stack.setupToken, ...stack.admin });
  await writeApp(`${stack.folder}/demo`, "healthy");
  await createSite(page, { folder: `${stack.folder}/demo`, name: "demo" });
  await expect(page.getByText("A real request through nginx was answered.")).toBeVisible({ timeout: 60_000 });
  await expectAccessible(page);
  const { body } = await page.evaluate(async () => ({ body: await (await fetch("/api/v1/sites")).json() }));
  const siteId: string = body.data[0].id;

  for (const appearance of appearances) {
    await wear({ page, context, url: stack.panelUrl }, appearance);
    for (const path of [...pages, ...ofSite.map((tab) => `/sites/${siteId}${tab}`)])
      await test.step(`${path} ${appearance.theme} ${appearance.locale} ${appearance.width}`, async () => {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        await expect(page.locator('[aria-busy="true"]')).toHaveCount(0);
        await expectAccessible(page);
      });
  }
});
