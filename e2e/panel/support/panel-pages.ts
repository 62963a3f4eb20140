/** What a person does in the dashboard, by the names that are on the screen (English). */
import { expect, type Page } from "@playwright/test";

export type Credentials = { username: string; password: string };

/** The first visit: the token from the terminal makes the first admin, who is then signed in. */
export async function setUp(
  page: Page,
  { token, username, password }: Credentials & { token: string },
): Promise<void> {
  await page.goto("/");
  await expect(page).toHaveURL(/\/setup$/);
  await page.getByRole("textbox", { name: "Setup token" }).fill(token);
  await page.getByRole("textbox", { name: "User name" }).fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Create the admin and sign in" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/site/i);
}

export async function signIn(page: Page, { username, password }: Credentials): Promise<void> {
  await page.goto("/sign-in");
  await page.getByRole("textbox", { name: "User name" }).fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/site/i);
}

/** From a folder to a site that answered a real request, taking every proposal. */
export async function createSite(
  page: Page,
  { folder, name, entry }: { folder: string; name?: string; entry?: string },
): Promise<void> {
  await page.goto("/sites/new");
  await page.getByRole("combobox", { name: "Path" }).fill(folder);
  await page.getByRole("button", { name: "Look into this folder" }).click();
  if (entry) await page.getByRole("textbox", { name: "Entry point" }).fill(entry);
  await page.getByRole("button", { name: "Continue" }).click();
  if (name) await page.getByRole("textbox", { name: "Name", exact: true }).fill(name);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: /^Create / }).click();
}

/** Opens a site by its name, from the home page. */
export async function openSite(page: Page, name: string): Promise<void> {
  await page.goto("/");
  await page
    .getByRole("region", { name: "Sites" })
    .getByRole("table")
    .getByRole("link", { name, exact: true })
    .click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

export async function reload(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Reload", exact: true }).click();
}
