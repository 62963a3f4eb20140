/** kill -9 of a gunicorn master while an operation works on its site: visitors do not wait for the operation's end. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operation, StepName } from "../../lib/schema/operation.ts";
import { endStack } from "../../lib/testing/end-stack.ts";
import type { LoadReport } from "../../lib/testing/load-generator.ts";
import { act, begin, makeSite, type StackSite, versionOf, visit } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { writeApp } from "../../lib/testing/write-app.ts";
import { allReadyOnce, masterPid, mastersOf, workerPids } from "./support/pids.ts";
import { CLIENTS, lost, MAX_OUTAGE_MS, underLoad } from "./support/visitors.ts";

const BOOT_DEADLINE_MS = 5_000;

let stack: Stack;
let site: StackSite;

beforeAll(async () => {
  stack = await startStack();
  await stack.setUp();
  site = await makeSite(stack, "shop", {
    kind: "hangs-in-request",
    change: {
      env: { IMPORT_SECONDS: "1" },
      pool: { workers: 2, threads: 4, gracefulTimeoutMs: 10_000 },
      rollout: { watchWindowMs: 500, bootDeadlineMs: BOOT_DEADLINE_MS },
    },
  });
});
afterAll(() => endStack(stack));

test("the serving master dies while a reload boots: another one serves while the reload goes on", async () => {
  const doomed = await masterPid(stack, site);
  await writeApp(site.folder, "hangs-at-import", { version: "v2" });
  const { report, result } = await underLoad(stack, site, async () => {
    const { id } = await begin(stack, site, "reloads");
    await atStep(id, "ready");
    process.kill(doomed, "SIGKILL");
    return stack.finished(id);
  });
  onlyInFlight(report);
  expect(result).toMatchObject({ state: "failed", error: { code: "boot-deadline" } });
  expect(Object.keys(report.versions)).toEqual(["v1"]);
  await allReadyOnce(stack, [site]);
});

test("the new master dies while the former one drains: another one serves while the long request ends", async () => {
  await writeApp(site.folder, "hangs-in-request", { version: "v3" });
  const former = await masterPid(stack, site);
  const long = visit(stack, site.domain, "/slow?6");
  const { report, result } = await underLoad(stack, site, async () => {
    const { id } = await begin(stack, site, "reloads");
    await atStep(id, "drain");
    const [doomed = 0] = (await mastersOf(stack, site)).filter((pid) => pid !== former);
    process.kill(doomed, "SIGKILL");
    return stack.finished(id);
  });
  onlyInFlight(report);
  expect(result).toMatchObject({ state: "succeeded", warnings: [] });
  expect((await long).status).toBe(200);
  expect(await versionOf(stack, site.domain)).toBe("v3");
  await allReadyOnce(stack, [site]);
});

test("the master dies while workers are added: its successor serves, and gets the number that was asked for", async () => {
  await writeApp(site.folder, "slow-import", { version: "v4" });
  expect(await act(stack, site, "reloads")).toMatchObject({ state: "succeeded" });
  const { body } = await stack.api<{ operation: Operation }>("PATCH", `/api/v1/sites/${site.id}`, {
    pool: { workers: 4 },
    rollout: { bootDeadlineMs: 60_000 },
  });
  await waitFor("a third worker", async () => (await workerPids(stack, site)).length === 3);
  process.kill(await masterPid(stack, site), "SIGKILL");
  expect(await stack.finished(body.operation.id, BOOT_DEADLINE_MS)).toMatchObject({
    kind: "scale",
    state: "failed",
    error: { code: "master-gone" },
  });
  await waitFor("4 workers", async () => (await workerPids(stack, site)).length === 4, {
    deadlineMs: 30_000,
  });
  await allReadyOnce(stack, [site]);
  expect(await versionOf(stack, site.domain)).toBe("v4");
});

function onlyInFlight(report: LoadReport): void {
  if (report.failed > CLIENTS) expect(lost(report)).toEqual([`at most ${CLIENTS} may fail`]);
  expect(report.longestSilenceMs).toBeLessThanOrEqual(MAX_OUTAGE_MS);
}

function atStep(operationId: string, name: StepName): Promise<unknown> {
  return waitFor(`the step ${name}`, async () => {
    const { body } = await stack.api<Operation>("GET", `/api/v1/operations/${operationId}`);
    return body.steps.some((step) => step.name === name && step.state === "running");
  });
}
