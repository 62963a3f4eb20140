/** New code: refused without a trace when it is broken, brought to visitors when it works, taken back when regretted. */
import { writeApp } from "../../lib/testing/write-app.ts";
import { arrive } from "./support/arrive.ts";
import { makeSite, removeSite } from "./support/sites.ts";
import { expect, test } from "./support/test.ts";
import { visit } from "./support/visit.ts";

test("broken code changes nothing for visitors and says why; mended code is served; a roll back brings the former back", async ({
  page,
  monban,
}) => {
  const site = await makeSite(monban, "story");
  await arrive(page, `/sites/${site.id}`);
  const reload = page.getByRole("button", { name: "Reload", exact: true });

  await test.step("a reload of code that raises", async () => {
    await writeApp(site.folder, "raises-at-import", { version: "v2" });
    await reload.click();
    const card = page.getByRole("region", { name: /^Reload/ });
    const step = (name: string) => card.getByRole("listitem").filter({ hasText: name });
    await expect(step("boot")).toContainText("done", { timeout: 30_000 });
    await expect(step("ready")).toContainText("failed");
    await expect(step("cut over")).toContainText("not reached");
    const told = card.getByRole("alert");
    await expect(told).toContainText("DATABASE_URL is not set in v2");
    await expect(told).toContainText("RuntimeError");
    await expect(told).toContainText("Nothing changed for visitors.");
    await expect(told.getByRole("link", { name: "Show log" })).toBeVisible();
    expect((await visit(monban, site.host)).text).toContain('"v1"');
    await expect(page.getByRole("link", { name: /^Release 1/ })).toBeVisible();
  });

  await test.step("a reload of mended code", async () => {
    await writeApp(site.folder, "healthy", { version: "v3" });
    await page.getByRole("button", { name: "Reload again" }).click();
    await expect(page.getByText("Release 3 serves visitors.")).toBeVisible({ timeout: 30_000 });
    expect((await visit(monban, site.host)).text).toContain('"v3"');
    await expect(page.getByRole("link", { name: /^Release 3/ })).toBeVisible();
  });

  await test.step("a roll back from the list of releases", async () => {
    await page.getByRole("navigation", { name: "Parts of this site" }).getByText("Releases").click();
    const list = page.getByRole("main").getByRole("listitem");
    const row = (number: number) => list.filter({ hasText: `#${number}` });
    await expect(row(3)).toContainText("serving");
    await expect(row(2)).toContainText("failed");
    await expect(row(2).getByRole("button", { name: "Roll back" })).toBeHidden();
    await row(1).getByRole("button", { name: "Roll back" }).click();
    const dialog = page.getByRole("dialog", { name: "Roll story back to release 1?" });
    await expect(dialog).toContainText("Data outside releases");
    await dialog.getByRole("button", { name: "Roll back to 1" }).click();
    await expect(page.getByText("Release 1 serves visitors.")).toBeVisible({ timeout: 30_000 });
    await expect(row(1)).toContainText("serving");
    expect((await visit(monban, site.host)).text).toContain('"v1"');
  });
  await removeSite(monban, site);
});

test("a release whose health check fails never gets a visitor", async ({ page, monban }) => {
  const site = await makeSite(monban, "probed", { change: { health: { path: "/health" } } });
  await writeApp(site.folder, "answers-500-on-health", { version: "v2" });
  await arrive(page, `/sites/${site.id}`);
  await page.getByRole("button", { name: "Reload", exact: true }).click();
  const card = page.getByRole("region", { name: /^Reload/ });
  await expect(card.getByRole("listitem").filter({ hasText: "probe" })).toContainText("failed", {
    timeout: 30_000,
  });
  await expect(card.getByRole("alert")).toContainText("/health");
  await expect(card.getByRole("alert")).toContainText("500");
  await expect(card.getByRole("alert")).toContainText("Nothing changed for visitors.");
  expect((await visit(monban, site.host, "/health")).status).toBe(200);
  await removeSite(monban, site);
});
