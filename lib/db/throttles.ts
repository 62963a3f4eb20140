/** Failed attempts to sign in, by the hash of what is throttled. */
import type { Db } from "./client.ts";

export type Throttle = { failures: number; blockedUntil: number | null; updatedAt: number };

export async function readThrottle(db: Db, key: string): Promise<Throttle | null> {
  const row = await db.loginThrottle.findUnique({ where: { key } });
  if (!row) return null;
  return {
    failures: row.failures,
    blockedUntil: row.blockedUntil?.getTime() ?? null,
    updatedAt: row.updatedAt.getTime(),
  };
}

export async function writeThrottle(db: Db, key: string, throttle: Throttle): Promise<void> {
  const columns = {
    failures: throttle.failures,
    blockedUntil: throttle.blockedUntil === null ? null : new Date(throttle.blockedUntil),
    updatedAt: new Date(throttle.updatedAt),
  };
  await db.loginThrottle.upsert({ where: { key }, create: { key, ...columns }, update: columns });
}

export async function clearThrottles(db: Db, keys: string[]): Promise<void> {
  await db.loginThrottle.deleteMany({ where: { key: { in: keys } } });
}

export async function deleteThrottlesBefore(db: Db, at: Date): Promise<void> {
  await db.loginThrottle.deleteMany({ where: { updatedAt: { lt: at } } });
}
