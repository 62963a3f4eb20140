/** Operations: the list, one of them, its steps as they happen, what it printed, and cancelling it. */
import * as z from "zod";
import { MAX_WAIT_MS, outputChunkSchema } from "../../panel/supervisor-shapes.ts";
import { operationSchema } from "../../schema/operation.ts";
import { idSchema } from "../../schema/text.ts";
import { eventStream } from "../event-stream.ts";
import { type Route, route } from "../route.ts";
import { operationParams, pageFields, pageOf, queryNumber } from "../shapes.ts";

const waitMs = queryNumber({ min: 0, max: MAX_WAIT_MS, otherwise: 0 });

export const operationRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/v1/operations",
    tag: "operations",
    summary: "Operations, newest first",
    access: "sites:read",
    query: z.strictObject({ ...pageFields, siteId: idSchema("site").optional() }),
    status: 200,
    response: pageOf(operationSchema),
    problems: [],
    handle: async ({ panel, query: { limit, cursor, siteId } }) => ({
      body: await panel.operations.list({
        limit,
        ...(cursor ? { cursor } : {}),
        ...(siteId ? { siteId } : {}),
      }),
    }),
  }),
  route({
    method: "get",
    path: "/api/v1/operations/{operationId}",
    tag: "operations",
    summary: "One operation; with `waitMs` when it has ended, or after that time",
    access: "sites:read",
    params: operationParams,
    query: z.strictObject({ waitMs }),
    status: 200,
    response: operationSchema,
    problems: [404],
    handle: async ({ panel, params, query, request }) => ({
      body: await panel.operations.get(params.operationId, { waitMs: query.waitMs, signal: request.signal }),
    }),
  }),
  route({
    method: "get",
    path: "/api/v1/operations/{operationId}/events",
    tag: "operations",
    summary: "The operation after each of its steps, as `operation`; the stream ends with it",
    access: "sites:read",
    params: operationParams,
    status: 200,
    contentType: "text/event-stream",
    problems: [404, 429],
    async handle({ panel, params, request }) {
      const { id } = await panel.operations.get(params.operationId);
      return eventStream(panel, request, ({ send, end, signal }) => {
        panel.operations
          .follow(id, signal, (operation) => send({ event: "operation", data: operation }))
          .then(end, end);
        return () => {};
      });
    },
  }),
  route({
    method: "get",
    path: "/api/v1/operations/{operationId}/output",
    tag: "operations",
    summary: "What programs printed in it, from `offset` on",
    access: "sites:read",
    params: operationParams,
    query: z.strictObject({
      offset: queryNumber({ min: 0, max: Number.MAX_SAFE_INTEGER, otherwise: 0 }),
      waitMs,
    }),
    status: 200,
    response: outputChunkSchema,
    problems: [404, 503],
    handle: async ({ panel, params, query, request }) => ({
      body: await panel.operations.output(params.operationId, { ...query, signal: request.signal }),
    }),
  }),
  route({
    method: "post",
    path: "/api/v1/operations/{operationId}/cancel",
    tag: "operations",
    summary: "Cancel an operation that has not cut over yet",
    access: "sites:write",
    params: operationParams,
    status: 200,
    response: operationSchema,
    problems: [404, 409, 503],
    handle: async ({ panel, caller, params }) => ({
      body: await panel.operations.cancel(caller, params.operationId),
    }),
  }),
];
