/** Settings: gathered, weighed, applied at once, and refused at the field. */
import { arrive } from "./support/arrive.ts";
import { expectDone } from "./support/operations.ts";
import { makeSite, removeSite } from "./support/sites.ts";
import { expect, test } from "./support/test.ts";
import { REFUSED, visit } from "./support/visit.ts";

test("edits gather in one bar that names each change and its cost; a bad value is told at its field; Apply brings them to visitors", async ({
  page,
  monban,
}) => {
  const site = await makeSite(monban, "tuned");
  await arrive(page, `/sites/${site.id}/settings`);
  const bar = page.getByRole("region", { name: "Unsaved changes" });
  await expect(bar).toBeHidden();
  await page.getByRole("textbox", { name: "Domain 1" }).fill("renamed.localhost");
  await page.getByRole("button", { name: "Add a variable" }).click();
  await page.getByRole("textbox", { name: "Name" }).last().fill("GREETING");
  await page.getByLabel("Value of GREETING").fill("hello");
  const change = (name: string) => bar.getByRole("listitem").filter({ hasText: name });
  await expect(change("Domains")).toContainText("tuned.localhost → renamed.localhost");
  await expect(change("Domains")).toContainText("nginx publish");
  await expect(change("GREETING")).toContainText("rollout");
  await expect(bar).toContainText("no connection is dropped");
  await expect(bar).toContainText("New workers are booted beside the old ones");

  await test.step("a bad value", async () => {
    const { body } = await monban.api<{ errors: { message: string }[] }>(
      "PATCH",
      `/api/v1/sites/${site.id}`,
      {
        health: { path: "health" },
      },
    );
    const path = page.getByRole("textbox", { name: "Path", exact: true }).last();
    await path.fill("health");
    await bar.getByRole("button", { name: "Apply 3 changes" }).click();
    await expect(path).toHaveAttribute("aria-invalid", "true");
    await expect(
      page.getByText(body.errors[0]?.message ?? "the API refuses this path").first(),
    ).toBeVisible();
    // Nothing was applied, and nothing typed is lost.
    expect((await visit(monban, site.host)).status).toBe(200);
    await expect(page.getByRole("textbox", { name: "Domain 1" })).toHaveValue("renamed.localhost");
    await path.fill("/");
  });

  await bar.getByRole("button", { name: "Apply 2 changes" }).click();
  await expect(bar).toBeHidden();
  await expectDone(page, "Apply settings");
  expect((await visit(monban, "renamed.localhost")).text).toContain('"v1"');
  await expect(visit(monban, "tuned.localhost")).rejects.toThrow(REFUSED);
  await removeSite(monban, site);
});

test("a secret is written once and never shown again", async ({ page, monban }) => {
  const site = await makeSite(monban, "secretive");
  await arrive(page, `/sites/${site.id}/settings`);
  await page.getByRole("button", { name: "Add a variable" }).click();
  await page.getByRole("textbox", { name: "Name" }).last().fill("API_KEY");
  await page.getByLabel("Value of API_KEY").fill("never-shown-again");
  await page.getByRole("button", { name: "API_KEY is secret" }).click();
  const bar = page.getByRole("region", { name: "Unsaved changes" });
  await expect(bar).not.toContainText("never-shown-again");
  await bar.getByRole("button", { name: "Apply 1 change" }).click();
  await expectDone(page, "Apply settings");
  await arrive(page, `/sites/${site.id}/settings`);
  await expect(page.getByLabel("Value of API_KEY")).toHaveAttribute("placeholder", "saved; type to replace");
  expect(await page.content()).not.toContain("never-shown-again");
  const { body } = await monban.api("GET", `/api/v1/sites/${site.id}`);
  expect(JSON.stringify(body)).not.toContain("never-shown-again");
  await removeSite(monban, site);
});
