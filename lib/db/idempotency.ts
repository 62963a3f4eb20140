/** Answers to requests that carried an Idempotency-Key, so that a repeated one does nothing a second time. */
import type { Db } from "./client.ts";

export type KeptAnswer = { status: number; location: string | null; body: string };
export type Reservation =
  | { kind: "new" }
  | { kind: "under-way" }
  | { kind: "other-request" }
  | { kind: "answered"; answer: KeptAnswer };

/** Takes the key, or tells what it was used for. `fingerprint` is a hash of the request. */
export async function reserveKey(
  db: Db,
  { key, fingerprint, at }: { key: string; fingerprint: string; at: Date },
): Promise<Reservation> {
  // One statement that inserts or does nothing: of two requests at once exactly one finds the row to be its own.
  const taken = await db.$executeRaw`
    INSERT INTO "IdempotencyKey" ("key", "fingerprint", "createdAt")
    VALUES (${key}, ${fingerprint}, ${at}) ON CONFLICT ("key") DO NOTHING`;
  if (taken === 1) return { kind: "new" };
  const row = await db.idempotencyKey.findUnique({ where: { key } });
  if (!row) return { kind: "under-way" };
  if (row.fingerprint !== fingerprint) return { kind: "other-request" };
  if (row.status === null || row.body === null) return { kind: "under-way" };
  return { kind: "answered", answer: { status: row.status, location: row.location, body: row.body } };
}

export async function keepAnswer(db: Db, key: string, answer: KeptAnswer): Promise<void> {
  await db.idempotencyKey.updateMany({ where: { key }, data: answer });
}

export async function releaseKey(db: Db, key: string): Promise<void> {
  await db.idempotencyKey.deleteMany({ where: { key } });
}

export async function deleteKeysBefore(db: Db, at: Date): Promise<void> {
  await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: at } } });
}

/** Requests that were under way when the panel ended will never be answered. */
export async function deleteUnansweredKeys(db: Db): Promise<void> {
  await db.idempotencyKey.deleteMany({ where: { status: null } });
}
