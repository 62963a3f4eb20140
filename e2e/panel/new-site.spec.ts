/** From a folder on the disk to a URL that answers. */
import { cp, mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "@playwright/test";
import { writeApp } from "../../lib/testing/write-app.ts";
import { arrive } from "./support/arrive.ts";
import { makeSite, removeSite, siteNamed, writeFolder } from "./support/sites.ts";
import { expect, test } from "./support/test.ts";
import { visit } from "./support/visit.ts";

const SAMPLE = fileURLToPath(new URL("../../sample/", import.meta.url));
const ANSWERED = "A real request through nginx was answered.";

const needsItsDatabase = `import os

database = os.environ["DATABASE_URL"]

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [database.encode()]
`;

const path = (page: Page) => page.getByRole("combobox", { name: "Path" });
const look = (page: Page) => page.getByRole("button", { name: "Look into this folder" });
const next = (page: Page) => page.getByRole("button", { name: "Continue" });

test("a Flask folder becomes a site: found by walking, explained, reviewed, and said to work after a real request", async ({
  page,
  monban,
}) => {
  const parent = `${monban.folder}/work`;
  await mkdir(parent, { recursive: true });
  await cp(SAMPLE, `${parent}/shop`, { recursive: true });
  await arrive(page, "/sites/new");
  await path(page).fill(`${parent}/sh`);
  const option = page.getByRole("option", { name: /shop/ });
  await expect(option).toContainText("Python app");
  await path(page).press("Tab");
  await expect(path(page)).toHaveValue(`${parent}/shop/`);
  await look(page).click();
  // What was found, each with why.
  const app = page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: "App" }) });
  await expect(app).toContainText("Flask");
  await expect(app).toContainText("requirements.txt");
  await expect(app.getByRole("textbox", { name: "Entry point" })).toHaveValue("run:app");
  await expect(app).toContainText(/app = Flask\(/);
  await expect(app.getByRole("textbox", { name: "URL path" })).toHaveValue("/static/");
  await expect(app.getByRole("textbox", { name: "Path in the source folder" }).first()).toHaveValue(
    /instance/,
  );
  await next(page).click();
  await expect(page.getByRole("textbox", { name: "Name", exact: true })).toHaveValue("shop");
  await expect(page.getByRole("textbox", { name: "Domain 1" })).toHaveValue("shop.localhost");
  await next(page).click();
  const review = page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "Review", exact: true }) });
  await expect(review).toContainText("run:app");
  await page.getByRole("button", { name: "The same as an API request" }).click();
  await expect(review).toContainText("POST /api/v1/sites");
  await page.getByRole("button", { name: "Create shop" }).click();
  const list = page.getByRole("region", { name: /^Create/ });
  await expect(list.getByRole("listitem").filter({ hasText: "Environment" })).toContainText(/done/, {
    timeout: 60_000,
  });
  await expect(page.getByText(ANSWERED)).toBeVisible({ timeout: 60_000 });
  await expect(list.getByRole("listitem").filter({ hasText: "A real request through nginx" })).toContainText(
    "200",
  );
  const url = page.getByRole("region", { name: "The site is ready." }).getByRole("link").first();
  await expect(url).toHaveAttribute("href", `http://shop.localhost:${monban.httpPort}/`);
  expect((await visit(monban, "shop.localhost")).status).toBe(200);
  const shop = await siteNamed(monban, "shop");
  if (shop) await removeSite(monban, shop);
});

test("what is no folder is refused at the field with the sentence of the API, and stays typed", async ({
  page,
  monban,
}) => {
  const folder = await writeFolder(monban, "plain");
  await arrive(page, "/sites/new");
  for (const wrong of [`${monban.folder}/nowhere`, `${folder}/app.py`, "/etc"]) {
    const { body } = await monban.api<{ errors: { path: string; message: string }[] }>(
      "POST",
      "/api/v1/inspections",
      { path: wrong },
    );
    const sentence = body.errors[0]?.message ?? "the API refuses this folder";
    await path(page).fill(wrong);
    await look(page).click();
    await expect(path(page), sentence).toHaveAttribute("aria-invalid", "true");
    await expect(page.getByRole("alert").filter({ hasText: sentence })).toBeVisible();
    await expect(path(page)).toHaveValue(wrong);
  }
});

test("a name or domain that is taken is told at its field in the words of the API, and nothing typed is lost", async ({
  page,
  monban,
}) => {
  const taken = await makeSite(monban, "taken");
  const folder = await writeFolder(monban, "second");
  const refusal = async (wish: { name: string; domains: string[] }) => {
    const body = { ...wish, source: { path: folder } };
    return (await monban.api<{ detail: string }>("POST", "/api/v1/sites", body)).body.detail;
  };
  const nameTaken = await refusal({ name: taken.name, domains: ["free.localhost"] });
  const domainTaken = await refusal({ name: "second", domains: ["free.localhost", taken.host] });
  await arrive(page, "/sites/new");
  await path(page).fill(folder);
  await look(page).click();
  await page.getByRole("textbox", { name: "Health check" }).fill("/health");
  await page.getByRole("button", { name: "Add a variable" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("GREETING");
  await page.getByLabel("Value of GREETING").fill("hello");
  await next(page).click();
  const name = page.getByRole("textbox", { name: "Name", exact: true });
  await name.fill(taken.name);
  await expect(name).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText(nameTaken)).toBeVisible();
  await name.fill("second");
  await page.getByRole("textbox", { name: "Domain 1" }).fill("free.localhost");
  await page.getByRole("button", { name: "Add a domain" }).click();
  await page.getByRole("textbox", { name: "Domain 2" }).fill(taken.host);
  await next(page).click();
  await page.getByRole("button", { name: "Create second" }).click();
  const domain = page.getByRole("textbox", { name: "Domain 2" });
  await expect(domain).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("alert").filter({ hasText: domainTaken }).first()).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Domain 1" })).toHaveValue("free.localhost");
  await page.getByRole("button", { name: "Change: App" }).click();
  await expect(page.getByRole("textbox", { name: "Health check" })).toHaveValue("/health");
  await expect(page.getByLabel("Value of GREETING")).toHaveValue("hello");
  await removeSite(monban, taken);
});

test("a site whose code raises says which step failed and why, and is tried again from there once it is mended", async ({
  page,
  monban,
}) => {
  const folder = await writeFolder(monban, "broken");
  await writeFile(`${folder}/app.py`, needsItsDatabase);
  await arrive(page, "/sites/new");
  await path(page).fill(folder);
  await look(page).click();
  await next(page).click();
  await next(page).click();
  await page.getByRole("button", { name: "Create broken" }).click();
  const list = page.getByRole("region", { name: /^Create/ });
  await expect(list.getByRole("listitem").filter({ hasText: "Import" })).toContainText("failed", {
    timeout: 60_000,
  });
  const told = list.getByRole("alert");
  await expect(told).toContainText("KeyError: 'DATABASE_URL'");
  await expect(told).toContainText("app.py");
  // Answers are kept and may be changed before the next try.
  await page.getByRole("button", { name: "Change the answers" }).click();
  await page.getByRole("textbox", { name: "Health check" }).fill("/ready");
  await next(page).click();
  await expect(page.getByRole("textbox", { name: "Domain 1" })).toHaveValue("broken.localhost");
  await next(page).click();
  await writeApp(folder, "healthy", { version: "mended" });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText(ANSWERED)).toBeVisible({ timeout: 60_000 });
  expect((await visit(monban, "broken.localhost")).text).toContain("mended");
  const site = await siteNamed(monban, "broken");
  if (site) await removeSite(monban, site);
});
