/** Reloads and rollbacks while visitors come: good code, code that cannot run, and code that fails them later. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Operation, StepName } from "../../lib/schema/operation.ts";
import type { ReleaseView, SiteView } from "../../lib/schema/site-view.ts";
import { endStack } from "../../lib/testing/end-stack.ts";
import { act, begin, makeSite, type StackSite, versionOf, visit } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { type AppKind, writeApp } from "../../lib/testing/write-app.ts";
import { masterPid, workerPids } from "./support/pids.ts";
import { lost, underLoad } from "./support/visitors.ts";

const WATCH_WINDOW_MS = 1_000;
const SHORT_BOOT_DEADLINE_MS = 3_000;
const LONG_BOOT_DEADLINE_MS = 30_000;

let stack: Stack;
let threaded: StackSite;
let sync: StackSite;
const siteOf = { gthread: () => threaded, sync: () => sync };

beforeAll(async () => {
  stack = await startStack();
  await stack.setUp();
  const change = {
    health: { path: "/health" },
    rollout: { watchWindowMs: WATCH_WINDOW_MS, bootDeadlineMs: LONG_BOOT_DEADLINE_MS, keepReleases: 20 },
  };
  const pool = { workers: 2, threads: 4, gracefulTimeoutMs: 10_000 };
  threaded = await makeSite(stack, "shop", { change: { ...change, pool } });
  sync = await makeSite(stack, "blog", {
    change: { ...change, pool: { ...pool, workerClass: "sync", threads: 1 } },
  });
});
afterAll(() => endStack(stack));

describe.each(["gthread", "sync"] as const)("under load, with %s workers", (workerClass) => {
  test("a reload to good code loses no request, and neither does a rollback", async () => {
    const site = siteOf[workerClass]();
    const first = await releaseOf(site);
    await writeApp(site.folder, "healthy", { version: "v2" });
    const reload = await underLoad(stack, site, () => act(stack, site, "reloads"));
    expect(reload.result).toMatchObject({ state: "succeeded" });
    expect(lost(reload.report)).toEqual([]);
    expect(Object.keys(reload.report.versions).sort()).toEqual(["v1", "v2"]);
    expect(await versionOf(stack, site.domain)).toBe("v2");

    const back = await underLoad(stack, site, () => act(stack, site, "rollbacks", { releaseId: first.id }));
    expect(back.result).toMatchObject({ state: "succeeded" });
    expect(lost(back.report)).toEqual([]);
    expect(Object.keys(back.report.versions).sort()).toEqual(["v1", "v2"]);
    expect(await versionOf(stack, site.domain)).toBe("v1");
  });
});

type BadCode = { kind: AppKind; does: string; step: StepName; says: RegExp; evidence: RegExp };
const badCode: BadCode[] = [
  {
    kind: "raises-at-import",
    does: "raises at import",
    step: "ready",
    says: /^The application could not be loaded: RuntimeError: DATABASE_URL is not set in bad at app\.py:3\. /,
    evidence: /RuntimeError: DATABASE_URL is not set in bad$/,
  },
  {
    kind: "hangs-at-import",
    does: "hangs at import past the deadline",
    step: "ready",
    says: /^The application did not finish importing within 3 s: 0 of 2 workers are ready; they were still at app\.py:3\. /,
    evidence: /app\.py", line 3 in <module>/,
  },
  {
    kind: "answers-500-on-health",
    does: "answers its health check with 500",
    step: "probe",
    says: /^GET \/health answered 500 3 times\. /,
    evidence: /"version": "bad"/,
  },
  {
    kind: "needs-missing-package",
    does: "needs a package that is not there",
    step: "ready",
    says: /^The application could not be loaded: ModuleNotFoundError: No module named 'package_that_nobody_has'/,
    evidence: /ModuleNotFoundError: No module named 'package_that_nobody_has'$/,
  },
  {
    kind: "syntax-error",
    does: "has a syntax error",
    step: "ready",
    says: /^The application could not be loaded: SyntaxError: .+ at app\.py:3\. /,
    evidence: /SyntaxError: /,
  },
];

describe("a reload to code that cannot serve changes nothing for visitors", () => {
  test.each(badCode)("code that $does", async ({ kind, step, says, evidence }) => {
    const site = threaded;
    const before = { ...(await pidsOf(site)), release: await releaseOf(site) };
    const version = await versionOf(stack, site.domain);
    await deadline(site, kind === "hangs-at-import" ? SHORT_BOOT_DEADLINE_MS : LONG_BOOT_DEADLINE_MS);
    await writeApp(site.folder, kind, { version: "bad" });
    const { report, result } = await underLoad(stack, site, () => act(stack, site, "reloads"));

    expect(lost(report)).toEqual([]);
    expect(Object.keys(report.versions)).toEqual([version]);
    expect(result.state).toBe("failed");
    expect(stepsThat(result, "failed")).toEqual([step]);
    expect(result.error?.detail).toMatch(says);
    expect(result.error?.detail).toContain(`the site still runs release ${before.release.number}.`);
    expect(result.error?.evidence?.join("\n")).toMatch(new RegExp(evidence, "m"));
    expect({ ...(await pidsOf(site)), release: await releaseOf(site) }).toEqual(before);
    expect(await viewOf(site)).toMatchObject({ state: "ready" });
    expect(await releaseResult(site, result.release)).toBe("failed");
  });
});

describe("code that passes its probe and then fails visitors", () => {
  test.each([
    { kind: "fails-after-cutover", why: /requests ended in a server error after cut over/ },
    { kind: "crashes-after-cutover", why: /workers? of the new release died after cut over/ },
  ] as const)("is taken back by itself within the watch window: $kind", async ({ kind, why }) => {
    const site = threaded;
    const version = await versionOf(stack, site.domain);
    const { number } = await releaseOf(site);
    const { master, workers } = await pidsOf(site);
    await writeApp(site.folder, kind, { version: "bad" });
    const { report, result } = await underLoad(stack, site, () => act(stack, site, "reloads"));

    expect(result.state).toBe("failed");
    expect(stepsThat(result, "failed")).toEqual(["watch"]);
    expect(result.error?.detail).toMatch(why);
    expect(result.error?.detail).toContain(`the site still runs release ${number}.`);
    expect(report.failed).toBeGreaterThan(0);
    const cutOver = result.steps.find(({ name }) => name === "cut-over");
    const watch = result.steps.find(({ name }) => name === "watch");
    expect(report.firstFailures[0]?.at && report.firstFailures[0].at >= (cutOver?.startedAt ?? "")).toBe(
      true,
    );
    expect(report.lastFailure && report.lastFailure.at <= (watch?.endedAt ?? "")).toBe(true);
    expect(await pidsOf(site)).toEqual({ master, workers });
    expect(await versionOf(stack, site.domain)).toBe(version);
    const after = await underLoad(stack, site, async () => undefined);
    expect(lost(after.report)).toEqual([]);
    expect(await releaseResult(site, result.release)).toBe("failed");
  });
});

test("a request of 6 s that began before a reload ends well while the new code already serves", async () => {
  const site = threaded;
  await writeApp(site.folder, "hangs-in-request", { version: "slow" });
  expect(await act(stack, site, "reloads")).toMatchObject({ state: "succeeded" });
  let finished = false;
  const long = visit(stack, site.domain, "/slow?6").finally(() => {
    finished = true;
  });
  await waitFor("the long request to be under way", async () => {
    const { body } = await stack.api<{ data: { current?: { path: string } }[] }>(
      "GET",
      `/api/v1/sites/${site.id}/workers`,
    );
    return body.data.some(({ current }) => current?.path === "/slow");
  });
  await writeApp(site.folder, "healthy", { version: "new" });
  const operation = await begin(stack, site, "reloads");
  await waitFor(
    "visitors to get the new version",
    async () => (await versionOf(stack, site.domain)) === "new",
  );
  expect(finished).toBe(false);
  const { status, body } = await long;
  expect({ status, version: JSON.parse(body).version }).toEqual({ status: 200, version: "slow" });
  expect(await stack.finished(operation.id)).toMatchObject({ state: "succeeded", warnings: [] });
});

function stepsThat(operation: Operation, state: string): string[] {
  return operation.steps.filter((step) => step.state === state).map(({ name }) => name);
}

async function pidsOf(site: StackSite): Promise<{ master: number; workers: number[] }> {
  return { master: await masterPid(stack, site), workers: await workerPids(stack, site) };
}

async function viewOf(site: StackSite): Promise<SiteView> {
  return (await stack.api<SiteView>("GET", `/api/v1/sites/${site.id}`)).body;
}

async function releaseOf(site: StackSite): Promise<{ id: string; number: number }> {
  const { release } = (await viewOf(site)).status;
  if (!release) throw new Error(`${site.name} has no release`);
  return { id: release.id, number: release.number };
}

async function releaseResult(site: StackSite, number: number | undefined): Promise<string | undefined> {
  const { body } = await stack.api<{ data: ReleaseView[] }>("GET", `/api/v1/sites/${site.id}/releases`);
  return body.data.find((release) => release.number === number)?.result;
}

async function deadline(site: StackSite, bootDeadlineMs: number): Promise<void> {
  const changed = await stack.api("PATCH", `/api/v1/sites/${site.id}`, {
    rollout: { bootDeadlineMs, watchWindowMs: WATCH_WINDOW_MS, keepReleases: 20 },
  });
  if (changed.status >= 300) throw new Error(`PATCH: ${changed.status} ${JSON.stringify(changed.body)}`);
}
