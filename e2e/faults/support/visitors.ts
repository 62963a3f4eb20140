/** Visitors of a site while something is done to it; what they count is what the tests of this folder assert. */
import {
  type Load,
  type LoadOptions,
  type LoadReport,
  startLoad,
} from "../../../lib/testing/load-generator.ts";
import type { StackSite } from "../../../lib/testing/stack-sites.ts";
import type { Stack } from "../../../lib/testing/start-stack.ts";
import { waitFor } from "../../../lib/testing/wait-for.ts";

/** So many come at once: three times what the pools of these tests can serve at a time. */
export const CLIENTS = 24;
/** What Monban promises: whatever dies, visitors are served again within this time. */
export const MAX_OUTAGE_MS = 2_000;
/** Answers before and after the fault, so that it really hits a busy site and the site is seen well again. */
const ENOUGH_ANSWERS = 100;
const ANSWERS_DEADLINE_MS = 30_000;

/** Starts 24 clients with a new connection for every request, every fourth a POST. */
export function visitors(stack: Stack, site: StackSite, options: Partial<LoadOptions> = {}): Load {
  return startLoad({
    target: { host: "127.0.0.1", port: stack.httpPort },
    hostHeader: site.domain,
    clients: CLIENTS,
    posts: { share: 0.25, bodyBytes: 2_000 },
    tokens: true,
    ...options,
  });
}

/** Runs `act` while visitors come, and goes on until enough were answered after it. */
export async function underLoad<Result>(
  stack: Stack,
  site: StackSite,
  act: (load: Load) => Promise<Result>,
  options: Partial<LoadOptions> = {},
): Promise<{ report: LoadReport; result: Result }> {
  const load = visitors(stack, site, options);
  try {
    await answered(load, ENOUGH_ANSWERS);
    const result = await act(load);
    await answered(load, load.snapshot().ok + ENOUGH_ANSWERS);
    return { report: await load.stop(), result };
  } finally {
    await load.stop();
  }
}

/** Waits until at least `count` requests were answered rightly. */
export function answered(load: Load, count: number): Promise<unknown> {
  return waitFor(`${count} right answers`, () => load.snapshot().ok >= count, {
    deadlineMs: ANSWERS_DEADLINE_MS,
  });
}

/** Failures in a form that says in a failing test what happened; empty when nobody was failed. */
export function lost(report: LoadReport): string[] {
  return report.failed === 0
    ? []
    : [
        `${report.failed} of ${report.sent}`,
        ...report.firstFailures.map((it) => `${it.at} ${it.kind} ${it.request}: ${it.detail}`),
      ];
}

/** Milliseconds from the first failure to the last; 0 when there was at most one. */
export function outageMs({ firstFailures: [first], lastFailure }: LoadReport): number {
  return first && lastFailure ? Date.parse(lastFailure.at) - Date.parse(first.at) : 0;
}
