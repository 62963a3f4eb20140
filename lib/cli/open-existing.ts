/** The panel's database, opened beside a panel that may be running. Never creates one. */
import fs from "node:fs/promises";
import path from "node:path";
import type { Database } from "../db/client.ts";

/** Throws with a sentence that says what to do when there is none or it cannot be used. */
export async function openExisting(data: string): Promise<Database> {
  const file = path.join(data, "monban.db");
  const isThere = await fs.access(file).then(
    () => true,
    () => false,
  );
  if (!isThere)
    throw new Error(`There is no database at ${file}. Start Monban once, or name its data folder.`);
  // Loaded here, because most commands need no database and start quicker without it.
  const [{ openDatabase }, { troubleOf }] = await Promise.all([
    import("../db/client.ts"),
    import("../db/trouble.ts"),
  ]);
  try {
    const database = await openDatabase(file);
    // Opening reads nothing yet; a damaged file would tell only later.
    await database.db.user.count().catch(async (error) => {
      await database.close();
      throw error;
    });
    return database;
  } catch (error) {
    const trouble = troubleOf(error);
    throw trouble ? new Error(`${trouble.detail} ${trouble.hint}`, { cause: error }) : error;
  }
}
