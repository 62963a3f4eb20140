/** The first minutes of an installation, and the door afterwards. */
import { waitFor } from "../../lib/testing/wait-for.ts";
import { arrive, controlsListen } from "./support/arrive.ts";
import { inspect, looks, wear } from "./support/screens.ts";
import { expect, testAsStranger as test } from "./support/test.ts";

test.describe.configure({ mode: "serial" });

test("the first visitor is led to set-up, and it can be read by everybody in every look", async ({
  page,
  place,
}, testInfo) => {
  await arrive(page, "/");
  await expect(page).toHaveURL(/\/setup$/);
  for (const look of looks) {
    await wear(page, place.panelUrl, look);
    await inspect(page, testInfo, { name: "set-up", path: "/setup", look });
  }
});

test("a wrong token is refused at its field and nothing typed is lost; the right one makes the admin and signs in", async ({
  page,
  place,
}) => {
  await arrive(page, "/");
  const token = page.getByRole("textbox", { name: "Setup token" });
  await token.fill("guessed");
  await page.getByRole("textbox", { name: "User name" }).fill(place.admin.username);
  await page.getByLabel("Password", { exact: true }).fill("short");
  const send = page.getByRole("button", { name: "Create the admin and sign in" });
  await send.click();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Password", { exact: true }).fill(place.admin.password);
  await send.click();
  await expect(token).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByText("This is not the setup token.")).toBeVisible();
  await expect(token).toHaveValue("guessed");
  await expect(page.getByLabel("Password", { exact: true })).toHaveValue(place.admin.password);
  await token.fill(place.setupToken);
  await send.click();
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/site/);
  await expect(page.getByRole("button", { name: `Account of ${place.admin.username}` })).toBeVisible();
});

test("set-up happens once: afterwards its page leads to sign-in and its API refuses", async ({
  page,
  place,
}) => {
  await arrive(page, "/setup");
  await expect(page).toHaveURL(/\/sign-in$/);
  const again = await page.request.post("/api/v1/setup", {
    data: { setupToken: place.setupToken, username: "second", password: "another long password" },
  });
  expect(again.status()).toBe(409);
  expect((await again.json()).code).toBe("already-set-up");
});

test("a wrong password is refused without saying what was wrong; the right one signs in; signing out ends it", async ({
  page,
  place,
}, testInfo) => {
  for (const look of looks) {
    await wear(page, place.panelUrl, look);
    await inspect(page, testInfo, { name: "sign-in", path: "/sign-in", look });
  }
  await wear(page, place.panelUrl, { theme: "light", locale: "en" });
  await arrive(page, "/server");
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByRole("textbox", { name: "User name" }).fill(place.admin.username);
  await page.getByLabel("Password", { exact: true }).fill("not the password");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("The user name or the password is not right.")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "User name" })).toHaveValue(place.admin.username);
  await page.getByLabel("Password", { exact: true }).fill(place.admin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByRole("button", { name: "Account of admin" })).toBeVisible();
  await controlsListen(page);
  await page.getByRole("button", { name: "Account of admin" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in$/);
  await arrive(page, "/");
  await expect(page).toHaveURL(/\/sign-in/);
  expect((await page.request.get("/api/v1/sites")).status()).toBe(401);
});

test("somebody who guesses has to wait, sees for how long, and may go on when the time is over", async ({
  page,
  place,
}) => {
  await arrive(page, "/sign-in");
  const guess = { username: "somebody", password: "a guess that is wrong" };
  await waitFor("a wait of some seconds", async () => {
    const headers = { origin: place.panelUrl };
    const answer = await page.request.post("/api/v1/sessions", { data: guess, headers });
    return answer.status() === 429 && Number(answer.headers()["retry-after"]) >= 2;
  });
  await page.getByRole("textbox", { name: "User name" }).fill(guess.username);
  await page.getByLabel("Password", { exact: true }).fill(guess.password);
  const send = page.getByRole("button", { name: "Sign in" });
  await send.click();
  await expect(page.getByText(/^Try again in \d s\.$/)).toBeVisible();
  await expect(send).toBeDisabled();
  await expect(send).toBeEnabled();
  await expect(page.getByText(/^Try again in/)).toBeHidden();
});
