/** The supervisor may be away: visitors do not notice, and people are told. */
import type { StatusView } from "../../lib/schema/status-view.ts";
import { arrive } from "./support/arrive.ts";
import { expect, test } from "./support/test.ts";
import { visit } from "./support/visit.ts";

test("while the supervisor hangs the panel says so plainly, sites go on, and it recovers by itself", async ({
  page,
  monban,
}) => {
  await arrive(page, "/");
  const { body } = await monban.api<StatusView>("GET", "/api/v1/status");
  const pid = body.supervisor.pid;
  if (pid === null) throw new Error("the supervisor's pid is not known");
  const told = page.getByText("The supervisor is away.");
  process.kill(pid, "SIGSTOP");
  try {
    await expect(told).toBeVisible({ timeout: 40_000 });
    await expect(page.getByText("Sites keep serving visitors; nothing can be changed")).toBeVisible();
    expect((await visit(monban, "sample.localhost")).status).toBe(200);
  } finally {
    process.kill(pid, "SIGCONT");
  }
  await expect(told).toBeHidden({ timeout: 30_000 });
  await expect(page.getByRole("heading", { level: 1 })).toContainText("healthy", { timeout: 30_000 });
});

test("a supervisor that is killed comes back by itself, and the panel with it", async ({ page, monban }) => {
  await arrive(page, "/server");
  const pidOf = async () => (await monban.api<StatusView>("GET", "/api/v1/status")).body.supervisor.pid;
  const before = await pidOf();
  process.kill(before ?? 0, "SIGKILL");
  expect((await visit(monban, "sample.localhost")).status).toBe(200);
  await expect.poll(async () => [null, before].includes(await pidOf()), { timeout: 30_000 }).toBe(false);
  const after = await pidOf();
  await expect(page.getByRole("row").filter({ hasText: "Supervisor" })).toContainText(String(after), {
    timeout: 30_000,
  });
});
