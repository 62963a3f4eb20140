/** Idempotency-Key: a POST that is sent again, because nobody knows whether it arrived, acts once. */
import { keepAnswer, releaseKey, reserveKey } from "../db/idempotency.ts";
import type { Caller, Context } from "../panel/context.ts";
import { sha256 } from "../panel/ids.ts";
import { problem } from "../panel/problems.ts";

/** Runs `act`, or answers what it answered the first time. Only success is kept: a refused request may be repaired. */
export async function once(
  context: Context,
  request: { caller: Caller; method: string; path: string; key: string | null; text: string },
  act: () => Promise<Response>,
): Promise<Response> {
  if (request.key === null) return act();
  if (!/^[\x21-\x7e]{1,200}$/.test(request.key))
    throw problem(
      "malformed-request",
      "An Idempotency-Key has 1 to 200 printable characters without spaces.",
    );
  const { db } = context.database;
  const { actor } = request.caller.viewer;
  const key = sha256([actor.kind, actor.name, request.key].join("\n"));
  const fingerprint = sha256([request.method, request.path, request.text].join("\n"));
  const found = await reserveKey(db, { key, fingerprint, at: new Date(context.now()) });
  switch (found.kind) {
    case "other-request":
      throw problem("key-reused", "This Idempotency-Key was used for another request.");
    case "under-way":
      throw problem("request-under-way", "The first request with this Idempotency-Key is still under way.", {
        retryAfterSeconds: 1,
      });
    case "answered": {
      const { status, location, body } = found.answer;
      const headers = { "content-type": "application/json", "idempotent-replayed": "true" };
      return new Response(body, { status, headers: location ? { ...headers, location } : headers });
    }
    case "new":
  }
  try {
    const response = await act();
    const answer = {
      status: response.status,
      location: response.headers.get("location"),
      body: await response.clone().text(),
    };
    await keepAnswer(db, key, answer);
    return response;
  } catch (error) {
    await releaseKey(db, key);
    throw error;
  }
}
