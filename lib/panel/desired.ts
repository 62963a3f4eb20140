/**
 * Keeps the supervisor's desired state equal to the database. A change is handed over first and written down when the
 * supervisor has taken it: refused or unreachable means that nothing changed anywhere.
 */
import { ControlProblem } from "../control/client.ts";
import type { Db } from "../db/client.ts";
import { readNumber, writeNumber } from "../db/settings.ts";
import { listSites, type StoredSite } from "../db/sites.ts";
import type { DesiredSite, DesiredState } from "../schema/desired.ts";
import { type Actor, type Operation, systemActor } from "../schema/operation.ts";
import { type Context, createLock } from "./context.ts";

export type Desired = ReturnType<typeof createDesired>;

export function createDesired({ database, control, observer, log }: Context) {
  /** Everything that reads sites in order to change them runs here, one after the other. */
  const exclusively = createLock();

  /** Hands over `sites`, then runs `write` in a transaction. Call it inside of `exclusively`. */
  async function handOver(change: {
    sites: StoredSite[];
    actor: Actor;
    purge?: string[];
    write(db: Db): Promise<void>;
  }): Promise<Operation[]> {
    const before = await listSites(database.db);
    const { actor, purge = [] } = change;
    const { revision, operations } = await put(change.sites, actor, purge);
    try {
      await database.transaction(async (db) => {
        await writeNumber(db, "desired-revision", revision);
        await change.write(db);
      });
    } catch (error) {
      log(`a change could not be written down and is taken back: ${String(error)}`);
      await put(before, systemActor, []).catch((cause) => {
        log(`taking the change back failed, it is tried again: ${String(cause)}`);
      });
      throw error;
    }
    observer.forget();
    return operations;
  }

  async function put(sites: StoredSite[], actor: Actor, purge: string[]) {
    const own = await readNumber(database.db, "desired-revision");
    try {
      return await putAs(own + 1);
    } catch (error) {
      if (!(error instanceof ControlProblem && error.problem.status === 409)) throw error;
      // The supervisor is ahead: a change was handed over and its writing down was interrupted. What is written counts.
      const held = await control.desired();
      return await putAs(Math.max(own, held.revision) + 1);
    }

    async function putAs(revision: number) {
      const desired: DesiredState = { schemaVersion: 1, revision, sites: sites.map(desiredSite) };
      return { revision, operations: await control.putDesired({ desired, actor, purge }) };
    }
  }

  /** Makes the supervisor hold what the database says; true when something had to be handed over. */
  async function bringInStep(): Promise<boolean> {
    return exclusively(async () => {
      const [held, own, sites] = await Promise.all([
        control.desired(),
        readNumber(database.db, "desired-revision"),
        listSites(database.db),
      ]);
      if (held.revision === own && isSame(held.sites, sites.map(desiredSite))) return false;
      const revision = Math.max(held.revision, own) + 1;
      const desired: DesiredState = { schemaVersion: 1, revision, sites: sites.map(desiredSite) };
      await control.putDesired({ desired, actor: systemActor });
      await writeNumber(database.db, "desired-revision", revision);
      observer.forget();
      return true;
    });
  }

  return {
    exclusively,
    handOver,
    bringInStep,
    revision: () => readNumber(database.db, "desired-revision"),
  };
}

function desiredSite({ id, wanted, revision, spec }: StoredSite): DesiredSite {
  return { id, wanted, revision, spec };
}

/** Compares by content: the order of keys and of sites says nothing. */
function isSame(a: DesiredSite[], b: DesiredSite[]): boolean {
  const text = (sites: DesiredSite[]) =>
    JSON.stringify(
      [...sites].sort((x, y) => (x.id < y.id ? -1 : 1)),
      (_, value) =>
        value && typeof value === "object" && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)))
          : value,
    );
  return text(a) === text(b);
}
