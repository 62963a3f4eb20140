/** Every failure as `application/problem+json`, in the reader's language, never with a stack trace. */
import { asPanelError, type PanelError, problem } from "../panel/problems.ts";
import type { Locale } from "../panel/types.ts";
import type { Problem } from "../schema/problem.ts";
import { localized } from "./messages/localized.ts";

export type Failure = { error: unknown; requestId: string; locale: Locale; headers?: Record<string, string> };

/** `unexpected` is called with what nobody foresaw; the answer says only that it is in the log. */
export function problemResponse(failure: Failure, unexpected: (error: unknown) => void): Response {
  const { error, requestId, locale } = failure;
  const known = asPanelError(error);
  if (!known || known.problem.status >= 500) unexpected(error);
  const found: PanelError =
    known ??
    problem("failed", "Something failed that should not. The panel's log says what, under this request id.");
  const body: Problem = localized({ ...found.problem, requestId }, locale);
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: {
      "content-type": "application/problem+json",
      "content-language": locale,
      ...(found.retryAfterSeconds === undefined ? {} : { "retry-after": String(found.retryAfterSeconds) }),
      ...(body.status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...failure.headers,
    },
  });
}
