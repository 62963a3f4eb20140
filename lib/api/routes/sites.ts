/** Sites and what is done with them. */
import * as z from "zod";
import { problem } from "../../panel/problems.ts";
import type { OperationStart } from "../../panel/sites.ts";
import { configFileSchema } from "../../panel/supervisor-shapes.ts";
import { minuteSchema } from "../../schema/observed.ts";
import { operationSchema } from "../../schema/operation.ts";
import { changeSiteSchema, createSiteSchema } from "../../schema/site-request.ts";
import {
  releaseViewSchema,
  siteChangeSchema,
  siteHealthViewSchema,
  siteViewSchema,
} from "../../schema/site-view.ts";
import { idSchema } from "../../schema/text.ts";
import { workerSchema } from "../../schema/worker.ts";
import { type Call, type Route, route } from "../route.ts";
import {
  begunSchema,
  etagOf,
  listOf,
  locationOf,
  pageFields,
  pageOf,
  queryFlag,
  queryNumber,
  siteParams,
} from "../shapes.ts";

const site = "/api/v1/sites/{siteId}";

export const siteRoutes: Route[] = [
  route({
    method: "get",
    path: "/api/v1/sites",
    tag: "sites",
    summary: "All sites, by name",
    access: "sites:read",
    query: z.strictObject({ ...pageFields, limit: pageFields.limit.unwrap().default(200) }),
    status: 200,
    response: pageOf(siteViewSchema),
    problems: [],
    async handle({ panel, query: { limit, cursor } }) {
      const all = await panel.sites.list();
      // The name of the last site of the page before; names never change.
      const rest = cursor === undefined ? all : all.filter(({ name }) => name > cursor);
      const data = rest.slice(0, limit);
      return { body: { data, nextCursor: rest.length > limit ? (data.at(-1)?.name ?? null) : null } };
    },
  }),
  route({
    method: "post",
    path: "/api/v1/sites",
    tag: "sites",
    summary: "Create a site; what is left out is found in its source",
    access: "sites:write",
    body: createSiteSchema,
    status: 202,
    response: siteChangeSchema,
    problems: [409, 503],
    idempotent: true,
    async handle({ panel, caller, body }) {
      const change = await panel.sites.create(caller, body);
      const headers = change.operation ? locationOf(change.operation) : {};
      return { body: change, headers: { ...headers, ...etagOf(change.site) } };
    },
  }),
  route({
    method: "get",
    path: site,
    tag: "sites",
    summary: "One site",
    access: "sites:read",
    params: siteParams,
    status: 200,
    response: siteViewSchema,
    problems: [404],
    async handle({ panel, params }) {
      const view = await panel.sites.get(params.siteId);
      return { body: view, headers: etagOf(view) };
    },
  }),
  route({
    method: "patch",
    path: site,
    tag: "sites",
    summary: "Change a site; 202 when something has to happen for it, 200 when not",
    description:
      "Objects are merged field by field and lists are replaced. In `env`, null removes a variable; a secret one keeps its value when it is absent or sent back as it was answered.",
    access: "sites:write",
    params: siteParams,
    body: changeSiteSchema,
    status: 202,
    alsoStatus: 200,
    response: siteChangeSchema,
    problems: [404, 409, 412, 503],
    conditional: true,
    async handle({ panel, caller, params, body, seen }) {
      const change = await panel.sites.change(caller, params.siteId, body, seen);
      const { operation } = change;
      return {
        status: operation ? 202 : 200,
        body: change,
        headers: { ...(operation ? locationOf(operation) : {}), ...etagOf(change.site) },
      };
    },
  }),
  route({
    method: "delete",
    path: site,
    tag: "sites",
    summary: "Remove a site; its releases and logs stay on disk unless `purge` is true, its source always",
    access: "sites:write",
    params: siteParams,
    query: z.strictObject({ purge: queryFlag }),
    status: 202,
    response: z.object({ operation: operationSchema.nullable() }),
    problems: [404, 412, 503],
    conditional: true,
    async handle({ panel, caller, params, query, seen }) {
      const reply = await panel.sites.remove(caller, params.siteId, { ...seen, purge: query.purge });
      return { body: reply, headers: reply.operation ? locationOf(reply.operation) : {} };
    },
  }),
  action("reloads", "Reload: a new release, without downtime", (call) =>
    call.panel.sites.reload(call.caller, call.params.siteId, call.seen),
  ),
  action("restarts", "Restart: stop, then start the same release", (call) =>
    call.panel.sites.restart(call.caller, call.params.siteId, call.seen),
  ),
  action("starts", "Start a stopped site", (call) =>
    call.panel.sites.start(call.caller, call.params.siteId, call.seen),
  ),
  action("stops", "Stop a site; its visitors get 503", (call) =>
    call.panel.sites.stop(call.caller, call.params.siteId, call.seen),
  ),
  route({
    method: "post",
    path: `${site}/rollbacks`,
    tag: "sites",
    summary: "Roll back: reload to an older release",
    access: "sites:write",
    params: siteParams,
    body: z.strictObject({ releaseId: idSchema("rel") }),
    status: 202,
    response: begunSchema,
    problems: [404, 409, 412, 503],
    idempotent: true,
    conditional: true,
    handle: async ({ panel, caller, params, body, seen }) =>
      begun(await panel.sites.rollBack(caller, params.siteId, body.releaseId, seen)),
  }),
  route({
    method: "get",
    path: `${site}/releases`,
    tag: "sites",
    summary: "Releases, newest first",
    access: "sites:read",
    params: siteParams,
    query: z.strictObject({
      limit: pageFields.limit,
      cursor: z
        .string()
        .regex(/^\d{1,9}$/, "This is not a cursor of this list.")
        .optional(),
    }),
    status: 200,
    response: pageOf(releaseViewSchema),
    problems: [404],
    async handle({ panel, params, query: { limit, cursor } }) {
      const all = await panel.sites.releases(params.siteId);
      const rest = cursor === undefined ? all : all.filter(({ number }) => number < Number(cursor));
      const data = rest.slice(0, limit);
      const last = data.at(-1);
      return { body: { data, nextCursor: rest.length > limit && last ? String(last.number) : null } };
    },
  }),
  route({
    method: "get",
    path: `${site}/workers`,
    tag: "sites",
    summary: "Workers and what they serve right now",
    access: "sites:read",
    params: siteParams,
    status: 200,
    response: listOf(workerSchema),
    problems: [404, 503],
    handle: async ({ panel, params }) => ({ body: { data: await panel.sites.workers(params.siteId) } }),
  }),
  route({
    method: "get",
    path: `${site}/health`,
    tag: "sites",
    summary: "Health, and the checks it is told by",
    access: "sites:read",
    params: siteParams,
    status: 200,
    response: siteHealthViewSchema,
    problems: [404],
    handle: async ({ panel, params }) => ({ body: await panel.sites.health(params.siteId) }),
  }),
  route({
    method: "get",
    path: `${site}/history`,
    tag: "sites",
    summary: "Requests, errors and latency by the minute, oldest first",
    access: "sites:read",
    params: siteParams,
    query: z.strictObject({ minutes: queryNumber({ min: 1, max: 10_080, otherwise: 60 }) }),
    status: 200,
    response: listOf(minuteSchema),
    problems: [404, 503],
    handle: async ({ panel, params, query }) => ({
      body: { data: await panel.sites.history(params.siteId, query.minutes) },
    }),
  }),
  route({
    method: "get",
    path: `${site}/config-files`,
    tag: "sites",
    summary: "The generated nginx and gunicorn files; secret values are hidden",
    access: "sites:read",
    params: siteParams,
    status: 200,
    response: listOf(configFileSchema),
    problems: [404, 503],
    handle: async ({ panel, params }) => ({ body: { data: await panel.sites.configFiles(params.siteId) } }),
  }),
];

type SiteCall = Call<{ siteId: string }, unknown, unknown>;

/** POST without a body that begins an operation. */
function action(name: string, summary: string, start: (call: SiteCall) => Promise<OperationStart>): Route {
  return route({
    method: "post",
    path: `${site}/${name}`,
    tag: "sites",
    summary,
    access: "sites:write",
    params: siteParams,
    status: 202,
    response: begunSchema,
    problems: [404, 409, 412, 503],
    idempotent: true,
    conditional: true,
    handle: async (call) => begun(await start(call)),
  });
}

function begun(start: OperationStart) {
  return { body: start, headers: { ...locationOf(start.operation), ...etagOf(start.site) } };
}

/** `If-Match` as the revision it names; null when it is absent or `*`. */
export function readIfMatch(request: Request): { revision: number | null } {
  const text = request.headers.get("if-match")?.trim();
  if (text === undefined || text === "*") return { revision: null };
  const revision = /^(?:W\/)?"?(\d{1,15})"?$/.exec(text)?.[1];
  if (revision === undefined)
    throw problem("malformed-request", 'If-Match holds the revision of the site, such as "7".');
  return { revision: Number(revision) };
}
