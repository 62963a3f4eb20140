import fs from "node:fs";
import path from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTempFolder, type TempFolder } from "../testing/temp-folder.ts";
import { openDatabase } from "./client.ts";
import { migrate } from "./migrate.ts";
import { troubleOf } from "./trouble.ts";

const MIGRATIONS = path.join(import.meta.dirname, "../../prisma/migrations");
let folder: TempFolder;
let file: string;

beforeEach(async () => {
  folder = await createTempFolder();
  file = path.join(folder.path, "monban.db");
});
afterEach(() => folder.remove());

function troubleWhile(act: () => unknown): string | undefined {
  try {
    act();
  } catch (error) {
    return troubleOf(error)?.code;
  }
  return undefined;
}

test("migrations are applied once, however often the panel starts", () => {
  const first = migrate({ file, folder: MIGRATIONS });
  expect(first.length).toBeGreaterThan(0);
  expect(migrate({ file, folder: MIGRATIONS })).toEqual([]);
});

test("a migration that fails leaves nothing behind", () => {
  const migrations = path.join(folder.path, "migrations");
  fs.mkdirSync(path.join(migrations, "1_first"), { recursive: true });
  fs.writeFileSync(
    path.join(migrations, "1_first/migration.sql"),
    "CREATE TABLE a (id INTEGER); CREATE TABLE a (id);",
  );
  expect(() => migrate({ file, folder: migrations })).toThrow(/already exists/);
  const database = new Sqlite(file);
  expect(database.prepare("SELECT name FROM sqlite_master").all()).toEqual([]);
  database.close();
});

test("a database of another version is told as such and left alone", () => {
  migrate({ file, folder: MIGRATIONS });
  const older = path.join(folder.path, "older");
  fs.mkdirSync(older);
  expect(troubleWhile(() => migrate({ file, folder: older }))).toBe("database-other-version");
});

test("a migration that was edited after it was applied is refused", () => {
  const migrations = path.join(folder.path, "migrations");
  fs.cpSync(MIGRATIONS, migrations, { recursive: true });
  migrate({ file, folder: migrations });
  const [name = ""] = fs.readdirSync(migrations).filter((entry) => !entry.endsWith(".toml"));
  fs.appendFileSync(path.join(migrations, name, "migration.sql"), "-- later\n");
  expect(troubleWhile(() => migrate({ file, folder: migrations }))).toBe("database-other-version");
});

test("a file that is no database is told as damaged", () => {
  fs.writeFileSync(file, "not a database, whatever its name says".repeat(100));
  expect(troubleWhile(() => migrate({ file, folder: MIGRATIONS }))).toBe("database-damaged");
});

test("damage in the middle of the file is found at start", () => {
  migrate({ file, folder: MIGRATIONS });
  const size = fs.statSync(file).size;
  const handle = fs.openSync(file, "r+");
  fs.writeSync(handle, Buffer.alloc(Math.floor(size / 2), 0xff), 0, Math.floor(size / 2), 4096);
  fs.closeSync(handle);
  expect(troubleWhile(() => migrate({ file, folder: MIGRATIONS }))).toBe("database-damaged");
});

test("a database that another program holds is told as locked, and works once it is free", () => {
  migrate({ file, folder: MIGRATIONS });
  const other = new Sqlite(file);
  other.exec("BEGIN IMMEDIATE");
  expect(troubleWhile(() => migrate({ file, folder: MIGRATIONS }))).toBe("database-locked");
  other.exec("ROLLBACK");
  other.close();
  expect(migrate({ file, folder: MIGRATIONS })).toEqual([]);
});

test("a write that waits in vain for another program is told as locked", async () => {
  migrate({ file, folder: MIGRATIONS });
  const database = await openDatabase(file);
  const other = new Sqlite(file);
  other.exec("BEGIN IMMEDIATE");
  const error = await database.db.setting
    .create({ data: { key: "a", value: "b" } })
    .then(() => null)
    .catch((cause) => cause);
  expect(troubleOf(error)?.code).toBe("database-locked");
  other.close();
  await database.close();
});

test("an error about something else is not blamed on the database", () => {
  expect(troubleOf(new TypeError("x is not a function"))).toBeNull();
});
