/** Which processes serve: as the API tells it, because that is what operators go by. */

import type { SiteHealthView, SiteView } from "../../../lib/schema/site-view.ts";
import type { StatusView } from "../../../lib/schema/status-view.ts";
import type { Worker } from "../../../lib/schema/worker.ts";
import { anatomyOf } from "../../../lib/testing/leftovers.ts";
import type { StackSite } from "../../../lib/testing/stack-sites.ts";
import type { Stack } from "../../../lib/testing/start-stack.ts";
import { waitFor } from "../../../lib/testing/wait-for.ts";

const SETTLE_DEADLINE_MS = 40_000;

/** Pids of the site's workers, in order. */
export async function workerPids(stack: Stack, site: StackSite): Promise<number[]> {
  const { body } = await stack.api<{ data: Worker[] }>("GET", `/api/v1/sites/${site.id}/workers`);
  return body.data.map(({ pid }) => pid).sort((a, b) => a - b);
}

/** Pids of the site's gunicorn masters, as the machine shows them. */
export async function mastersOf(stack: Stack, site: StackSite): Promise<number[]> {
  const { gunicornMasters } = await anatomyOf(stack.data);
  return gunicornMasters
    .filter(({ command }) => command.includes(`/sites/${site.name}/generations/`))
    .map(({ pid }) => pid);
}

/** Pid of the only one. */
export async function masterPid(stack: Stack, site: StackSite): Promise<number> {
  const pids = await mastersOf(stack, site);
  if (pids.length !== 1) throw new Error(`${site.name} has ${pids.length} gunicorn masters`);
  return pids[0] as number;
}

export async function monbanStatus(stack: Stack): Promise<StatusView> {
  const { status, body } = await stack.api<StatusView>("GET", "/api/v1/status");
  if (status !== 200) throw new Error(`GET status answered ${status}`);
  return body;
}

/** Waits until everything is told as ready, and every process of the data folder is there exactly once. */
export function allReadyOnce(stack: Stack, sites: readonly StackSite[]): Promise<StatusView> {
  return waitFor(
    "everything to be ready, once",
    async () => {
      const status = await monbanStatus(stack);
      const { keeper, supervisor, panel, nginx } = status;
      const states = [keeper, supervisor, panel, nginx].map(({ state }) => state);
      if (!status.supervisorReachable || states.some((state) => state !== "ready"))
        throw new Error(`keeper, supervisor, panel, nginx: ${states.join(", ")}`);
      for (const site of sites) {
        const { body } = await stack.api<SiteView>("GET", `/api/v1/sites/${site.id}`);
        const { ready, wanted } = body.status.workers;
        // The site may be called degraded for what these visitors just did to it; what counts is that it answers.
        const health = await stack.api<SiteHealthView>("GET", `/api/v1/sites/${site.id}/health`);
        const { checks } = health.body;
        if (body.state !== "ready" || ready !== wanted || checks.length < 2 || checks.some(({ ok }) => !ok))
          throw new Error(
            `${site.name}: ${body.state}, ${ready} of ${wanted} workers, ${JSON.stringify(checks)}`,
          );
      }
      await exactlyOnce(stack, sites, status);
      return status;
    },
    { deadlineMs: SETTLE_DEADLINE_MS, intervalMs: 50 },
  );
}

async function exactlyOnce(stack: Stack, sites: readonly StackSite[], status: StatusView): Promise<void> {
  const found = await anatomyOf(stack.data);
  const counts = {
    keepers: found.keeper.map(({ pid }) => pid),
    supervisors: found.supervisor.map(({ pid }) => pid),
    panels: found.panel.map(({ pid }) => pid),
    nginx: found.nginxMasters.map(({ pid }) => pid),
  };
  const told = {
    keepers: [status.keeper.pid],
    supervisors: [status.supervisor.pid],
    panels: [status.panel.pid],
    nginx: [status.nginx.pid],
  };
  if (JSON.stringify(counts) !== JSON.stringify(told))
    throw new Error(`there are ${JSON.stringify(counts)}, told are ${JSON.stringify(told)}`);
  if (found.gunicornMasters.length !== sites.length)
    throw new Error(`gunicorn masters: ${found.gunicornMasters.map(({ command }) => command).join(", ")}`);
}
