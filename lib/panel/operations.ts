/** Operations, live from the supervisor or as they were last heard of. */
import { ControlProblem, SupervisorAway } from "../control/client.ts";
import type { OutputChunk } from "../control/contract.ts";
import { findOperation, insertAuditEntry, listOperations, saveOperation } from "../db/history.ts";
import type { Operation } from "../schema/operation.ts";
import type { Caller, Context } from "./context.ts";
import { problem } from "./problems.ts";
import type { Page } from "./types.ts";

export type Operations = ReturnType<typeof createOperations>;

export function createOperations({ database, control, observer, hub, now }: Context) {
  const { db } = database;

  async function find(
    id: string,
    wait?: { waitMs: number; signal?: AbortSignal },
  ): Promise<Operation | null> {
    const known = await findOperation(db, id);
    if (known?.finishedAt) return known;
    try {
      const live = await control.operation(id, wait);
      await saveOperation(db, live);
      // Whoever learns that it has ended and looks sees what came of it.
      if (live.finishedAt) observer.forget();
      return live;
    } catch (error) {
      if (error instanceof SupervisorAway || isUnknown(error)) return known;
      throw error;
    }
  }

  async function get(id: string, wait?: { waitMs: number; signal?: AbortSignal }): Promise<Operation> {
    const operation = await find(id, wait);
    if (!operation) throw problem("unknown-operation", "There is no such operation.");
    return operation;
  }

  /** Calls `tell` with the operation now and after each of its steps; resolves when it has ended or the signal aborts. */
  async function follow(
    id: string,
    signal: AbortSignal,
    tell: (operation: Operation) => void,
  ): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      let isTold = false;
      const pending: Operation[] = [];
      const pass = (operation: Operation) => {
        tell(operation);
        if (operation.finishedAt) end();
      };
      const leave = hub.watchEvents((event) => {
        if (event.type !== "operation" || event.operation.id !== id) return;
        if (isTold) pass(event.operation);
        else pending.push(event.operation);
      });
      const end = () => {
        leave();
        signal.removeEventListener("abort", end);
        resolve();
      };
      signal.addEventListener("abort", end);
      // Read after joining, so that no step falls between the two.
      get(id).then(
        (operation) => {
          isTold = true;
          pass(operation);
          const done = (it: Operation) => it.steps.filter((step) => step.endedAt !== null).length;
          for (const later of pending)
            if (!operation.finishedAt && done(later) >= done(operation)) pass(later);
        },
        (error) => {
          leave();
          reject(error);
        },
      );
      if (signal.aborted) end();
    });
  }

  return {
    find,
    get,
    follow,

    async list(query: { limit: number; cursor?: string; siteId?: string }): Promise<Page<Operation>> {
      const { limit, cursor, siteId } = query;
      const rows = await listOperations(db, {
        limit: limit + 1,
        ...(cursor ? { before: cursor } : {}),
        ...(siteId ? { siteId } : {}),
      });
      const data = rows.slice(0, limit);
      return { data, nextCursor: rows.length > limit ? (data.at(-1)?.id ?? null) : null };
    },

    async output(
      id: string,
      query: { offset: number; waitMs: number; signal?: AbortSignal },
    ): Promise<OutputChunk> {
      try {
        return await control.output(id, query);
      } catch (error) {
        if (!isUnknown(error)) throw error;
        // Known to the panel, forgotten by the supervisor: what it printed is gone.
        const known = await findOperation(db, id);
        if (!known) throw problem("unknown-operation", "There is no such operation.");
        return { text: "", nextOffset: query.offset, finished: true };
      }
    },

    async cancel(caller: Caller, id: string): Promise<Operation> {
      const operation = await get(id);
      let cancelled: Operation;
      try {
        cancelled = await control.cancel(id);
      } catch (error) {
        if (isUnknown(error)) throw problem("unknown-operation", "There is no such operation.");
        throw error;
      }
      await insertAuditEntry(db, {
        at: new Date(now()),
        actor: caller.viewer.actor,
        action: "operation.cancel",
        target: operation.kind,
        siteId: operation.siteId,
        address: caller.address,
        detail: { operationId: id },
      });
      return cancelled;
    },
  };
}

function isUnknown(error: unknown): boolean {
  return error instanceof ControlProblem && error.problem.status === 404;
}
