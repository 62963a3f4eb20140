/** kill -9 of what serves: only requests in flight may fail, and service is back by itself. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { endStack } from "../../lib/testing/end-stack.ts";
import type { LoadReport } from "../../lib/testing/load-generator.ts";
import { act, makeSite, type StackSite, versionOf } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { writeApp } from "../../lib/testing/write-app.ts";
import { allReadyOnce, masterPid, monbanStatus, workerPids } from "./support/pids.ts";
import { CLIENTS, lost, MAX_OUTAGE_MS, outageMs, underLoad } from "./support/visitors.ts";

const THREADS = 4;

/** Every request takes a moment, so that all threads are busy whenever something dies. */
const busy = { paths: ["/slow?0.02"] };

let stack: Stack;
let threaded: StackSite;
let sync: StackSite;
const siteOf = { gthread: () => threaded, sync: () => sync };

beforeAll(async () => {
  stack = await startStack();
  await stack.setUp();
  const kind = "hangs-in-request";
  const pool = { workers: 2, threads: THREADS, gracefulTimeoutMs: 5_000 };
  threaded = await makeSite(stack, "shop", { kind, change: { pool } });
  sync = await makeSite(stack, "blog", {
    kind,
    change: { pool: { ...pool, workerClass: "sync", threads: 1 } },
  });
});
afterAll(() => endStack(stack));

describe.each(["gthread", "sync"] as const)("with %s workers", (workerClass) => {
  test("kill -9 of the gunicorn master costs at most the requests in flight, and another one takes over", async () => {
    const site = siteOf[workerClass]();
    const doomed = await masterPid(stack, site);
    const { report } = await underLoad(
      stack,
      site,
      async () => {
        process.kill(doomed, "SIGKILL");
        await waitFor("another gunicorn master with its workers", async () => {
          const workers = await workerPids(stack, site);
          return workers.length === 2 && (await masterPid(stack, site).catch(() => doomed)) !== doomed;
        });
      },
      busy,
    );
    onlyInFlight(report, CLIENTS);
    await allReadyOnce(stack, [threaded, sync]);
    await stillReloads(site, `after-master-${workerClass}`);
  });

  test("kill -9 of a worker costs at most what it was serving", async () => {
    const site = siteOf[workerClass]();
    const master = await masterPid(stack, site);
    const [doomed = 0, survivor = 0] = await workerPids(stack, site);
    const { report } = await underLoad(
      stack,
      site,
      async () => {
        process.kill(doomed, "SIGKILL");
        await waitFor("another worker", async () => {
          const workers = await workerPids(stack, site);
          return workers.length === 2 && !workers.includes(doomed);
        });
      },
      busy,
    );
    onlyInFlight(report, workerClass === "sync" ? 1 : THREADS);
    expect(await masterPid(stack, site)).toBe(master);
    expect(await workerPids(stack, site)).toContain(survivor);
  });
});

test("kill -9 of the nginx master under load costs at most the requests in flight, and another one takes over", async () => {
  const { nginx } = await monbanStatus(stack);
  const { report } = await underLoad(
    stack,
    threaded,
    async () => {
      process.kill(nginx.pid as number, "SIGKILL");
      await waitFor("another nginx", async () => {
        const now = (await monbanStatus(stack)).nginx;
        return now.pid !== nginx.pid && now.state === "ready";
      });
    },
    busy,
  );
  onlyInFlight(report, CLIENTS);
  await allReadyOnce(stack, [threaded, sync]);
  await stillReloads(sync, "after-nginx");
});

function onlyInFlight(report: LoadReport, most: number): void {
  if (report.failed > most) expect(lost(report)).toEqual([`at most ${most} may fail`]);
  expect(outageMs(report)).toBeLessThanOrEqual(MAX_OUTAGE_MS);
  // Requests that wait in a held socket do not fail; whoever waits is not served either.
  expect(report.longestSilenceMs).toBeLessThanOrEqual(MAX_OUTAGE_MS);
}

async function stillReloads(site: StackSite, version: string): Promise<void> {
  await writeApp(site.folder, "hangs-in-request", { version });
  const { report, result } = await underLoad(stack, site, () => act(stack, site, "reloads"), busy);
  expect(result).toMatchObject({ state: "succeeded" });
  expect(lost(report)).toEqual([]);
  expect(await versionOf(stack, site.domain)).toBe(version);
}
