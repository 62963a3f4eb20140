/** Hello, observed state, desired state. */
import { CONTROL_PROTOCOL, type Hello, type PutDesired, putDesiredSchema } from "../../control/contract.ts";
import { observedState } from "../observed-state.ts";
import { Refusal, type Route } from "./http.ts";
import type { ControlParts } from "./parts.ts";

export function stateRoutes({ context, workloads, edits, host, loop, startedAt }: ControlParts): Route[] {
  let handedOver: Promise<unknown> = Promise.resolve();
  return [
    {
      method: "GET",
      pattern: "/v1/hello",
      handler: async () => {
        const hello: Hello = {
          protocol: CONTROL_PROTOCOL,
          version: context.instance.version,
          pid: process.pid,
          startedAt: new Date(startedAt).toISOString(),
        };
        return { status: 200, json: hello };
      },
    },
    {
      method: "GET",
      pattern: "/v1/observed",
      handler: async () => ({ status: 200, json: await observedState(context, workloads, host) }),
    },
    {
      method: "GET",
      pattern: "/v1/desired",
      handler: async () => ({ status: 200, json: context.desired.get() }),
    },
    {
      method: "PUT",
      pattern: "/v1/desired",
      handler: async (call) => {
        const request = await call.body(putDesiredSchema);
        // One after the other: of two that arrive together, the older must not be written last.
        const taken = handedOver.then(() => take(request));
        handedOver = taken.catch(() => undefined);
        await taken;
        return { status: 200, json: { operations: await loop.reconcile() } };
      },
    },
  ];

  async function take({ desired, actor, purge }: PutDesired): Promise<void> {
    const held = context.desired.get();
    if (desired.revision < held.revision) {
      throw new Refusal({
        status: 409,
        code: "stale-revision",
        title: "Older than what is held",
        detail: `The supervisor holds revision ${held.revision}; revision ${desired.revision} is older.`,
      });
    }
    const before = new Map(held.sites.map((site) => [site.id, site.revision]));
    try {
      await context.desired.put(desired);
    } catch (cause) {
      throw new Refusal({
        status: 507,
        code: "state-not-written",
        title: "The state could not be written",
        detail: `The supervisor could not write ${context.paths.desired}: ${cause instanceof Error ? cause.message : String(cause)}. Nothing changed; sites keep serving.`,
        hint: "Make room on the disk and try again.",
      });
    }
    for (const site of desired.sites)
      if (before.get(site.id) !== site.revision) edits.actors.set(site.id, actor);
    const wanted = new Set(desired.sites.map((site) => site.id));
    for (const site of held.sites) if (!wanted.has(site.id)) edits.actors.set(site.id, actor);
    for (const id of purge) edits.purge.add(id);
  }
}
