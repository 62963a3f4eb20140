/** The OpenAPI 3.1 document, made from the definitions that guard and validate. */
import * as z from "zod";
import {
  auditEntrySchema,
  sessionViewSchema,
  tokenViewSchema,
  userViewSchema,
  viewerSchema,
} from "../schema/account.ts";
import { journalEventSchema } from "../schema/event.ts";
import { inspectionSchema } from "../schema/inspection.ts";
import { logLineSchema } from "../schema/log-line.ts";
import { operationSchema } from "../schema/operation.ts";
import { problemSchema } from "../schema/problem.ts";
import { changeSiteSchema, createSiteSchema } from "../schema/site-request.ts";
import { releaseViewSchema, siteViewSchema } from "../schema/site-view.ts";
import { statusViewSchema } from "../schema/status-view.ts";
import { workerSchema } from "../schema/worker.ts";
import type { Route } from "./route.ts";

type Json = Record<string, unknown>;

const titles: Record<number, string> = {
  200: "Done",
  201: "Created",
  202: "Begun; the operation tells the rest",
  204: "Done, nothing to say",
  400: "Malformed request",
  401: "Not signed in",
  403: "Not allowed",
  404: "Unknown",
  409: "Conflict with what there is",
  412: "Changed since it was read",
  413: "Body too large",
  415: "Body is not JSON",
  422: "Some fields do not fit",
  429: "Too many attempts",
  500: "Failed",
  503: "Supervisor or database away; sites keep serving",
};

/** Every status a route can answer with a problem. */
export function problemsOf(route: Route): number[] {
  const statuses = new Set([...route.problems, 500, 503]);
  if (route.access !== "public") for (const status of [401, 403]) statuses.add(status);
  if (route.params || route.query) statuses.add(422);
  if (route.body) for (const status of [400, 413, 415, 422]) statuses.add(status);
  if (route.idempotent) for (const status of [400, 409, 422]) statuses.add(status);
  if (route.conditional) for (const status of [400, 412]) statuses.add(status);
  return [...statuses].sort();
}

export function openApiDocument(routes: Route[], version: string): Json {
  const components = namedSchemas();
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    (paths[route.path] as Json)[route.method] = operation(route, components);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Monban",
      version,
      description:
        "Sites, their reloads and what is observed of them. Durations end in Ms and are milliseconds, sizes end in Bytes, times are ISO-8601 in UTC.",
    },
    servers: [{ url: "/" }],
    paths,
    components: {
      schemas: components.definitions,
      securitySchemes: {
        token: { type: "http", scheme: "bearer", description: "A token, mbn_…" },
        session: { type: "apiKey", in: "cookie", name: "monban_session" },
      },
    },
  };
}

type Components = { registry: z.core.$ZodRegistry<{ id?: string }>; definitions: Record<string, unknown> };

function namedSchemas(): Components {
  const registry = z.registry<{ id?: string }>();
  const named: Record<string, z.ZodType> = {
    AuditEntry: auditEntrySchema,
    ChangeSite: changeSiteSchema,
    CreateSite: createSiteSchema,
    Inspection: inspectionSchema,
    JournalEvent: journalEventSchema,
    LogLine: logLineSchema,
    Operation: operationSchema,
    Problem: problemSchema,
    Release: releaseViewSchema,
    Session: sessionViewSchema,
    Site: siteViewSchema,
    Status: statusViewSchema,
    Token: tokenViewSchema,
    User: userViewSchema,
    Viewer: viewerSchema,
    Worker: workerSchema,
  };
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  return { registry, definitions: {} };
}

/** JSON Schema of one schema; what has a name goes to the components and is referred to. */
function jsonSchema(schema: z.ZodType, io: "input" | "output", { registry, definitions }: Components): Json {
  const {
    $schema: _,
    $defs,
    id: __,
    ...own
  } = z.toJSONSchema(schema, {
    io,
    metadata: registry,
    unrepresentable: "any",
  }) as Json & { $defs?: Json };
  for (const [name, definition] of Object.entries($defs ?? {}))
    definitions[name] ??= toComponents(definition);
  const name = registry.get(schema)?.id;
  if (name === undefined) return toComponents(own) as Json;
  definitions[name] ??= toComponents(own);
  return { $ref: `#/components/schemas/${name}` };
}

/** Definitions move from the schema into the document, and so do the references to them. */
function toComponents(value: unknown): unknown {
  const text = JSON.stringify(value, (key, inner) =>
    key === "id" && typeof inner === "string" ? undefined : inner,
  );
  return JSON.parse(text.replaceAll('"#/$defs/', '"#/components/schemas/'));
}

function operation(route: Route, components: Components): Json {
  return {
    operationId: `${route.method}${route.path.replace(/^\/api\/v1/, "").replace(/[/{}-]+(\w)?/g, (_, letter = "") => letter.toUpperCase())}`,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description ? { description: route.description } : {}),
    security: route.access === "public" ? [] : [{ token: [] }, { session: [] }],
    ...(route.access === "public" || route.access === "anyone" ? {} : { "x-scope": route.access }),
    parameters: parameters(route, components),
    ...(route.body
      ? {
          requestBody: {
            required: true,
            content: { "application/json": { schema: jsonSchema(route.body, "input", components) } },
          },
        }
      : {}),
    responses: responses(route, components),
  };
}

function parameters(route: Route, components: Components): Json[] {
  const list: Json[] = [];
  for (const [place, object] of [
    ["path", route.params],
    ["query", route.query],
  ] as const)
    for (const [name, schema] of Object.entries(object?.shape ?? {})) {
      const field = schema as z.ZodType;
      const isNeeded = place === "path" || !field.safeParse(undefined).success;
      list.push({ name, in: place, required: isNeeded, schema: jsonSchema(field, "input", components) });
    }
  const header = (name: string, description: string) =>
    list.push({ name, in: "header", required: false, description, schema: { type: "string" } });
  if (route.idempotent)
    header("Idempotency-Key", "The same request again answers what the first one did, for 24 hours.");
  if (route.conditional) header("If-Match", "The revision that was seen; another one answers 412.");
  return list;
}

function responses(route: Route, components: Components): Json {
  const all: Json = {};
  const content = route.response
    ? { "application/json": { schema: jsonSchema(route.response, "output", components) } }
    : route.contentType
      ? { [route.contentType]: { schema: { type: "string" } } }
      : undefined;
  for (const status of [route.status, ...(route.alsoStatus ? [route.alsoStatus] : [])])
    all[status] = { description: titles[status], ...(content ? { content } : {}) };
  const problem = { "application/problem+json": { schema: jsonSchema(problemSchema, "output", components) } };
  for (const status of problemsOf(route))
    all[status] ??= { description: titles[status] ?? "Problem", content: problem };
  return all;
}
