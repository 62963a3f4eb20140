/** Gives somebody a new password from the owner's shell. */
import { openExisting } from "./open-existing.ts";

/**
 * Sets `password`, or a random one that is answered, for `username` or else the first user. All of that person's
 * sessions end. Throws with a sentence when there is no such user or the password is too short.
 */
export async function resetPassword(options: {
  /** Absolute path of Monban's data folder. */
  data: string;
  username?: string | undefined;
  password?: string | undefined;
}): Promise<{ username: string; password: string }> {
  const { passwordSchema } = await import("../schema/account.ts");
  const { randomBytes } = await import("node:crypto");
  const password = options.password ?? randomBytes(12).toString("base64url");
  const parsed = passwordSchema.safeParse(password);
  if (!parsed.success) throw new Error(parsed.error.issues[0]?.message);
  const database = await openExisting(options.data);
  try {
    const { replacePassword } = await import("../panel/accounts.ts");
    const user = await replacePassword(database, { username: options.username, password, at: new Date() });
    return { username: user.username, password };
  } finally {
    await database.close();
  }
}
