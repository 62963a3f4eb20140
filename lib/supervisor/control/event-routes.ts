/** The journal by cursor, with a wait for news. */
import { MAX_WAIT_MS } from "../../control/contract.ts";
import { boundedNumber, type Route } from "./http.ts";
import type { ControlParts } from "./parts.ts";

const MAX_EVENTS = 500;

export function eventRoutes({ context }: ControlParts): Route[] {
  return [
    {
      method: "GET",
      pattern: "/v1/events",
      handler: async ({ query, signal }) => {
        const after = boundedNumber(query.get("after"), 0, Number.MAX_SAFE_INTEGER);
        const limit = boundedNumber(query.get("limit"), MAX_EVENTS, MAX_EVENTS);
        const waitMs = boundedNumber(query.get("waitMs"), 0, MAX_WAIT_MS);
        if (waitMs > 0) await context.journal.waitForNews(after, waitMs, signal);
        return { status: 200, json: await context.journal.read(after, Math.max(1, limit)) };
      },
    },
  ];
}
