/** Workers that come and go while visitors come: more of them, fewer of them, and one that a request has hung. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JournalEvent } from "../../lib/schema/event.ts";
import type { Operation } from "../../lib/schema/operation.ts";
import type { SiteView } from "../../lib/schema/site-view.ts";
import { endStack } from "../../lib/testing/end-stack.ts";
import { makeSite, type StackSite, visit } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { allReadyOnce, masterPid, monbanStatus, workerPids } from "./support/pids.ts";
import { lost, underLoad } from "./support/visitors.ts";

const KEPT_DATA = { MONBAN_SAMPLE: "0" };

let stack: Stack;
let site: StackSite;

beforeAll(async () => {
  stack = await startStack();
  await stack.setUp();
  const pool = { workers: 2, threads: 4, timeoutMs: 2_000, gracefulTimeoutMs: 1_000 };
  site = await makeSite(stack, "shop", { kind: "hangs-in-request", change: { pool } });
});
afterAll(() => endStack(stack));

test("2, 5 and 2 workers again under load fail nobody, and the workers that stay are never touched", async () => {
  const master = await masterPid(stack, site);
  const first = await workerPids(stack, site);
  const { report, result } = await underLoad(stack, site, async () => {
    const more = await resize(5);
    const five = await workerPids(stack, site);
    const fewer = await resize(2);
    return { more, five, fewer };
  });
  expect(lost(report)).toEqual([]);
  expect([result.more, result.fewer]).toMatchObject([
    { kind: "scale", state: "succeeded" },
    { kind: "scale", state: "succeeded" },
  ]);
  expect(result.five).toHaveLength(5);
  expect(result.five).toEqual(expect.arrayContaining(first));
  const last = await workerPids(stack, site);
  expect(last).toHaveLength(2);
  expect(result.five).toEqual(expect.arrayContaining(last));
  expect(await masterPid(stack, site)).toBe(master);
});

test("the number of workers survives kill -9 of the supervisor, of the master, and a stop and start of Monban", async () => {
  expect(await resize(3)).toMatchObject({ state: "succeeded" });
  const master = await masterPid(stack, site);
  const workers = await workerPids(stack, site);
  const { supervisor } = await monbanStatus(stack);
  process.kill(supervisor.pid as number, "SIGKILL");
  await waitFor(
    "another supervisor",
    async () => {
      const { pid } = (await monbanStatus(stack)).supervisor;
      return pid !== null && pid !== supervisor.pid;
    },
    { deadlineMs: 30_000 },
  );
  await allReadyOnce(stack, [site]);
  expect(await masterPid(stack, site)).toBe(master);
  expect(await workerPids(stack, site)).toEqual(workers);

  process.kill(master, "SIGKILL");
  await waitFor("another master", async () => (await masterPid(stack, site)) !== master);
  await allReadyOnce(stack, [site]);
  expect(await workerPids(stack, site)).toHaveLength(3);

  stack.signal("SIGTERM");
  expect(await stack.ended()).toBe(0);
  await stack.start(KEPT_DATA);
  await allReadyOnce(stack, [site]);
  expect(await workerPids(stack, site)).toHaveLength(3);
  expect(await resize(2)).toMatchObject({ state: "succeeded" });
});

test("a supervisor that dies while it changes the number is followed by one that ends with exactly that number", async () => {
  for (const wanted of [5, 2]) {
    const { supervisor } = await monbanStatus(stack);
    const before = await workerPids(stack, site);
    const changed = await patchWorkers(wanted);
    await waitFor(
      "the first worker to come or go",
      async () => {
        return (await workerPids(stack, site)).length !== before.length;
      },
      { intervalMs: 2 },
    );
    process.kill(supervisor.pid as number, "SIGKILL");
    await stack.finished(changed.id);
    await waitFor(
      `${wanted} workers`,
      async () => {
        const { body } = await stack.api<SiteView>("GET", `/api/v1/sites/${site.id}`);
        const { ready } = body.status.workers;
        return (
          ready === wanted &&
          body.status.operationId === null &&
          (await workerPids(stack, site)).length === wanted
        );
      },
      { deadlineMs: 30_000 },
    );
    await allReadyOnce(stack, [site]);
    // gunicorn itself wants that many: it brings back one that dies, and no more.
    const [doomed = 0] = await workerPids(stack, site);
    process.kill(doomed, "SIGKILL");
    await waitFor("the dead worker's successor", async () => {
      const now = await workerPids(stack, site);
      return !now.includes(doomed) && now.length === wanted;
    });
  }
});

test("a request that hangs costs its own worker and nobody else; the journal says what it was", async () => {
  const [before, after] = [await workerPids(stack, site), await lastSeq()];
  const hung = visit(stack, site.domain, "/hang").then(({ status }) => status);
  const { report } = await underLoad(stack, site, async () => {
    await waitFor(
      "the hung worker to be replaced",
      async () => {
        const now = await workerPids(stack, site);
        return now.length === before.length && before.filter((pid) => now.includes(pid)).length === 1;
      },
      { deadlineMs: 20_000 },
    );
  });
  expect(lost(report)).toEqual([]);
  expect(await hung).toBeGreaterThanOrEqual(500);
  const exit = await waitFor("the journal to tell of it", async () => {
    const { body } = await stack.api<{ data: JournalEvent[] }>(
      "GET",
      `/api/v1/events?after=${after}&limit=200`,
    );
    return body.data.find((event) => event.type === "worker-exit" && event.cause === "timeout");
  });
  expect(exit).toMatchObject({ serving: "GET /hang", siteId: site.id });
});

async function patchWorkers(workers: number): Promise<Operation> {
  const { status, body } = await stack.api<{ operation: Operation }>("PATCH", `/api/v1/sites/${site.id}`, {
    pool: { workers },
  });
  if (status !== 202) throw new Error(`PATCH: ${status} ${JSON.stringify(body)}`);
  return body.operation;
}

async function resize(workers: number): Promise<Operation> {
  return stack.finished((await patchWorkers(workers)).id);
}

async function lastSeq(): Promise<number> {
  const { body } = await stack.api<{ data: JournalEvent[] }>("GET", "/api/v1/events?limit=200");
  return Math.max(0, ...body.data.map(({ seq }) => seq));
}
