import { writeApp } from "../../lib/testing/write-app.ts";
import { createSite, openSite, reload, setUp, signIn } from "./support/panel-pages.ts";
import { expect, test } from "./support/test.ts";
import { visit } from "./support/visit.ts";

// One story: each part goes on where the one before it ended.
test.describe.configure({ mode: "serial" });

const site = "demo";
const host = `${site}.localhost`;

test("the first visitor needs the token from the terminal, and is told at the field when it is wrong", async ({
  page,
  stack,
}) => {
  await page.goto("/");
  await page.getByRole("textbox", { name: "Setup token" }).fill("guessed");
  await page.getByLabel("Password", { exact: true }).fill(stack.admin.password);
  await page.getByRole("button", { name: "Create the admin and sign in" }).click();
  await expect(page.getByRole("textbox", { name: "Setup token" })).toHaveAttribute("aria-invalid", "true");
  await setUp(page, { token: stack.setupToken, ...stack.admin });
  await expect(page.getByRole("heading", { name: "No sites yet." })).toBeVisible();
});

test("a folder becomes a site, and success is said after a real request was answered", async ({
  page,
  stack,
}) => {
  await writeApp(`${stack.folder}/demo`, "healthy", { version: "v1" });
  await signIn(page, stack.admin);
  await createSite(page, { folder: `${stack.folder}/demo`, name: site });
  await expect(page.getByText("A real request through nginx was answered.")).toBeVisible({ timeout: 60_000 });
  expect((await visit(stack, host)).text).toContain("v1");
});

test("a reload shows its steps and brings new code to visitors", async ({ page, stack }) => {
  await signIn(page, stack.admin);
  await openSite(page, site);
  await writeApp(`${stack.folder}/demo`, "healthy", { version: "v2" });
  await reload(page);
  await expect(page.getByRole("region", { name: "Reload #2" })).toBeVisible();
  await expect(page.getByText("Release 2 serves visitors.")).toBeVisible({ timeout: 60_000 });
  expect((await visit(stack, host)).text).toContain("v2");
});

test("code that does not import changes nothing for visitors, and the page says so with the reason", async ({
  page,
  stack,
}) => {
  await signIn(page, stack.admin);
  await openSite(page, site);
  await writeApp(`${stack.folder}/demo`, "raises-at-import", { version: "v3" });
  await reload(page);
  await expect(page.getByText("Nothing changed for visitors.")).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("region", { name: /^Reload/ }).getByRole("alert")).toBeVisible();
  expect((await visit(stack, host)).text).toContain("v2");
});

test("a roll back asks first and brings the former release back", async ({ page, stack }) => {
  await signIn(page, stack.admin);
  await openSite(page, site);
  await page.getByRole("link", { name: "Releases", exact: true }).click();
  const first = page.getByRole("listitem").filter({ hasText: "#1" });
  await first.getByRole("button", { name: "Roll back" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Roll back to 1" }).click();
  await expect(page.getByText("Release 1 serves visitors.")).toBeVisible({ timeout: 60_000 });
  expect((await visit(stack, host)).text).toContain("v1");
});

test("a visitor's request appears in the open log and opens its details", async ({ page, stack }) => {
  await signIn(page, stack.admin);
  await openSite(page, site);
  await page.getByRole("link", { name: "Logs", exact: true }).click();
  await expect(page.getByText(/following/)).toBeVisible();
  await visit(stack, host, "/seen-by-the-log");
  const line = page.getByRole("button", { expanded: false }).filter({ hasText: "/seen-by-the-log" });
  await line.first().click();
  await expect(page.getByText("Request ID", { exact: true })).toBeVisible();
});

test("one worker more is said to cost memory, and starts without a new release", async ({ page, stack }) => {
  await signIn(page, stack.admin);
  await openSite(page, site);
  await page.getByRole("link", { name: "Workers", exact: true }).first().click();
  const rows = page.getByRole("region", { name: "Workers" }).getByRole("row");
  await expect(rows).not.toHaveCount(0);
  const before = await rows.count();
  await page.getByRole("button", { name: "One worker more" }).click();
  await expect(page.getByText(/Takes effect live/)).toBeVisible();
  await page.getByRole("button", { name: "Apply", exact: true }).click();
  await expect(rows).toHaveCount(before + 1, { timeout: 30_000 });
});

test("unsaved settings say what they cost, and a saved secret is never shown again", async ({
  page,
  stack,
}) => {
  await signIn(page, stack.admin);
  await openSite(page, site);
  await page.getByRole("link", { name: "Settings", exact: true }).last().click();
  await page.getByRole("button", { name: "Add a variable" }).click();
  await page.getByRole("textbox", { name: "Name" }).last().fill("API_KEY");
  await page.getByLabel("Value of API_KEY").fill("never-shown-again");
  await page.getByRole("button", { name: "API_KEY is secret" }).click();
  const bar = page.getByRole("region", { name: "Unsaved changes" });
  await expect(bar).toContainText("rollout");
  await bar.getByRole("button", { name: /^Apply/ }).click();
  await expect(bar).toBeHidden({ timeout: 30_000 });
  await page.reload();
  await expect(page.getByLabel("Value of API_KEY")).toHaveAttribute("placeholder", "saved; type to replace");
  expect(await page.content()).not.toContain("never-shown-again");
});

test("the language and the theme stay as they were chosen", async ({ page, stack }) => {
  await signIn(page, stack.admin);
  await page.goto("/settings");
  await page.getByRole("radio", { name: "Dark" }).click();
  await page.getByRole("radio", { name: "日本語" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "設定" })).toBeVisible();
  await page.reload();
  await expect(page.locator("html")).toHaveAttribute("lang", "ja");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test("everything is reached by keyboard: the palette, the pages and the list of keys", async ({
  page,
  stack,
}) => {
  await signIn(page, stack.admin);
  await page.keyboard.press("Control+k");
  await page.keyboard.type(site);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: site })).toBeVisible();
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await expect(page).toHaveURL(/\/sites$/);
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keyboard shortcuts" })).toBeVisible();
});

test("removing a site names what is lost, and asks for its name before its files go", async ({
  page,
  stack,
}) => {
  await signIn(page, stack.admin);
  await openSite(page, site);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Remove the site…" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(host);
  await dialog.getByRole("switch").click();
  const confirm = dialog.getByRole("button", { name: `Remove ${site}` });
  await expect(confirm).toBeDisabled();
  await dialog.getByRole("textbox").fill(site);
  await confirm.click();
  await expect(page.getByText("No sites yet")).toBeVisible({ timeout: 60_000 });
});

test("a site that cannot start says why, and is tried again from there without losing an answer", async ({
  page,
  stack,
}) => {
  const folder = `${stack.folder}/broken`;
  const { entry } = await writeApp(folder, "raises-at-import");
  await signIn(page, stack.admin);
  await createSite(page, { folder, name: "broken", entry });
  await expect(page.getByRole("button", { name: "Try again" })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("region", { name: /^Create/ }).getByRole("alert")).toBeVisible();
  await page.getByRole("button", { name: "Change the answers" }).click();
  await page.getByRole("textbox", { name: "Health check" }).fill("/ready");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("textbox", { name: "Domain 1" })).toHaveValue("broken.localhost");
  await page.getByRole("button", { name: "Continue" }).click();
  await writeApp(folder, "healthy", { version: "mended" });
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByText("A real request through nginx was answered.")).toBeVisible({ timeout: 60_000 });
  expect((await visit(stack, "broken.localhost")).text).toContain("mended");
});

test("while the supervisor is away the page says so, and that sites go on", async ({ page, stack }) => {
  await signIn(page, stack.admin);
  await page.goto("/server");
  const { body } = await page.evaluate(async () => ({ body: await (await fetch("/api/v1/status")).json() }));
  process.kill(body.supervisor.pid, "SIGSTOP");
  try {
    await expect(page.getByText("The supervisor is away.")).toBeVisible({ timeout: 60_000 });
    expect((await visit(stack, "broken.localhost")).status).toBe(200);
  } finally {
    process.kill(body.supervisor.pid, "SIGCONT");
  }
  await expect(page.getByText("The supervisor is away.")).toBeHidden({ timeout: 60_000 });
});
