/** Opens the database and puts the panel on it, again and again until it works. */
import { setTimeout as sleep } from "node:timers/promises";
import { createApi } from "../api/create-api.ts";
import { openDatabase } from "../db/client.ts";
import { migrate } from "../db/migrate.ts";
import { type DatabaseTrouble, databaseTrouble, troubleOf } from "../db/trouble.ts";
import { asPanel, createPanel, type PanelCore, type PanelOptions } from "../panel/create-panel.ts";
import type { Panel } from "../panel/types.ts";

const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 5_000;

export type OpenPanel = { panel: Panel; core: PanelCore };

/**
 * Resolves when the database is migrated and open; null when the signal aborted before that. Tells each kind of trouble
 * once through `trouble`. Sites are not affected by any of it.
 */
export async function openPanel(options: {
  databaseFile: string;
  migrations: string;
  panel: Omit<PanelOptions, "database">;
  signal: AbortSignal;
  trouble(trouble: DatabaseTrouble, error: unknown): void;
}): Promise<OpenPanel | null> {
  const { signal } = options;
  let waitMs = FIRST_RETRY_MS;
  let told = "";
  while (!signal.aborted) {
    try {
      migrate({ file: options.databaseFile, folder: options.migrations });
      const database = await openDatabase(options.databaseFile);
      const core = await createPanel({ ...options.panel, database });
      core.start();
      return { core, panel: asPanel(core, createApi(core).fetch) };
    } catch (error) {
      const trouble = troubleOf(error) ?? databaseTrouble("database-failed");
      if (trouble.code !== told) options.trouble(trouble, error);
      told = trouble.code;
    }
    await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    waitMs = Math.min(waitMs * 2, LAST_RETRY_MS);
  }
  return null;
}
