/** Small facts the panel remembers, by key. */
import type { Db } from "./client.ts";

export type SettingKey = "desired-revision" | "event-cursor" | "sample-offered";

export async function readNumber(db: Db, key: SettingKey): Promise<number> {
  const row = await db.setting.findUnique({ where: { key } });
  const number = Number(row?.value ?? 0);
  return Number.isSafeInteger(number) ? number : 0;
}

export async function writeNumber(db: Db, key: SettingKey, value: number): Promise<void> {
  await db.setting.upsert({
    where: { key },
    create: { key, value: String(value) },
    update: { value: String(value) },
  });
}
