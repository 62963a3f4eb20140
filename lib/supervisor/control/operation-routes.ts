/** Starting, watching and cancelling operations. */
import { MAX_WAIT_MS, startOperationSchema } from "../../control/contract.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { Operation } from "../../schema/operation.ts";
import { beginRestart, beginRollout } from "../site-actions.ts";
import type { SiteRuntime } from "../site-runtime.ts";
import { boundedNumber, type Call, Refusal, type Route } from "./http.ts";
import type { ControlParts } from "./parts.ts";

/** Ending an old generation or starting a dead master again takes this long at most, unless requests have to finish. */
const BACKGROUND_DEADLINE_MS = 5_000;
const BACKGROUND_LOOK_EVERY_MS = 20;

export function operationRoutes({ context }: ControlParts): Route[] {
  return [
    {
      method: "POST",
      pattern: "/v1/operations",
      handler: async (call) => ({ status: 202, json: await start(call) }),
    },
    {
      method: "GET",
      pattern: "/v1/operations",
      handler: async ({ query }) => {
        const siteId = query.get("siteId") ?? undefined;
        const limit = boundedNumber(query.get("limit"), 50, 200);
        return {
          status: 200,
          json: { data: context.operations.list({ ...(siteId ? { siteId } : {}), limit }) },
        };
      },
    },
    {
      method: "GET",
      pattern: "/v1/operations/:id",
      handler: async ({ params, query, signal }) => {
        const waitMs = boundedNumber(query.get("waitMs"), 0, MAX_WAIT_MS);
        const operation = await context.operations.wait(params.id ?? "", waitMs, signal);
        return { status: 200, json: operation ?? unknownOperation(params.id) };
      },
    },
    {
      method: "GET",
      pattern: "/v1/operations/:id/output",
      handler: async ({ params, query }) => {
        const offset = boundedNumber(query.get("offset"), 0, Number.MAX_SAFE_INTEGER);
        const waitMs = boundedNumber(query.get("waitMs"), 0, MAX_WAIT_MS);
        const chunk = await context.operations.output(params.id ?? "", offset, waitMs);
        return { status: 200, json: chunk ?? unknownOperation(params.id) };
      },
    },
    {
      method: "POST",
      pattern: "/v1/operations/:id/cancel",
      handler: async ({ params }) => {
        const outcome = context.operations.cancel(params.id ?? "");
        if (outcome === "unknown") unknownOperation(params.id);
        if (outcome === "too-late") {
          throw new Refusal({
            status: 409,
            code: "too-late-to-cancel",
            title: "Too late to cancel",
            detail: "The operation has ended, or visitors have been sent to the new release already.",
            hint: "Roll back to the former release instead.",
          });
        }
        return { status: 200, json: await context.operations.wait(params.id ?? "", 5_000) };
      },
    },
  ];

  /** What is under way in the background is no operation that anybody sees, so it is waited for instead of refused. */
  async function whenInTheForeground(runtime: SiteRuntime): Promise<void> {
    const { clock } = context.system;
    const until = clock.monotonic() + BACKGROUND_DEADLINE_MS;
    while (runtime.background && clock.monotonic() < until) await clock.sleep(BACKGROUND_LOOK_EVERY_MS);
  }

  function find(siteId: string): { site: DesiredSite; runtime: SiteRuntime } {
    const site = context.desired.get().sites.find((candidate) => candidate.id === siteId);
    const runtime = site ? context.sites.get(site.spec.name) : undefined;
    if (site && runtime) return { site, runtime };
    throw new Refusal({
      status: 404,
      code: "site-unknown",
      title: "Unknown site",
      detail: `There is no site ${siteId}.`,
    });
  }

  async function start(call: Call): Promise<Operation> {
    const request = await call.body(startOperationSchema);
    await whenInTheForeground(find(request.siteId).runtime);
    // What was in the way may have been the end of the site.
    const { site, runtime } = find(request.siteId);
    const busy = context.operations.busyWith(site.id);
    if (busy !== null || runtime.background) {
      throw new Refusal({
        status: 409,
        code: "site-busy",
        title: "The site is busy",
        detail: busy
          ? `Another operation works on ${site.spec.name} (${busy}).`
          : `Monban is just ending old workers of ${site.spec.name} or starting new ones.`,
        hint: busy ? "Wait until it has ended, or cancel it." : "Try again in a moment.",
      });
    }
    if (site.wanted === "stopped") {
      throw new Refusal({
        status: 409,
        code: "site-stopped",
        title: "The site is stopped",
        detail: `${site.spec.name} is stopped.`,
        hint: "Start it first.",
      });
    }
    const { actor } = request;
    switch (request.kind) {
      case "reload":
        return beginRollout({ context, runtime, site, kind: "reload", of: { kind: "new-release" }, actor });
      case "restart":
        return beginRestart({ context, runtime, site, actor });
      case "rollback":
        return beginRollout({
          context,
          runtime,
          site,
          kind: "rollback",
          of: { kind: "older-release", number: request.release },
          actor,
        });
    }
  }
}

function unknownOperation(id: string | undefined): never {
  throw new Refusal({
    status: 404,
    code: "operation-unknown",
    title: "Unknown operation",
    detail: `There is no operation ${id ?? ""}; the oldest are forgotten.`,
  });
}
