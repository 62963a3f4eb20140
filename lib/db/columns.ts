/** JSON columns and points in time: the door between rows and the vocabulary. */
import type * as z from "zod";

/** Parses a JSON column; throws an error that names the row, never the content. */
export function readColumn<T extends z.ZodType>(schema: T, text: string, where: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`${where} in the database is not JSON`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new Error(
    `${where} in the database does not fit this version: ${first?.path.join(".")}: ${first?.message}`,
  );
}

export function time(date: Date): string;
export function time(date: Date | null): string | null;
/** ISO-8601 in UTC, the one spelling outside of the database. */
export function time(date: Date | null): string | null {
  return date === null ? null : date.toISOString();
}
