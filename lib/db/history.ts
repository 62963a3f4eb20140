/** What has happened: operations, releases, the ingested journal and the audit log. Each is kept within a bound. */
import * as z from "zod";
import type { AuditEntry } from "../schema/account.ts";
import { type JournalEvent, journalEventSchema } from "../schema/event.ts";
import { type Actor, actorSchema, type Operation, operationSchema } from "../schema/operation.ts";
import { type Release, releaseSchema } from "../schema/release.ts";
import type { Db } from "./client.ts";
import { readColumn, time } from "./columns.ts";
import type { AuditEntryModel } from "./generated/models.ts";

/** What is older than the newest so many goes; together a few tens of megabytes. */
export const KEPT = { events: 20_000, operations: 2_000, audit: 20_000 } as const;

/** Does not take a finished operation back to an earlier state: events may arrive late. */
export async function saveOperation(db: Db, operation: Operation): Promise<void> {
  const columns = {
    kind: operation.kind,
    state: operation.state,
    siteId: operation.siteId ?? null,
    body: JSON.stringify(operation),
    createdAt: new Date(operation.createdAt),
    finishedAt: operation.finishedAt ? new Date(operation.finishedAt) : null,
  };
  const { id } = operation;
  const known = await db.operation.findUnique({ where: { id }, select: { finishedAt: true } });
  if (known?.finishedAt && columns.finishedAt === null) return;
  await db.operation.upsert({ where: { id }, create: { id, ...columns }, update: columns });
}

export async function findOperation(db: Db, id: string): Promise<Operation | null> {
  const row = await db.operation.findUnique({ where: { id } });
  return row && readColumn(operationSchema, row.body, `operation ${id}`);
}

/** Newest first; `before` is the last operation of the page before. */
export async function listOperations(
  db: Db,
  query: { limit: number; before?: string; siteId?: string },
): Promise<Operation[]> {
  const last = query.before ? await db.operation.findUnique({ where: { id: query.before } }) : null;
  const rows = await db.operation.findMany({
    where: {
      ...(query.siteId ? { siteId: query.siteId } : {}),
      ...(last
        ? { OR: [{ createdAt: { lt: last.createdAt } }, { createdAt: last.createdAt, id: { lt: last.id } }] }
        : {}),
    },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: query.limit,
  });
  return rows.map((row) => readColumn(operationSchema, row.body, `operation ${row.id}`));
}

export async function saveRelease(db: Db, release: Release & { id: string; siteId: string }): Promise<void> {
  const { id, siteId, ...body } = release;
  const columns = { body: JSON.stringify(body), createdAt: new Date(release.createdAt) };
  await db.release.upsert({
    where: { id },
    create: { id, siteId, number: release.number, ...columns },
    update: columns,
  });
}

/** Newest first. */
export async function listReleases(
  db: Db,
  siteId: string,
): Promise<(Release & { id: string; siteId: string })[]> {
  const rows = await db.release.findMany({ where: { siteId }, orderBy: { number: "desc" }, take: 200 });
  return rows.map((row) => ({
    ...readColumn(releaseSchema, row.body, `release ${row.id}`),
    id: row.id,
    siteId,
  }));
}

export async function saveEvents(db: Db, events: JournalEvent[]): Promise<void> {
  for (const event of events) {
    const columns = {
      at: new Date(event.at),
      type: event.type,
      siteId: event.siteId ?? null,
      body: JSON.stringify(event),
    };
    await db.event.upsert({
      where: { seq: event.seq },
      create: { seq: event.seq, ...columns },
      update: columns,
    });
  }
}

/** Events after `after`, oldest first. */
export async function listEventsAfter(
  db: Db,
  query: { after: number; limit: number; siteId?: string },
): Promise<JournalEvent[]> {
  const { after, limit, siteId } = query;
  const rows = await db.event.findMany({
    where: { seq: { gt: after }, ...(siteId ? { siteId } : {}) },
    orderBy: { seq: "asc" },
    take: limit,
  });
  return rows.map((row) => readColumn(journalEventSchema, row.body, `event ${row.seq}`));
}

/** The newest events, oldest first. */
export async function listRecentEvents(
  db: Db,
  query: { limit: number; siteId?: string },
): Promise<JournalEvent[]> {
  const rows = await db.event.findMany({
    where: query.siteId ? { siteId: query.siteId } : {},
    orderBy: { seq: "desc" },
    take: query.limit,
  });
  return rows.reverse().map((row) => readColumn(journalEventSchema, row.body, `event ${row.seq}`));
}

/** For a journal that began anew: what is beyond its end belongs to a former one. */
export async function deleteEventsAfter(db: Db, seq: number): Promise<void> {
  await db.event.deleteMany({ where: { seq: { gt: seq } } });
}

export type NewAuditEntry = {
  at: Date;
  actor: Actor;
  action: string;
  target?: string | undefined;
  siteId?: string | undefined;
  address?: string | undefined;
  detail?: Record<string, unknown> | undefined;
};

export async function insertAuditEntry(db: Db, entry: NewAuditEntry): Promise<void> {
  await db.auditEntry.create({
    data: {
      at: entry.at,
      actorKind: entry.actor.kind,
      actorName: entry.actor.name,
      action: entry.action,
      target: entry.target ?? null,
      siteId: entry.siteId ?? null,
      address: entry.address ?? null,
      detail: JSON.stringify(entry.detail ?? {}),
    },
  });
}

/** Newest first; `before` is the number of the last entry of the page before. */
export async function listAudit(
  db: Db,
  query: { limit: number; before?: number; siteId?: string },
): Promise<AuditEntry[]> {
  const rows = await db.auditEntry.findMany({
    where: {
      ...(query.before === undefined ? {} : { id: { lt: query.before } }),
      ...(query.siteId ? { siteId: query.siteId } : {}),
    },
    orderBy: { id: "desc" },
    take: query.limit,
  });
  return rows.map(auditFromRow);
}

/** Removes what is beyond the bounds. */
export async function pruneHistory(db: Db): Promise<void> {
  const newest = await db.event.findFirst({ orderBy: { seq: "desc" }, select: { seq: true } });
  if (newest) await db.event.deleteMany({ where: { seq: { lte: newest.seq - KEPT.events } } });
  const entry = await db.auditEntry.findFirst({ orderBy: { id: "desc" }, select: { id: true } });
  if (entry) await db.auditEntry.deleteMany({ where: { id: { lte: entry.id - KEPT.audit } } });
  const edge = await db.operation.findFirst({
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    skip: KEPT.operations,
    select: { createdAt: true },
  });
  if (edge) await db.operation.deleteMany({ where: { createdAt: { lte: edge.createdAt } } });
}

function auditFromRow(row: AuditEntryModel): AuditEntry {
  return {
    id: `aud_${row.id}`,
    at: time(row.at),
    actor: actorSchema.parse({ kind: row.actorKind, name: row.actorName }),
    action: row.action,
    target: row.target,
    siteId: row.siteId,
    address: row.address,
    detail: readColumn(z.record(z.string(), z.unknown()), row.detail, `audit entry ${row.id}`),
  };
}
