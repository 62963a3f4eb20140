/** Opens the panel's database. better-sqlite3 is the only SQLite in this process: two of them lose each other's locks. */
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import { type Prisma, PrismaClient } from "./generated/client.ts";

/** How long a write waits for another process; the whole panel stands still meanwhile, so it is short. */
const LOCK_WAIT_MS = 2_000;

/** What the functions of lib/db take: the client itself, or a transaction of it. */
export type Db = Prisma.TransactionClient;

export type Database = {
  db: Db;
  /** Runs `work` so that all of its writes happen or none. */
  transaction<T>(work: (db: Db) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

/** `file` is an absolute path to a migrated database. */
export async function openDatabase(file: string): Promise<Database> {
  const adapter = new PrismaBetterSqlite3({ url: `file:${file}`, timeout: LOCK_WAIT_MS });
  const prisma = new PrismaClient({ adapter, errorFormat: "minimal" });
  try {
    await prisma.$queryRawUnsafe("PRAGMA synchronous=NORMAL");
  } catch (error) {
    await prisma.$disconnect();
    throw error;
  }
  return {
    db: prisma,
    transaction: (work) => prisma.$transaction(work, { timeout: 10_000, maxWait: 10_000 }),
    close: () => prisma.$disconnect(),
  };
}
