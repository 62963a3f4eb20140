/** Tells a broken database from a mistake in the program, and says what an admin can do about it. */
import { MigrationMismatch } from "./migrate.ts";

export type DatabaseTrouble = {
  code:
    | "database-damaged"
    | "database-locked"
    | "database-full"
    | "database-unwritable"
    | "database-other-version"
    | "database-failed";
  /** What is wrong, in one sentence. */
  detail: string;
  /** What to do about it. */
  hint: string;
};

const troubles: Record<DatabaseTrouble["code"], { detail: string; hint: string }> = {
  "database-damaged": {
    detail: "The panel's database is damaged or is not a database.",
    hint: "Put a backup of monban.db in its place; or move the file away, and Monban starts with an empty one. Sites keep serving meanwhile.",
  },
  "database-locked": {
    detail: "Another program holds the panel's database locked.",
    hint: "Close the program that has monban.db open. The panel tries again by itself.",
  },
  "database-full": {
    detail: "The panel's database could not be written: the disk is full.",
    hint: "Free some space on the disk that holds Monban's data. The panel tries again by itself.",
  },
  "database-unwritable": {
    detail: "The panel may not read or write its database.",
    hint: "Give the user that runs the panel read and write access to monban.db and to the folder it lies in.",
  },
  "database-other-version": {
    detail: "The panel's database was made by another version of Monban.",
    hint: "Start the version of Monban that wrote it, or a newer one.",
  },
  "database-failed": {
    detail: "The panel's database could not be opened.",
    hint: "Look at the panel's log for the reason. The panel tries again by itself.",
  },
};

/** The words for one kind of trouble. */
export function databaseTrouble(code: DatabaseTrouble["code"]): DatabaseTrouble {
  return { code, ...troubles[code] };
}

/** What `error` says about the database, or null when it is about something else. */
export function troubleOf(error: unknown): DatabaseTrouble | null {
  if (error instanceof MigrationMismatch) return databaseTrouble("database-other-version");
  const words = wordsOf(error);
  if (/SQLITE_(CORRUPT|NOTADB)|not a database|disk image is malformed/.test(words))
    return databaseTrouble("database-damaged");
  if (/SQLITE_FULL|disk is full|ENOSPC/.test(words)) return databaseTrouble("database-full");
  if (/SQLITE_(BUSY|LOCKED)|database is locked|\bP1008\b|SocketTimeout/.test(words))
    return databaseTrouble("database-locked");
  if (/SQLITE_(READONLY|CANTOPEN|PERM|IOERR)|readonly database|unable to open|EACCES|EROFS/.test(words))
    return databaseTrouble("database-unwritable");
  return null;
}

/** Prisma wraps SQLite's error in its own; the code may stand in any of them. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return "";
  const { code, meta } = error as { code?: unknown; meta?: unknown };
  const inner = error.cause === undefined ? "" : wordsOf(error.cause);
  return `${String(code ?? "")} ${error.message} ${meta === undefined ? "" : JSON.stringify(meta, hideCircles)} ${inner}`;
}

function hideCircles(key: string, value: unknown): unknown {
  if (key === "stack") return undefined;
  return value instanceof Error
    ? { message: value.message, cause: value.cause, code: (value as { code?: unknown }).code }
    : value;
}
