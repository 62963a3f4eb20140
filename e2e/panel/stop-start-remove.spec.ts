/** What interrupts visitors asks first and names what will be lost. */
import { access } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { arrive } from "./support/arrive.ts";
import { expectDone } from "./support/operations.ts";
import { workersOf } from "./support/processes.ts";
import { makeSite, siteNamed } from "./support/sites.ts";
import { expect, test } from "./support/test.ts";
import { REFUSED, visit } from "./support/visit.ts";

async function choose(page: Page, item: string): Promise<void> {
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: item, exact: true }).click();
}

test("stop, start, restart and remove ask by naming what visitors lose, and show how they went", async ({
  page,
  monban,
}) => {
  const site = await makeSite(monban, "mortal");
  await arrive(page, `/sites/${site.id}`);

  await test.step("stop", async () => {
    await choose(page, "Stop");
    const dialog = page.getByRole("dialog", { name: "Stop mortal?" });
    await expect(dialog).toContainText("mortal.localhost");
    await expect(dialog).toContainText("503");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect((await visit(monban, site.host)).status).toBe(200);
    await choose(page, "Stop");
    await dialog.getByRole("button", { name: "Stop the site" }).click();
    await expectDone(page, "Stop");
    await expect(page.getByRole("button", { name: "Start", exact: true })).toBeVisible();
    expect((await visit(monban, site.host)).status).toBe(503);
  });

  await test.step("start", async () => {
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await expectDone(page, "Start");
    await expect(page.getByText("healthy", { exact: true })).toBeVisible();
    expect((await visit(monban, site.host)).status).toBe(200);
  });

  await test.step("restart", async () => {
    const [before] = await workersOf(monban, site.id);
    await choose(page, "Restart");
    const dialog = page.getByRole("dialog", { name: "Restart mortal?" });
    await expect(dialog).toContainText("To take up new code without an interruption, reload instead.");
    await dialog.getByRole("button", { name: "Restart with an interruption" }).click();
    await expectDone(page, "Restart");
    const [after] = await workersOf(monban, site.id);
    expect(after?.pid).not.toBe(before?.pid);
    expect((await visit(monban, site.host)).status).toBe(200);
  });

  await test.step("remove", async () => {
    await choose(page, "Remove the site…");
    const dialog = page.getByRole("dialog", { name: "Remove mortal?" });
    await expect(dialog).toContainText("Visitors of mortal.localhost get no answer any more");
    await expect(dialog).toContainText("The source folder is not touched.");
    await dialog.getByRole("switch", { name: "Also delete its files" }).click();
    const confirm = dialog.getByRole("button", { name: "Remove mortal" });
    await expect(confirm).toBeDisabled();
    await dialog.getByRole("textbox", { name: "Type mortal to confirm" }).fill("mortal");
    await confirm.click();
    await expect(page).toHaveURL(/\/sites$/);
    await expect(page.getByRole("link", { name: "mortal", exact: true })).toBeHidden({ timeout: 30_000 });
    expect(await siteNamed(monban, "mortal")).toBeUndefined();
    // What is told about it later still names it.
    await arrive(page, "/activity");
    await expect(page.getByRole("listitem").filter({ hasText: "mortal removal by admin" })).toBeVisible();
    await access(`${site.folder}/app.py`);
    await expect(visit(monban, site.host)).rejects.toThrow(REFUSED);
  });
});
