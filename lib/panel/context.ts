/** What every use case works with: the database, the supervisor, the hub and the clock. */
import type { ControlClient } from "../control/client.ts";
import type { Database } from "../db/client.ts";
import type { Viewer } from "../schema/account.ts";
import type { Hub } from "./hub.ts";
import type { Observer } from "./observer.ts";

export type Context = {
  database: Database;
  control: ControlClient;
  observer: Observer;
  hub: Hub;
  /** Milliseconds since the epoch. */
  now(): number;
  log(sentence: string): void;
  version: string;
  cores: number;
};

/** Who asks for a change, and from where. */
export type Caller = { viewer: Viewer; address: string };

/** Runs one after the other what is given to it; a failure does not stop the next. */
export function createLock(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const result = last.then(work, work);
    last = result.catch(() => undefined);
    return result;
  };
}
