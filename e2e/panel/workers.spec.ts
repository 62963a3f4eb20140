/** Workers are counted live, changed live, and missed when they die. */
import { arrive } from "./support/arrive.ts";
import { expectDone } from "./support/operations.ts";
import { kill, workersOf } from "./support/processes.ts";
import { makeSite, removeSite } from "./support/sites.ts";
import { expect, test } from "./support/test.ts";
import { visit } from "./support/visit.ts";

test("one worker more and one less is told what it costs and happens live, with every pid on the screen", async ({
  page,
  monban,
}) => {
  const site = await makeSite(monban, "scaled");
  await arrive(page, `/sites/${site.id}/workers`);
  const rows = page.getByRole("region", { name: "Workers" }).getByRole("row");
  const pids = () => page.getByRole("cell").filter({ hasText: /^\d+$/ }).allTextContents();
  await expect(rows).toHaveCount(2);
  const [first] = await workersOf(monban, site.id);
  await expect(page.getByRole("cell", { name: String(first?.pid), exact: true })).toBeVisible();

  await page.getByRole("button", { name: "One worker more" }).click();
  await page.getByRole("button", { name: "One worker more" }).click();
  await expect(page.getByText(/more memory.*Takes effect live/)).toBeVisible();
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await expect(rows).toHaveCount(4);
  await expectDone(page, "Scale");
  for (const worker of await workersOf(monban, site.id))
    await expect(page.getByRole("cell", { name: String(worker.pid), exact: true })).toBeVisible();
  // The worker that was there stayed: scaling is no reload.
  expect(await pids()).toContain(String(first?.pid));

  await page.getByRole("button", { name: "One worker less" }).click();
  await expect(page.getByText(/memory is freed/)).toBeVisible();
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await expect(rows).toHaveCount(3);
  await removeSite(monban, site);
});

test("a worker that is killed is missed by name, and its successor appears by itself", async ({
  page,
  monban,
}) => {
  const site = await makeSite(monban, "mourned");
  await arrive(page, `/sites/${site.id}/workers`);
  await expect(page.getByText("No worker has died unasked.")).toBeVisible();
  const [victim] = await workersOf(monban, site.id);
  await expect(page.getByRole("cell", { name: String(victim?.pid), exact: true })).toBeVisible();
  kill(victim?.pid ?? 0);
  const card = page.getByRole("listitem").filter({ hasText: `PID ${victim?.pid}` });
  await expect(card).toContainText("killed");
  await expect(card).toContainText("was serving nothing");
  await expect(page.getByRole("cell", { name: String(victim?.pid), exact: true })).toBeHidden();
  await expect(page.getByRole("region", { name: "Workers" }).getByRole("row")).toHaveCount(2);
  expect((await visit(monban, site.host)).status).toBe(200);
  await removeSite(monban, site);
});
