/**
 * Reads the supervisor's journal by cursor for as long as the panel lives: every event once, into the database and to
 * everybody who watches. On each new connection it first brings the supervisor in step with the database.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { EventPage } from "../control/contract.ts";
import { deleteSessionsBefore } from "../db/accounts.ts";
import { deleteEventsAfter, pruneHistory, saveEvents, saveOperation } from "../db/history.ts";
import { deleteKeysBefore } from "../db/idempotency.ts";
import { readNumber, writeNumber } from "../db/settings.ts";
import { deleteThrottlesBefore } from "../db/throttles.ts";
import { SESSION_IDLE_MS } from "./accounts.ts";
import type { Context } from "./context.ts";

const WAIT_MS = 25_000;
const BATCH = 500;
const FIRST_BACKOFF_MS = 200;
const LAST_BACKOFF_MS = 5_000;
const PRUNE_INTERVAL_MS = 10 * 60_000;
export const IDEMPOTENCY_LIFE_MS = 24 * 3_600_000;

/** Runs until the signal aborts; never rejects. `connected` is called whenever the supervisor is met anew. */
export async function ingest(
  context: Context,
  options: { connected(): Promise<unknown>; signal: AbortSignal },
): Promise<void> {
  const { database, control, hub, observer, now, log } = context;
  const { connected, signal } = options;
  let isConnected = false;
  let backoffMs = FIRST_BACKOFF_MS;
  let prunedAt = 0;
  let lastComplaint = "";

  while (!signal.aborted) {
    try {
      if (!isConnected) {
        // Read before anything is begun: the end of a new journal may lie beyond the cursor soon.
        await readOnce(0);
        await connected();
      }
      isConnected = true;
      if (now() - prunedAt > PRUNE_INTERVAL_MS) {
        prunedAt = now();
        await prune();
      }
      await readOnce(WAIT_MS);
      backoffMs = FIRST_BACKOFF_MS;
      lastComplaint = "";
    } catch (error) {
      if (signal.aborted) return;
      isConnected = false;
      const complaint = error instanceof Error ? error.message : String(error);
      if (complaint !== lastComplaint) log(`the journal cannot be read, trying again: ${complaint}`);
      lastComplaint = complaint;
      await sleep(backoffMs, undefined, { signal }).catch(() => undefined);
      backoffMs = Math.min(backoffMs * 2, LAST_BACKOFF_MS);
    }
  }

  async function readOnce(waitMs: number): Promise<void> {
    const after = await readNumber(database.db, "event-cursor");
    const page = await control.events({ after, limit: BATCH, waitMs, signal });
    await keep(after, page);
    // Whoever hears of it and looks sees what came of it.
    if (page.data.length > 0) observer.forget();
    hub.publish(page.data);
  }

  /** Events and cursor in one transaction: after a crash nothing is missing and nothing is told twice. */
  async function keep(after: number, page: EventPage): Promise<void> {
    if (page.data.length === 0 && page.next === after) return;
    if (page.lost > 0) log(`${page.lost} events were rotated away before they could be read`);
    await database.transaction(async (db) => {
      if (page.next < after) {
        // A journal that ends before the cursor is a new one, to be read from its start: somebody removed the old.
        log("the supervisor's journal began anew");
        await deleteEventsAfter(db, 0);
        await writeNumber(db, "event-cursor", 0);
        return;
      }
      await saveEvents(db, page.data);
      for (const event of page.data) if (event.type === "operation") await saveOperation(db, event.operation);
      await writeNumber(db, "event-cursor", page.next);
    });
  }

  async function prune(): Promise<void> {
    await pruneHistory(database.db);
    await deleteSessionsBefore(database.db, new Date(now()), new Date(now() - SESSION_IDLE_MS));
    await deleteThrottlesBefore(database.db, new Date(now() - 24 * 3_600_000));
    await deleteKeysBefore(database.db, new Date(now() - IDEMPOTENCY_LIFE_MS));
  }
}
