/** Logs, live and searchable, and read only while somebody looks. */
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { arrive } from "./support/arrive.ts";
import type { Monban } from "./support/monban.ts";
import { makeSite, removeSite } from "./support/sites.ts";
import { expect, test } from "./support/test.ts";
import { visit } from "./support/visit.ts";

const talkative = `import sys

def app(environ, start_response):
    path = environ["PATH_INFO"]
    level = "ERROR" if path.startswith("/fail") else "INFO"
    print(f"{level}:shop:looked at {path}", file=sys.stderr, flush=True)
    start_response("500 Internal Server Error" if level == "ERROR" else "200 OK", [])
    return [path.encode()]
`;

const lines = (page: Page) => page.getByRole("region", { name: "Lines" });

/** How many logs the supervisor follows, as it tells monitoring. */
async function logReaders(monban: Monban): Promise<number> {
  const { body } = await monban.api<string>("GET", "/metrics");
  return Number(/^monban_log_readers (\d+)$/m.exec(body)?.[1] ?? Number.NaN);
}

test("requests appear as they happen, newest first; a line opens its request; text and level find lines; pause holds them", async ({
  page,
  monban,
}) => {
  const site = await makeSite(monban, "talkative", { code: talkative });
  await visit(monban, site.host, "/before");
  await arrive(page, `/sites/${site.id}/logs`);
  await expect(lines(page)).toContainText("/before");
  await expect(page.getByText(/following/)).toBeVisible();

  await visit(monban, site.host, "/first");
  await expect(lines(page)).toContainText("/first");
  await visit(monban, site.host, "/second");
  const entries = lines(page).getByRole("button");
  await expect(entries.first()).toContainText("/second");
  await expect(entries.nth(1)).toContainText("/first");
  await page.getByRole("button", { name: "Newest first" }).click();
  await expect(entries.last()).toContainText("/second");
  await page.getByRole("button", { name: "Newest first" }).click();

  await test.step("pause and follow", async () => {
    await page.getByRole("button", { name: "Pause" }).click();
    await visit(monban, site.host, "/while-paused");
    await expect(page.getByText("Paused; 1 new line")).toBeVisible();
    await expect(lines(page)).not.toContainText("/while-paused");
    await page.getByRole("button", { name: "Follow (1 new)" }).click();
    await expect(entries.first()).toContainText("/while-paused");
  });

  await test.step("one request in detail", async () => {
    await entries.filter({ hasText: "/second" }).click();
    await expect(page.getByText("GET /second → 200")).toBeVisible();
    await expect(page.getByText("Request ID", { exact: true })).toBeVisible();
    await page.getByRole("button", { name: /^Follow/ }).click();
  });

  await test.step("filter by text and by level", async () => {
    const text = page.getByRole("searchbox", { name: "Text or request ID" });
    await text.fill("/first");
    await expect(entries).toHaveCount(1);
    await expect(entries.first()).toContainText("/first");
    await text.fill("nobody-asked-for-this");
    await expect(page.getByText("No line matches.")).toBeVisible();
    await text.fill("");
    await page.getByRole("radio", { name: "App" }).click();
    await expect(lines(page)).toContainText("looked at /second");
    await visit(monban, site.host, "/fail-now");
    await page.getByRole("combobox", { name: "Level" }).selectOption("error");
    await expect(lines(page)).toContainText("looked at /fail-now");
    await expect(lines(page)).not.toContainText("looked at /second");
  });

  await test.step("download", async () => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Download the whole log" }).click(),
    ]);
    expect(await readFile(await download.path(), "utf8")).toContain("looked at /second");
  });
  await removeSite(monban, site);
});

test("a log is read only while its tab is open: leaving it frees the reader", async ({ page, monban }) => {
  const site = await makeSite(monban, "watched");
  await arrive(page, `/sites/${site.id}`);
  await waitFor("nobody to follow a log", async () => (await logReaders(monban)) === 0);
  await page.getByRole("navigation", { name: "Parts of this site" }).getByText("Logs").click();
  await expect(page.getByText(/following/)).toBeVisible();
  await waitFor("one reader", async () => (await logReaders(monban)) === 1);
  await page.getByRole("navigation", { name: "Parts of this site" }).getByText("Overview").click();
  await waitFor("the reader to be freed", async () => (await logReaders(monban)) === 0, {
    deadlineMs: 5_000,
  });
  await removeSite(monban, site);
});
