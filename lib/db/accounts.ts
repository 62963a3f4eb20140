/** Users, sessions and tokens. Secrets come in and are stored as hashes only. */
import * as z from "zod";
import { scopeSchema, type TokenView, type UserView } from "../schema/account.ts";
import type { Db } from "./client.ts";
import { readColumn, time } from "./columns.ts";
import type { ApiTokenModel, SessionModel, UserModel } from "./generated/models.ts";

export type StoredUser = UserView & { passwordHash: string };

export type StoredSession = {
  id: string;
  userId: string;
  userAgent: string;
  address: string;
  createdAt: string;
  lastSeenAt: string;
  expiresAt: string;
};

export async function countUsers(db: Db): Promise<number> {
  return db.user.count();
}

export async function findUser(db: Db, username: string): Promise<StoredUser | null> {
  const row = await db.user.findUnique({ where: { username } });
  return row && userFromRow(row);
}

/** The first user there is: the admin who set Monban up. */
export async function firstUser(db: Db): Promise<StoredUser | null> {
  const row = await db.user.findFirst({ orderBy: { createdAt: "asc" } });
  return row && userFromRow(row);
}

export async function insertUser(db: Db, user: StoredUser): Promise<void> {
  const { id, username, passwordHash, role } = user;
  const at = new Date(user.createdAt);
  await db.user.create({ data: { id, username, passwordHash, role, createdAt: at, updatedAt: at } });
}

export async function updatePassword(db: Db, userId: string, passwordHash: string, at: Date): Promise<void> {
  await db.user.update({ where: { id: userId }, data: { passwordHash, updatedAt: at } });
}

export async function insertSession(db: Db, session: StoredSession & { tokenHash: string }): Promise<void> {
  await db.session.create({
    data: {
      ...session,
      createdAt: new Date(session.createdAt),
      lastSeenAt: new Date(session.lastSeenAt),
      expiresAt: new Date(session.expiresAt),
    },
  });
}

export async function findSession(
  db: Db,
  tokenHash: string,
): Promise<{ session: StoredSession; user: StoredUser } | null> {
  const row = await db.session.findUnique({ where: { tokenHash }, include: { user: true } });
  return row && { session: sessionFromRow(row), user: userFromRow(row.user) };
}

/** Newest first. */
export async function listSessions(db: Db, userId: string): Promise<StoredSession[]> {
  const rows = await db.session.findMany({ where: { userId }, orderBy: { lastSeenAt: "desc" } });
  return rows.map(sessionFromRow);
}

export async function touchSession(db: Db, id: string, at: Date): Promise<void> {
  await db.session.updateMany({ where: { id }, data: { lastSeenAt: at } });
}

/** True when there was one. */
export async function deleteSession(db: Db, where: { id: string; userId: string }): Promise<boolean> {
  const { count } = await db.session.deleteMany({ where });
  return count > 0;
}

export async function deleteSessionsOf(db: Db, userId: string, exceptId?: string): Promise<void> {
  await db.session.deleteMany({ where: { userId, ...(exceptId ? { NOT: { id: exceptId } } : {}) } });
}

export async function deleteSessionsBefore(db: Db, now: Date, idleSince: Date): Promise<void> {
  await db.session.deleteMany({
    where: { OR: [{ expiresAt: { lte: now } }, { lastSeenAt: { lte: idleSince } }] },
  });
}

/** Newest first; revoked ones stay visible. */
export async function listTokens(db: Db): Promise<TokenView[]> {
  const rows = await db.apiToken.findMany({ orderBy: [{ createdAt: "desc" }, { id: "desc" }] });
  return rows.map(tokenFromRow);
}

export async function insertToken(db: Db, token: TokenView & { secretHash: string }): Promise<void> {
  const { id, name, prefix, secretHash, createdBy } = token;
  await db.apiToken.create({
    data: {
      id,
      name,
      prefix,
      secretHash,
      createdBy,
      scopes: JSON.stringify(token.scopes),
      createdAt: new Date(token.createdAt),
      expiresAt: token.expiresAt === null ? null : new Date(token.expiresAt),
    },
  });
}

export async function findToken(
  db: Db,
  by: { secretHash: string } | { id: string },
): Promise<TokenView | null> {
  const row = await db.apiToken.findUnique({ where: by });
  return row && tokenFromRow(row);
}

export async function touchToken(db: Db, id: string, at: Date): Promise<void> {
  await db.apiToken.updateMany({ where: { id }, data: { lastUsedAt: at } });
}

export async function revokeToken(db: Db, id: string, at: Date): Promise<void> {
  await db.apiToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: at } });
}

function userFromRow(row: UserModel): StoredUser {
  const { id, username, passwordHash } = row;
  return {
    id,
    username,
    passwordHash,
    role: z.literal("admin").parse(row.role),
    createdAt: time(row.createdAt),
  };
}

function sessionFromRow(row: SessionModel): StoredSession {
  const { id, userId, userAgent, address } = row;
  return {
    id,
    userId,
    userAgent,
    address,
    createdAt: time(row.createdAt),
    lastSeenAt: time(row.lastSeenAt),
    expiresAt: time(row.expiresAt),
  };
}

function tokenFromRow(row: ApiTokenModel): TokenView {
  const { id, name, prefix, createdBy } = row;
  return {
    id,
    name,
    prefix,
    scopes: readColumn(z.array(scopeSchema), row.scopes, `token ${name}`),
    createdBy,
    createdAt: time(row.createdAt),
    expiresAt: time(row.expiresAt),
    lastUsedAt: time(row.lastUsedAt),
    revokedAt: time(row.revokedAt),
  };
}
