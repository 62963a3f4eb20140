/** Idempotency-Key: a POST that is sent again, because nobody knows whether it arrived, acts once. */
import { type KeptAnswer, keepAnswer, releaseKey, reserveKey } from "../db/idempotency.ts";
import type { Caller, Context } from "./context.ts";
import { sha256 } from "./ids.ts";
import { problem } from "./problems.ts";

/** What was answered, and whether it was answered before. */
export type Answered = KeptAnswer & { isReplayed: boolean };

/** Runs `act`, or gives what it gave the first time. Only success is kept: a refused request may be repaired. */
export async function once(
  context: Context,
  request: { caller: Caller; method: string; path: string; key: string; text: string },
  act: () => Promise<KeptAnswer>,
): Promise<Answered> {
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
    case "answered":
      return { ...found.answer, isReplayed: true };
    case "new":
  }
  try {
    const answer = await act();
    await keepAnswer(db, key, answer);
    return { ...answer, isReplayed: false };
  } catch (error) {
    await releaseKey(db, key);
    throw error;
  }
}
