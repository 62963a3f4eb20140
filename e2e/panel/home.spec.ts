/** "Is everything fine?", answered live. */
import { rm, writeFile } from "node:fs/promises";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { arrive } from "./support/arrive.ts";
import { killMaster } from "./support/processes.ts";
import { makeSite, removeSite, siteNamed } from "./support/sites.ts";
import { expect, test } from "./support/test.ts";
import { visit } from "./support/visit.ts";

const moody = `import os
from version import VERSION

def app(environ, start_response):
    sad = os.path.exists(os.environ["SAD"]) and environ["PATH_INFO"] == "/health"
    start_response("500 Internal Server Error" if sad else "200 OK", [("Content-Type", "text/plain")])
    return [VERSION.encode()]
`;

test("the sample site of an empty installation is alive, and home says so in one sentence", async ({
  page,
  monban,
}) => {
  await arrive(page, "/");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("The site is healthy.", {
    timeout: 80_000,
  });
  await expect(page.getByRole("list", { name: "Sites that need attention" })).toBeHidden();
  const row = page.getByRole("table").getByRole("row").filter({ hasText: "sample" });
  await expect(row).toContainText("healthy");
  expect((await visit(monban, "sample.localhost")).status).toBe(200);
});

test("home turns to trouble and back by itself when a health check fails and passes again", async ({
  page,
  monban,
}) => {
  const sad = `${monban.folder}/moody-is-sad`;
  const site = await makeSite(monban, "moody", {
    code: moody,
    change: {
      env: { SAD: sad },
      health: { path: "/health", intervalMs: 1_000, unhealthyThreshold: 2, healthyThreshold: 1 },
    },
  });
  await arrive(page, "/");
  const sentence = page.getByRole("heading", { level: 1 });
  await expect(sentence).toHaveText("All 2 sites are healthy.");
  await writeFile(sad, "");
  await expect(sentence).toHaveText("1 site healthy, 1 down.");
  const trouble = page.getByRole("list", { name: "Sites that need attention" });
  await expect(trouble).toContainText(/moody.*answered 500/);
  // Visitors are not told by a health check; they still get what the app answers.
  expect((await visit(monban, site.host)).status).toBe(200);
  await trouble.getByRole("link", { name: "See why" }).click();
  await expect(page.getByText(/The health check fails: .*500/)).toBeVisible();
  await page.goBack();
  await rm(sad);
  await expect(sentence).toHaveText("All 2 sites are healthy.");
  await expect(trouble).toBeHidden();
  await removeSite(monban, site);
  await expect(sentence).toHaveText("The site is healthy.");
});

test("home tells of a master that keeps dying, and of its return", async ({ page, monban }) => {
  const sample = await siteNamed(monban, "sample");
  await arrive(page, "/");
  const sentence = page.getByRole("heading", { level: 1 });
  await expect(sentence).toHaveText("The site is healthy.");
  await waitFor(
    "home to call the site down",
    async () => {
      await killMaster(monban, sample?.id ?? "");
      return (await sentence.textContent()) === "1 site down.";
    },
    { deadlineMs: 30_000 },
  );
  await expect(page.getByRole("list", { name: "Sites that need attention" })).toContainText("sample");
  await expect(sentence).toHaveText("The site is healthy.", { timeout: 30_000 });
});
