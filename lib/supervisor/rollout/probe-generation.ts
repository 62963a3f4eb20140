/** Asks a generation whether it works: over its own socket before visitors see it, and through nginx as a visitor would. */
import { probePasses } from "../../core/health.ts";
import { sitePaths } from "../../core/layout.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { Generation } from "../../schema/generation.ts";
import type { ProbeResult } from "../../system/system.ts";
import type { Context } from "../context.ts";
import { StepFailure } from "../operations.ts";

const RETRY_AFTER_MS = 250;
/** A probe that hangs counts as a failure after the health check's own timeout. */
const MAX_FAILURES = 3;

/** The header that marks Monban's own requests; nginx leaves them out of the access log and of the counts. */
export const CHECK_HEADER = "X-Monban-Check";

/** N passes in a row over the generation's own socket, or a StepFailure with what it answered. */
export async function probeGeneration(args: {
  context: Context;
  site: DesiredSite;
  generation: Generation;
  signal?: AbortSignal;
}): Promise<string> {
  const { context, site, generation } = args;
  const { health, name } = site.spec;
  const socketPath = sitePaths(context.instance, name).socket(generation.number);
  let passes = 0;
  let failures = 0;
  let last: ProbeResult | undefined;
  while (passes < health.healthyThreshold) {
    args.signal?.throwIfAborted();
    last = await context.system.probe({ ...probeOf(context, site), target: { socketPath } });
    if (probePasses(last.status)) {
      passes += 1;
      continue;
    }
    passes = 0;
    failures += 1;
    if (failures >= MAX_FAILURES) throw probeFailure(health.path, failures, last);
    await context.system.clock.sleep(RETRY_AFTER_MS, args.signal);
  }
  return `GET ${health.path} answered ${last?.status ?? "–"} in ${Math.round(last?.durationMs ?? 0)} ms, ${passes} passes`;
}

function probeFailure(path: string, failures: number, last: ProbeResult): StepFailure {
  const answered = last.status === null ? `did not answer (${last.detail})` : `answered ${last.status}`;
  const body = last.body.trim().split("\n").slice(0, 10);
  return new StepFailure({
    code: "probe-failed",
    sentence: `GET ${path} ${answered} ${failures} times.`,
    hint:
      last.status === 404
        ? "Give the path of a page that exists in Settings, under Health check."
        : "Open the app log for the traceback, or change the path in Settings, under Health check.",
    evidence: body.length > 0 && body[0] !== "" ? body : [last.detail],
  });
}

/** One request through nginx with the site's first domain; anything but an answer of the application is a failure. */
export async function requestThroughNginx(args: { context: Context; site: DesiredSite }): Promise<string> {
  const { context, site } = args;
  let last: ProbeResult | undefined;
  for (let attempt = 1; attempt <= MAX_FAILURES; attempt += 1) {
    last = await context.system.probe({ ...probeOf(context, site), target: nginxTarget(context) });
    if (probePasses(last.status)) {
      return `http://${site.spec.domains[0]}:${context.instance.httpPort}${site.spec.health.path} answered ${last.status} in ${Math.round(last.durationMs)} ms`;
    }
    await context.system.clock.sleep(RETRY_AFTER_MS);
  }
  throw new StepFailure({
    code: "request-failed",
    sentence: `A request through nginx ${last?.status === null ? `got no answer (${last.detail})` : `was answered with ${last?.status}`}.`,
    hint: "The workers are ready; look at the site's error log and at the Server page for the state of nginx.",
    evidence: [last?.detail ?? ""],
  });
}

/** How a health check of this site asks, without the target. */
export function probeOf(context: Context, site: DesiredSite) {
  return {
    path: site.spec.health.path,
    hostHeader: site.spec.domains[0] ?? "localhost",
    headers: { [CHECK_HEADER]: context.checkToken },
    timeoutMs: site.spec.health.timeoutMs,
  };
}

/** Where nginx answers on this machine. */
export function nginxTarget(context: Context): { host: string; port: number } {
  const { httpAddress, httpPort } = context.instance;
  return {
    host: httpAddress === "0.0.0.0" || httpAddress === "::" ? "127.0.0.1" : httpAddress,
    port: httpPort,
  };
}
