/** kill -9 of Monban's own programs: nobody visits them on the way to a site, so no visitor may notice. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { endStack } from "../../lib/testing/end-stack.ts";
import { act, makeSite, type StackSite, versionOf } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { writeApp } from "../../lib/testing/write-app.ts";
import { allReadyOnce, masterPid, monbanStatus, workerPids } from "./support/pids.ts";
import { lost, underLoad } from "./support/visitors.ts";

let stack: Stack;
let threaded: StackSite;
let sync: StackSite;

beforeAll(async () => {
  stack = await startStack();
  await stack.setUp();
  const pool = { workers: 2, threads: 4, gracefulTimeoutMs: 5_000 };
  threaded = await makeSite(stack, "shop", { change: { pool } });
  sync = await makeSite(stack, "blog", { change: { pool: { ...pool, workerClass: "sync", threads: 1 } } });
});
afterAll(() => endStack(stack));

test.each(["supervisor", "panel", "keeper"] as const)(
  "kill -9 of the %s under load fails nobody; its successor takes up everything that lives",
  async (program) => {
    const sites = [threaded, sync];
    const before = await allReadyOnce(stack, sites);

    const alive = await whatServes(sites);
    const doomed = before[program].pid as number;
    const { report } = await underLoad(stack, threaded, async (load) => {
      process.kill(doomed, "SIGKILL");
      await waitFor(
        `another ${program}`,
        async () => {
          const { pid } = (await monbanStatus(stack))[program];
          return pid !== null && pid !== doomed;
        },
        { deadlineMs: 30_000 },
      );

      expect(lost(load.snapshot())).toEqual([]);
      await allReadyOnce(stack, sites);
    });

    expect(lost(report)).toEqual([]);
    expect(await whatServes(sites)).toEqual(alive);

    for (const site of sites) {
      const version = `after-${program}`;
      await writeApp(site.folder, "healthy", { version });
      const reload = await underLoad(stack, site, () => act(stack, site, "reloads"));
      expect(reload.result).toMatchObject({ state: "succeeded" });
      expect(lost(reload.report)).toEqual([]);
      expect(await versionOf(stack, site.domain)).toBe(version);
    }
    await allReadyOnce(stack, sites);
  },
);

async function whatServes(sites: readonly StackSite[]) {
  const { nginx } = await monbanStatus(stack);
  const pools: { master: number; workers: number[] }[] = [];
  for (const site of sites)
    pools.push({ master: await masterPid(stack, site), workers: await workerPids(stack, site) });
  return { nginx: nginx.pid, pools };
}
