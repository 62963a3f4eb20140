/** Tokens of scripts: shown once, stored as a hash, revocable at once. */
import type * as z from "zod";
import { findToken, insertToken, listTokens, revokeToken, touchToken } from "../db/accounts.ts";
import type { Database } from "../db/client.ts";
import { insertAuditEntry } from "../db/history.ts";
import type { createTokenSchema, NewTokenView, TokenView, Viewer } from "../schema/account.ts";
import type { Actor } from "../schema/operation.ts";
import type { Caller, Context } from "./context.ts";
import { newId, newSecret, sha256 } from "./ids.ts";
import { invalid, problem } from "./problems.ts";

const TOUCH_INTERVAL_MS = 60_000;
/** `mbn_` and five characters of the secret: enough to tell tokens apart, too little to guess the rest. */
const PREFIX_LENGTH = 9;

export type Tokens = ReturnType<typeof createTokens>;

export function createTokens({ database, hub, now }: Context) {
  return {
    list: () => listTokens(database.db),

    create: (caller: Caller, input: z.output<typeof createTokenSchema>) =>
      issueToken(database, { ...input, by: caller.viewer.actor, at: now(), address: caller.address }),

    async revoke(caller: Caller, id: string): Promise<void> {
      const token = await findToken(database.db, { id });
      if (!token) throw problem("unknown-token", "There is no such token.");
      await database.transaction(async (db) => {
        await revokeToken(db, id, new Date(now()));
        await insertAuditEntry(db, {
          at: new Date(now()),
          actor: caller.viewer.actor,
          action: "token.revoke",
          target: token.name,
          address: caller.address,
        });
      });
      hub.accessChanged();
    },

    /** Whose token this is, or null when it is unknown, revoked or past its date. */
    async viewerOfToken(secret: string): Promise<Viewer | null> {
      const token = await findToken(database.db, { secretHash: sha256(secret) });
      if (!token || token.revokedAt !== null) return null;
      if (token.expiresAt !== null && Date.parse(token.expiresAt) <= now()) return null;
      if (token.lastUsedAt === null || now() - Date.parse(token.lastUsedAt) >= TOUCH_INTERVAL_MS)
        await touchToken(database.db, token.id, new Date(now()));
      return { actor: { kind: "token", name: token.name }, scopes: token.scopes, user: null, session: null };
    },
  };
}

/** Makes a token and returns it with its secret, which nobody can read again. */
export async function issueToken(
  database: Database,
  input: z.output<typeof createTokenSchema> & { by: Actor; at: number; address?: string },
): Promise<NewTokenView> {
  if (input.expiresAt !== null && Date.parse(input.expiresAt) <= input.at)
    throw invalid([{ path: "expiresAt", message: "Give a time in the future." }]);
  const secret = `mbn_${newSecret()}`;
  const token: TokenView = {
    id: newId("tok"),
    name: input.name,
    prefix: secret.slice(0, PREFIX_LENGTH),
    scopes: input.scopes,
    createdBy: input.by.name,
    createdAt: new Date(input.at).toISOString(),
    expiresAt: input.expiresAt,
    lastUsedAt: null,
    revokedAt: null,
  };
  await database.transaction(async (db) => {
    await insertToken(db, { ...token, secretHash: sha256(secret) });
    await insertAuditEntry(db, {
      at: new Date(input.at),
      actor: input.by,
      action: "token.create",
      target: token.name,
      address: input.address,
      detail: { scopes: token.scopes, expiresAt: token.expiresAt },
    });
  });
  return { ...token, secret };
}
