/** Makes a token from the owner's shell, without signing in: whoever may write the database may make tokens. */
import { openExisting } from "./open-existing.ts";

/** The secret is in the answer and nowhere else. Throws with a sentence when the name or a scope does not fit. */
export async function createToken(options: {
  /** Absolute path of Monban's data folder. */
  data: string;
  name: string;
  scopes: string[];
  expiresAt?: string | null;
}): Promise<{ id: string; name: string; scopes: string[]; secret: string }> {
  const { createTokenSchema } = await import("../schema/account.ts");
  const { name, scopes, expiresAt = null } = options;
  const parsed = createTokenSchema.safeParse({ name, scopes, expiresAt });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const known = "The scopes are admin, sites:read, sites:write and metrics:read.";
    throw new Error(issue?.path[0] === "scopes" ? known : (issue?.message ?? "This does not fit."));
  }
  const database = await openExisting(options.data);
  try {
    const { issueToken } = await import("../panel/tokens.ts");
    const by = { kind: "cli", name: "shell" } as const;
    const token = await issueToken(database, { ...parsed.data, by, at: Date.now() });
    return { id: token.id, name: token.name, scopes: token.scopes, secret: token.secret };
  } finally {
    await database.close();
  }
}
