/** The little HTTP there is between panel and supervisor: routes with parameters, JSON in and out, problems. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type * as z from "zod";
import { MAX_CONTROL_BODY_BYTES } from "../../control/contract.ts";
import type { FieldError, Problem } from "../../schema/problem.ts";

/** Thrown by a handler: becomes the answer. */
export class Refusal extends Error {
  readonly problem: Problem;
  constructor(args: {
    status: number;
    code: string;
    title: string;
    detail: string;
    hint?: string;
    errors?: FieldError[];
  }) {
    super(args.detail);
    this.name = "Refusal";
    this.problem = { type: "about:blank", ...args };
  }
}

export type Call = {
  params: Record<string, string>;
  query: URLSearchParams;
  /** Parses the JSON body; throws a Refusal that names the fields. */
  body<T>(schema: z.ZodType<T>): Promise<T>;
  /** Aborts when the other side hangs up. */
  signal: AbortSignal;
  response: ServerResponse;
};

/** What a handler returns is sent as JSON; `undefined` means that it has answered by itself. */
export type Handler = (call: Call) => Promise<{ status: number; json: unknown } | undefined>;
export type Route = { method: string; pattern: string; handler: Handler };

/** Answers one request from the table of routes. Never rejects. */
export async function answer(
  routes: Route[],
  request: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
): Promise<void> {
  const hungUp = new AbortController();
  response.on("close", () => hungUp.abort());
  try {
    const url = new URL(request.url ?? "/", "http://supervisor");
    const found = match(routes, request.method ?? "GET", url.pathname);
    if (found === null) {
      throw new Refusal({
        status: 404,
        code: "not-found",
        title: "Not found",
        detail: `There is no ${request.method} ${url.pathname} here.`,
      });
    }
    const result = await found.route.handler({
      params: found.params,
      query: url.searchParams,
      body: (schema) => readBody(request, schema),
      signal: hungUp.signal,
      response,
    });
    if (result) send(response, result.status, result.json, "application/json");
  } catch (cause) {
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (cause instanceof Refusal) {
      send(response, cause.problem.status, cause.problem, "application/problem+json");
      return;
    }
    log(
      `control: ${request.method} ${request.url}: ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}`,
    );
    const detail = cause instanceof Error ? cause.message : String(cause);
    send(
      response,
      500,
      { type: "about:blank", status: 500, code: "unexpected", title: "Unexpected", detail },
      "application/problem+json",
    );
  }
}

/** The route that answers, with what its pattern caught; null when there is none. */
export function match(
  routes: Route[],
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | null {
  const parts = path.split("/");
  for (const route of routes) {
    if (route.method !== method) continue;
    const wanted = route.pattern.split("/");
    if (wanted.length !== parts.length) continue;
    const params: Record<string, string> = {};
    const fits = wanted.every((part, index) => {
      const actual = parts[index] ?? "";
      if (!part.startsWith(":")) return part === actual;
      params[part.slice(1)] = actual;
      return actual !== "";
    });
    if (fits) return { route, params };
  }
  return null;
}

async function readBody<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_CONTROL_BODY_BYTES) {
      throw new Refusal({
        status: 413,
        code: "too-large",
        title: "Too large",
        detail: "The body is larger than 16 MB.",
      });
    }
    chunks.push(chunk as Buffer);
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    throw new Refusal({
      status: 400,
      code: "malformed-json",
      title: "Malformed JSON",
      detail: "The body is not JSON.",
    });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Refusal({
    status: 422,
    code: "invalid",
    title: "Invalid",
    detail: "Some fields are not as they have to be.",
    errors: parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })),
  });
}

function send(response: ServerResponse, status: number, json: unknown, type: string): void {
  if (response.destroyed) return;
  const text = JSON.stringify(json);
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

/** A whole number from a query, within 0 and `most`; anything else is `otherwise`. */
export function boundedNumber(text: string | null, otherwise: number, most: number): number {
  if (text === null || !/^\d+$/.test(text)) return otherwise;
  return Math.min(Number(text), most);
}
