/**
 * The REST API. Everything that is answered goes through `answer` below: first who is asking and may they, then the
 * form of the request, then the use case. A route that is not defined does not exist for anybody.
 */
import { Hono } from "hono";
import type * as z from "zod";
import type { Caller } from "../panel/context.ts";
import type { PanelCore } from "../panel/create-panel.ts";
import { newId } from "../panel/ids.ts";
import { once } from "../panel/once.ts";
import { invalid, PanelError, problem } from "../panel/problems.ts";
import type { Locale } from "../panel/types.ts";
import type { Viewer } from "../schema/account.ts";
import { addressOf, admit } from "./access.ts";
import { fieldErrors, speakHuman } from "./human-messages.ts";
import { localized } from "./messages/localized.ts";
import { localeOf } from "./messages/translate.ts";
import { openApiDocument } from "./openapi.ts";
import { problemResponse } from "./problem-response.ts";
import { parseJson, readBodyText } from "./read-body.ts";
import { type Call, type Reply, type Route, route } from "./route.ts";
import { accountRoutes } from "./routes/accounts.ts";
import { logRoutes } from "./routes/logs.ts";
import { machineRoutes } from "./routes/machine.ts";
import { operationRoutes } from "./routes/operations.ts";
import { probeRoutes } from "./routes/probes.ts";
import { readIfMatch, siteRoutes } from "./routes/sites.ts";

export type Api = {
  fetch(request: Request): Promise<Response>;
  /** For tests that walk all of them. */
  readonly routes: readonly Route[];
};

const NOBODY: Viewer = { actor: { kind: "system", name: "nobody" }, scopes: [], user: null, session: null };

export function createApi(panel: PanelCore): Api {
  speakHuman();
  const routes: Route[] = [
    ...probeRoutes,
    ...accountRoutes,
    ...siteRoutes,
    ...logRoutes,
    ...operationRoutes,
    ...machineRoutes,
  ];
  routes.push(documentRoute(routes, panel.context.version));
  const app = new Hono();
  for (const definition of routes)
    app.on(definition.method.toUpperCase(), definition.path.replace(/\{(\w+)\}/g, ":$1"), (context) =>
      answer(panel, definition, context.req.raw, context.req.param()),
    );
  app.notFound((context) => refuseUnknown(panel, routes, context.req.raw));
  app.onError((error) => {
    throw error;
  });

  return { routes, fetch: (request) => guarded(panel, request, async () => app.fetch(request)) };
}

/** Adds what every answer has, and turns every failure into a problem. */
async function guarded(panel: PanelCore, request: Request, act: () => Promise<Response>): Promise<Response> {
  const requestId = newId("req");
  let response: Response;
  try {
    response = await act();
  } catch (error) {
    const headers: Record<string, string> = error instanceof WrongMethod ? { allow: error.allow } : {};
    const failure = { error, requestId, locale: localeOf(request.headers), headers };
    response = problemResponse(failure, (cause) => {
      const { pathname } = new URL(request.url);
      panel.context.log(`${requestId} ${request.method} ${pathname}: ${wordsFor(cause)}`);
    });
  }
  response.headers.set("x-request-id", requestId);
  if (!response.headers.has("cache-control")) response.headers.set("cache-control", "no-store");
  response.headers.set("x-content-type-options", "nosniff");
  return response;
}

async function answer(
  panel: PanelCore,
  definition: Route,
  request: Request,
  rawParams: Record<string, string>,
): Promise<Response> {
  const viewer = await admit(panel, request, definition.access);
  const address = addressOf(request);
  const caller: Caller = { viewer: viewer ?? NOBODY, address };
  const text = definition.body || definition.idempotent ? await readBodyText(request) : "";
  const url = new URL(request.url);

  const locale = localeOf(request.headers);
  const act = async (language: Locale): Promise<Response> => {
    const call = {
      panel,
      request,
      caller,
      address,
      userAgent: request.headers.get("user-agent") ?? "",
      seen: definition.conditional ? readIfMatch(request) : { revision: null },
      params: parse(definition.params, rawParams),
      query: parse(definition.query, readQuery(url)),
      body: definition.body ? parse(definition.body, parseJson(request, text)) : undefined,
    };
    const reply = await definition.handle(call as Call<never, never, never>);
    return reply instanceof Response ? reply : asResponse(definition, reply, language);
  };
  const key = definition.idempotent ? request.headers.get("idempotency-key") : null;
  if (key === null) return act(locale);
  const path = url.pathname + url.search;
  const kept = await once(panel.context, { caller, method: definition.method, path, key, text }, async () => {
    // Kept without a language: whoever asks again may read another one.
    const response = await act("en");
    const { status, headers } = response;
    return { status, location: headers.get("location"), body: await response.text() };
  });
  return new Response(bodyIn(locale, kept.body), {
    status: kept.status,
    headers: {
      "content-type": "application/json",
      ...(kept.location ? { location: kept.location } : {}),
      ...(kept.isReplayed ? { "idempotent-replayed": "true" } : {}),
    },
  });
}

function bodyIn(locale: Locale, text: string): string {
  return locale === "en" || text === "" ? text : JSON.stringify(localized(JSON.parse(text), locale));
}

function asResponse(
  definition: Route,
  { status, body, headers = {} }: Reply<unknown>,
  locale: Locale,
): Response {
  const code = status ?? definition.status;
  if (code === 204) return new Response(null, { status: 204, headers });
  return new Response(JSON.stringify(localized(body, locale)), {
    status: code,
    headers: { "content-type": "application/json", ...headers },
  });
}

function parse(schema: z.ZodType | undefined, value: unknown): unknown {
  if (!schema) return {};
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(fieldErrors(parsed.error.issues));
}

/** A name that is given twice is a list, which no query takes: it is refused with its name. */
function readQuery(url: URL): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null);
  for (const name of new Set(url.searchParams.keys())) {
    const values = url.searchParams.getAll(name);
    query[name] = values.length === 1 ? (values[0] ?? "") : values;
  }
  return { ...query };
}

class WrongMethod extends PanelError {
  readonly allow: string;
  constructor(allow: string) {
    super(problem("wrong-method", "This path does not take this method.").problem);
    this.allow = allow;
  }
}

/** Strangers do not learn which paths there are. */
async function refuseUnknown(panel: PanelCore, routes: Route[], request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const others = routes.filter((candidate) => pathPattern(candidate.path).test(pathname));
  if (!others.some((candidate) => candidate.access === "public")) await admit(panel, request, "anyone");
  if (others.length > 0) throw new WrongMethod(allowed(others));
  throw problem("unknown-path", "There is nothing at this path.");
}

function allowed(routes: Route[]): string {
  const methods = routes.flatMap(({ method }) =>
    method === "get" ? ["GET", "HEAD"] : [method.toUpperCase()],
  );
  return [...new Set(methods)].join(", ");
}

function pathPattern(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.]/g, "\\.").replace(/\{\w+\}/g, "[^/]+")}$`);
}

function documentRoute(routes: Route[], version: string): Route {
  let text: string | null = null;
  return route({
    method: "get",
    path: "/api/v1/openapi.json",
    tag: "machine",
    summary: "This document",
    access: "public",
    status: 200,
    contentType: "application/json",
    problems: [],
    async handle() {
      text ??= JSON.stringify(openApiDocument(routes, version));
      return new Response(text, { headers: { "content-type": "application/json" } });
    },
  });
}

function wordsFor(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\n  because: ${wordsFor(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}
