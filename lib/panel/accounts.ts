/** Set-up, sign-in, sessions and passwords. */
import fs from "node:fs/promises";
import type * as z from "zod";
import {
  countUsers,
  deleteSession,
  deleteSessionsOf,
  findSession,
  findUser,
  firstUser,
  insertSession,
  insertUser,
  listSessions,
  type StoredSession,
  type StoredUser,
  touchSession,
  updatePassword,
} from "../db/accounts.ts";
import { insertAuditEntry } from "../db/history.ts";
import { clearThrottles, readThrottle, writeThrottle } from "../db/throttles.ts";
import type {
  changePasswordSchema,
  SessionView,
  setupSchema,
  signInSchema,
  UserView,
  Viewer,
} from "../schema/account.ts";
import { type Caller, type Context, createLock } from "./context.ts";
import { isSameSecret, newId, newSecret, sha256 } from "./ids.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import { invalid, problem } from "./problems.ts";
import { countTry, perAddress, perName, perSetup, type ThrottlePolicy, waitMs } from "./throttle.ts";

/** A session ends after this long, however much it is used. */
export const SESSION_LIFE_MS = 30 * 24 * 3_600_000;
/** A session that is not used for this long ends. */
export const SESSION_IDLE_MS = 7 * 24 * 3_600_000;
/** "Last seen" is written down at most this often. */
const TOUCH_INTERVAL_MS = 60_000;

export type From = { address: string; userAgent: string };
export type NewSession = { viewer: Viewer; token: string };

export type Accounts = ReturnType<typeof createAccounts>;

export function createAccounts(
  context: Context,
  options: { setupToken: string | null; setupTokenFile: string },
) {
  const { database, hub, now } = context;
  const oneSetup = createLock();
  const oneTry = createLock();

  /** Creates the first user, once in the life of an installation. */
  async function setUp(input: z.output<typeof setupSchema>, from: From): Promise<UserView> {
    return oneSetup(async () => {
      if ((await countUsers(database.db)) > 0)
        throw problem("already-set-up", "Monban is already set up. Sign in instead.");
      const key = throttleKey("setup", from.address);
      await admit([{ key, policy: perSetup }]);
      const token = await readSetupToken(options);
      if (token === null || !isSameSecret(input.setupToken, token))
        throw problem("wrong-setup-token", "This is not the setup token.", {
          hint: "Monban printed it when it started. It also stands in the file setup-token in the data folder.",
          errors: [{ path: "setupToken", message: "This is not the setup token." }],
        });
      const user: StoredUser = {
        id: newId("user"),
        username: input.username,
        passwordHash: await hashPassword(input.password),
        role: "admin",
        createdAt: new Date(now()).toISOString(),
      };
      await database.transaction(async (db) => {
        await insertUser(db, user);
        await insertAuditEntry(db, {
          at: new Date(now()),
          actor: actorOf(user),
          action: "setup",
          target: user.username,
          address: from.address,
        });
      });
      await clearThrottles(database.db, [key]);
      await fs.rm(options.setupTokenFile, { force: true }).catch((error) => {
        context.log(`the used setup token could not be removed: ${error.message}`);
      });
      return userView(user);
    });
  }

  async function signIn(input: z.output<typeof signInSchema>, from: From): Promise<NewSession> {
    const keys = [
      { key: throttleKey("name", input.username), policy: perName },
      { key: throttleKey("address", from.address), policy: perAddress },
    ];
    await admit(keys);
    const user = await findUser(database.db, input.username);
    const isRight = await isPassword(input.password, user?.passwordHash ?? null);
    if (!user || !isRight) {
      // Only known names are written down: the field for the name often holds a password.
      const actor = { kind: "user", name: user?.username ?? "unknown" } as const;
      await audit(actor, "session.failed", from.address);
      throw problem("wrong-credentials", "The user name or the password is not right.");
    }
    await clearThrottles(
      database.db,
      keys.map(({ key }) => key),
    );
    return database.transaction(async (db) => {
      await insertAuditEntry(db, {
        at: new Date(now()),
        actor: actorOf(user),
        action: "session.create",
        address: from.address,
      });
      return openSession(db, user, from);
    });
  }

  /** Counts a try for each key, or refuses while one of them has to wait. */
  async function admit(keys: { key: string; policy: ThrottlePolicy }[]): Promise<void> {
    await oneTry(async () => {
      const known = await Promise.all(keys.map(({ key }) => readThrottle(database.db, key)));
      const wait = Math.max(...known.map((throttle) => waitMs(throttle, now())));
      if (wait > 0)
        throw problem("throttled", "Too many failed attempts. Wait a moment before the next one.", {
          retryAfterSeconds: Math.ceil(wait / 1_000),
        });
      for (const [index, { key, policy }] of keys.entries())
        await writeThrottle(database.db, key, countTry(known[index] ?? null, policy, now()));
    });
  }

  async function openSession(
    db: Context["database"]["db"],
    user: StoredUser,
    from: From,
  ): Promise<NewSession> {
    const token = newSecret();
    const at = now();
    const session: StoredSession = {
      id: newId("ses"),
      userId: user.id,
      userAgent: from.userAgent.slice(0, 300),
      address: from.address,
      createdAt: new Date(at).toISOString(),
      lastSeenAt: new Date(at).toISOString(),
      expiresAt: new Date(at + SESSION_LIFE_MS).toISOString(),
    };
    await insertSession(db, { ...session, tokenHash: sha256(token) });
    return { viewer: viewerOf(user, session), token };
  }

  /** Whose session this is, or null when it is unknown, ended or too long unused. */
  async function viewerOfSession(token: string): Promise<Viewer | null> {
    const found = await findSession(database.db, sha256(token));
    if (!found) return null;
    const { session, user } = found;
    const seen = Date.parse(session.lastSeenAt);
    if (now() >= Date.parse(session.expiresAt) || now() - seen >= SESSION_IDLE_MS) return null;
    if (now() - seen >= TOUCH_INTERVAL_MS) await touchSession(database.db, session.id, new Date(now()));
    return viewerOf(user, session);
  }

  async function signOut(caller: Caller): Promise<void> {
    const { user, session } = caller.viewer;
    if (!user || !session) throw problem("unknown-session", "A token has no session to end.");
    await deleteSession(database.db, { id: session.id, userId: user.id });
    await audit(caller.viewer.actor, "session.end", caller.address);
    hub.accessChanged();
  }

  /** Ends another session of the same person. */
  async function endSession(caller: Caller, id: string): Promise<void> {
    const { user } = caller.viewer;
    const isEnded = user !== null && (await deleteSession(database.db, { id, userId: user.id }));
    if (!isEnded) throw problem("unknown-session", "There is no such session.");
    await audit(caller.viewer.actor, "session.end", caller.address);
    hub.accessChanged();
  }

  async function sessionsOf(viewer: Viewer): Promise<SessionView[]> {
    if (!viewer.user) return [];
    const oldest = now() - SESSION_IDLE_MS;
    const all = await listSessions(database.db, viewer.user.id);
    return all
      .filter((it) => Date.parse(it.expiresAt) > now() && Date.parse(it.lastSeenAt) > oldest)
      .map(({ userId: _, ...session }) => ({ ...session, current: session.id === viewer.session?.id }));
  }

  /** Ends all other sessions of this person: whoever knew the old password is out. */
  async function changePassword(caller: Caller, input: z.output<typeof changePasswordSchema>): Promise<void> {
    const { user, session } = caller.viewer;
    if (!user || !session) throw problem("not-allowed", "Only a signed-in person has a password to change.");
    const key = throttleKey("name", user.username);
    await admit([{ key, policy: perName }]);
    const stored = await findUser(database.db, user.username);
    if (!(await isPassword(input.currentPassword, stored?.passwordHash ?? null)))
      throw invalid([{ path: "currentPassword", message: "This is not your current password." }]);
    await clearThrottles(database.db, [key]);
    const hash = await hashPassword(input.newPassword);
    await database.transaction(async (db) => {
      await updatePassword(db, user.id, hash, new Date(now()));
      await deleteSessionsOf(db, user.id, session.id);
      await insertAuditEntry(db, {
        at: new Date(now()),
        actor: caller.viewer.actor,
        action: "user.password",
        target: user.username,
        address: caller.address,
      });
    });
    hub.accessChanged();
  }

  async function audit(actor: Viewer["actor"], action: string, address: string): Promise<void> {
    await insertAuditEntry(database.db, { at: new Date(now()), actor, action, address });
  }

  return {
    needsSetup: async () => (await countUsers(database.db)) === 0,
    setUp,
    signIn,
    signOut,
    endSession,
    sessionsOf,
    changePassword,
    viewerOfSession,
  };
}

/**
 * Gives a user a new password from the owner's shell and ends all sessions; the first user when no name is given.
 * Throws when there is no such user.
 */
export async function replacePassword(
  database: Context["database"],
  input: { username?: string | undefined; password: string; at: Date },
): Promise<UserView> {
  const user =
    input.username === undefined ? await firstUser(database.db) : await findUser(database.db, input.username);
  if (!user) {
    const whose = input.username === undefined ? "any user yet" : `a user named ${input.username}`;
    throw new Error(`Monban does not have ${whose}.`);
  }
  const hash = await hashPassword(input.password);
  await database.transaction(async (db) => {
    await updatePassword(db, user.id, hash, input.at);
    await deleteSessionsOf(db, user.id);
    await clearThrottles(db, [throttleKey("name", user.username)]);
    const actor = { kind: "cli", name: "shell" } as const;
    await insertAuditEntry(db, { at: input.at, actor, action: "user.password", target: user.username });
  });
  return userView(user);
}

function throttleKey(kind: "name" | "address" | "setup", what: string): string {
  return sha256(`${kind}:${what}`);
}

async function readSetupToken(options: {
  setupToken: string | null;
  setupTokenFile: string;
}): Promise<string | null> {
  if (options.setupToken !== null) return options.setupToken;
  const text = await fs.readFile(options.setupTokenFile, "utf8").catch(() => "");
  return text.trim() === "" ? null : text.trim();
}

function actorOf(user: { username: string }): Viewer["actor"] {
  return { kind: "user", name: user.username };
}

function userView({ id, username, role, createdAt }: StoredUser): UserView {
  return { id, username, role, createdAt };
}

function viewerOf(user: StoredUser, session: StoredSession): Viewer {
  const { id, createdAt, expiresAt } = session;
  return {
    actor: actorOf(user),
    // The one role there is may do everything.
    scopes: ["admin"],
    user: userView(user),
    session: { id, createdAt, expiresAt },
  };
}
