/**
 * Brings the database up to date when the panel starts, with the migrations Prisma wrote and in Prisma's own
 * bookkeeping table, so that its command line agrees. One transaction: a failing migration leaves nothing behind.
 */
import { createHash, randomUUID } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import Sqlite from "better-sqlite3";

/** How long another process may hold the database before this attempt gives up; it blocks the whole process. */
const LOCK_WAIT_MS = 1_000;

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL,
  "logs" TEXT, "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp,
  "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`;

/** The database fits another version of Monban than this one. */
export class MigrationMismatch extends Error {
  override name = "MigrationMismatch";
}

/**
 * Applies the migrations in `folder` that `file` does not have yet and returns their names.
 * Throws SQLite's own error for a damaged or locked file, `MigrationMismatch` when the histories do not fit.
 */
export function migrate({ file, folder }: { file: string; folder: string }): string[] {
  const migrations = readMigrations(folder);
  const database = new Sqlite(file, { timeout: LOCK_WAIT_MS });
  try {
    database.exec("PRAGMA journal_mode=WAL; PRAGMA foreign_keys=OFF");
    refuseDamage(database);
    database.exec("BEGIN IMMEDIATE");
    try {
      const applied = applyMissing(database, migrations);
      database.exec("COMMIT");
      return applied;
    } catch (error) {
      if (database.inTransaction) database.exec("ROLLBACK");
      throw error;
    }
  } finally {
    database.close();
  }
}

type Migration = { name: string; sql: string; checksum: string };

function readMigrations(folder: string): Migration[] {
  const names = fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .map((entry) => entry.name)
    .sort()
    .map((name) => {
      const bytes = fs.readFileSync(path.join(folder, name, "migration.sql"));
      return { name, sql: bytes.toString(), checksum: createHash("sha256").update(bytes).digest("hex") };
    });
}

/** Also finds damage that opening the file does not; a few milliseconds on a database of the panel's size. */
function refuseDamage(database: Sqlite.Database): void {
  const verdict = database.pragma("quick_check(1)", { simple: true });
  if (verdict !== "ok") {
    const error = new Error(String(verdict)) as Error & { code: string };
    error.code = "SQLITE_CORRUPT";
    throw error;
  }
}

function applyMissing(database: Sqlite.Database, migrations: Migration[]): string[] {
  database.exec(BOOKKEEPING);
  const rows = database
    .prepare<[], { name: string; checksum: string }>(
      `SELECT migration_name AS name, checksum FROM _prisma_migrations
       WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL`,
    )
    .all();
  const applied = new Map(rows.map((row) => [row.name, row.checksum]));
  const known = new Set(migrations.map((migration) => migration.name));
  const foreign = rows.find((row) => !known.has(row.name));
  if (foreign)
    throw new MigrationMismatch(`the database has the migration ${foreign.name}, which this version lacks`);

  const done: string[] = [];
  for (const { name, sql, checksum } of migrations) {
    const before = applied.get(name);
    if (before === checksum) continue;
    if (before !== undefined)
      throw new MigrationMismatch(`the migration ${name} was edited after it was applied`);
    const started = Date.now();
    database.exec(sql);
    database
      .prepare(
        `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
         VALUES (?, ?, ?, ?, ?, 1)`,
      )
      .run(randomUUID(), checksum, name, started, Date.now());
    done.push(name);
  }
  const violation = database.pragma("foreign_key_check") as unknown[];
  if (violation.length > 0)
    throw new Error(`a migration left a dangling reference: ${JSON.stringify(violation[0])}`);
  return done;
}
