/** For machines that watch Monban: is it alive, is it ready, and its numbers. */
import * as z from "zod";
import type { PanelCore } from "../../panel/create-panel.ts";
import { admit } from "../access.ts";
import { type Route, route } from "../route.ts";

const stateSchema = z.object({ status: z.enum(["ok", "unavailable"]) });
type State = z.infer<typeof stateSchema>;
const ok: State = { status: "ok" };
const unavailable: State = { status: "unavailable" };

export const probeRoutes: Route[] = [
  route({
    method: "get",
    path: "/healthz",
    tag: "probes",
    summary: "The panel answers and reads its database",
    access: "public",
    status: 200,
    response: stateSchema,
    problems: [503],
    async handle({ panel }) {
      await panel.accounts.needsSetup();
      return { body: ok };
    },
  }),
  route({
    method: "get",
    path: "/readyz",
    tag: "probes",
    summary: "The panel reaches the supervisor, so that changes are possible",
    access: "public",
    status: 200,
    response: stateSchema,
    problems: [503],
    async handle({ panel }) {
      await panel.accounts.needsSetup();
      const isReady = await panel.isReady();
      return isReady ? { body: ok } : { status: 503, body: unavailable };
    },
  }),
  route({
    method: "get",
    path: "/metrics",
    tag: "probes",
    summary: "Prometheus text",
    description: "Without a token only from this machine, and only when MONBAN_METRICS_LOOPBACK is 1.",
    // Asks for itself below, because it has one more way in.
    access: "public",
    status: 200,
    contentType: "text/plain",
    problems: [401, 403],
    async handle({ panel, request, address }) {
      if (!isOpenTo(panel, address)) await admit(panel, request, "metrics:read");
      return new Response(await panel.metrics(), {
        headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" },
      });
    },
  }),
];

function isOpenTo(panel: PanelCore, address: string): boolean {
  return panel.metricsOnLoopback && /^(::ffff:)?127\.|^::1$/.test(address);
}
