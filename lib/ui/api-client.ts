/** The browser's way to the REST API. Every failure is a Problem with a sentence for people. */
import type { Problem } from "../schema/problem.ts";

/** A request that is not answered by then is given up, ms. Long actions answer at once with an operation. */
const REQUEST_DEADLINE_MS = 30_000;

/** A request that failed: `problem` says why, in the reader's language when the server wrote it. */
export class ApiError extends Error {
  problem: Problem;
  retryAfterSeconds: number | null;

  constructor(problem: Problem, retryAfterSeconds: number | null = null) {
    super(problem.detail);
    this.name = "ApiError";
    this.problem = problem;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export type RequestOptions = {
  /** The revision the edit was made on; a newer one on the server answers 412. */
  ifMatch?: number;
  signal?: AbortSignal;
};

/** Answers the parsed body; throws ApiError. `path` is below /api/v1, such as `/sites`. */
export async function api<T>(
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
  { ifMatch, signal }: RequestOptions = {},
): Promise<T> {
  const deadline = AbortSignal.timeout(REQUEST_DEADLINE_MS);
  const headers: Record<string, string> = {
    accept: "application/json",
    "accept-language": document.documentElement.lang || "en",
  };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (ifMatch !== undefined) headers["if-match"] = `"${ifMatch}"`;
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: "same-origin",
      cache: "no-store",
      signal: signal ? AbortSignal.any([signal, deadline]) : deadline,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(unreachable(deadline.aborted ? "timeout" : "unreachable"));
  }
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  const parsed = parse(text);
  if (response.ok) return parsed as T;
  const retryAfter = Number(response.headers.get("retry-after"));
  throw new ApiError(
    asProblem(parsed, response.status),
    Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null,
  );
}

export const get = <T>(path: string, options?: RequestOptions) => api<T>("GET", path, undefined, options);
export const post = <T>(path: string, body?: unknown) => api<T>("POST", path, body);
export const patch = <T>(path: string, body: unknown, options?: RequestOptions) =>
  api<T>("PATCH", path, body, options);
export const del = <T>(path: string) => api<T>("DELETE", path);

/** Any thrown value as a Problem; a code without a text of its own is translated where it is shown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiError) return error.problem;
  return { ...unreachable("unexpected"), detail: error instanceof Error ? error.message : String(error) };
}

/** Field errors by path, as FieldErrorsContext wants them. */
export function fieldErrors(problem: Problem | null | undefined): ReadonlyMap<string, string> {
  return new Map((problem?.errors ?? []).map((error) => [error.path, error.message]));
}

function unreachable(code: "timeout" | "unreachable" | "unexpected"): Problem {
  return { type: "about:blank", title: "", status: 0, code: `client-${code}`, detail: "" };
}

function parse(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asProblem(value: unknown, status: number): Problem {
  if (value && typeof value === "object" && "detail" in value && "code" in value) return value as Problem;
  return { ...unreachable("unexpected"), status };
}
