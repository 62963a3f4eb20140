/** The watch window after cut over: the former generation stays alive until the new one has shown itself. */
import { watchVerdict } from "../../core/watch-verdict.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { Generation } from "../../schema/generation.ts";
import type { Context } from "../context.ts";
import { StepFailure } from "../operations.ts";
import { generationName } from "../pool/names.ts";
import { readFacts } from "../pool/read-facts.ts";
import { readWorkerExits } from "../pool/worker-exits.ts";
import type { SiteRuntime } from "../site-runtime.ts";

const LOOK_EVERY_MS = 200;

/** Resolves when the window passed without trouble; otherwise rejects with the reason to go back. */
export async function watchGeneration(args: {
  context: Context;
  runtime: SiteRuntime;
  site: DesiredSite;
  generation: Generation;
}): Promise<string> {
  const { context, runtime, site, generation } = args;
  const { clock, keeper } = context.system;
  const windowMs = site.spec.rollout.watchWindowMs;
  const formerErrorRate = runtime.metrics.view(clock.now()).errorRate;
  const until = clock.monotonic() + windowMs;
  const name = generationName(site.spec.name, generation.number);
  let requests = 0;
  let errors5xx = 0;
  for (;;) {
    // Deaths are told once a second otherwise; here each of them costs visitors their requests.
    await readWorkerExits(context, runtime, generation.number);
    const facts = await readFacts(context, site.spec.name, generation.number);
    requests = facts?.workers.reduce((sum, worker) => sum + worker.requests, 0) ?? 0;
    errors5xx = facts?.workers.reduce((sum, worker) => sum + worker.errors5xx, 0) ?? 0;
    const masterAlive = (await keeper.status()).children.some(
      (child) => child.name === name && child.state === "alive",
    );
    const verdict = watchVerdict({
      masterAlive,
      workerDeaths: runtime.workerDeaths,
      requests,
      errors5xx,
      formerErrorRate,
    });
    if (verdict !== null) {
      throw new StepFailure({
        code: "watch-failed",
        sentence: `${verdict} Visitors were sent back to the former release.`,
        hint: "Open the app log of this release for the tracebacks, mend the code and reload again.",
      });
    }
    if (clock.monotonic() >= until) break;
    await clock.sleep(Math.min(LOOK_EVERY_MS, Math.max(1, until - clock.monotonic())));
  }
  return `${requests} requests, ${errors5xx} server errors in ${Math.round(windowMs / 1000)} s`;
}
