/** What all components share about the machine, and the one stream that keeps it fresh. No React in here. */
import type { JournalEvent } from "../../schema/event.ts";
import type { ObservedState, SiteObservation } from "../../schema/observed.ts";
import type { Operation } from "../../schema/operation.ts";
import type { SiteView } from "../../schema/site-view.ts";

/** Without a new status for this long, what is shown is called old, ms. The supervisor observes every 10 s. */
export const STALE_AFTER_MS = 25_000;
const MAX_OPERATIONS = 300;
const MAX_EVENTS = 500;
/** A broken stream is opened again after this, doubled each time up to the limit, ms. */
const RECONNECT_MS = 1_000;
const MAX_RECONNECT_MS = 15_000;

export type Connection = "connecting" | "open" | "lost";

/** The machine without its sites; the panel answers it even while the supervisor is away. */
export type MachineStatus = Omit<ObservedState, "sites" | "desiredRevision">;

export type LiveState = {
  status: MachineStatus | null;
  /** What the supervisor last saw of each site, by id. */
  observations: ReadonlyMap<string, SiteObservation>;
  /** What people set, sorted by name. */
  sites: readonly SiteView[];
  /** When `status` arrived here, by this machine's clock, ms. */
  statusReceivedAt: number;
  /** False when the panel said that it cannot reach the supervisor. */
  supervisorReachable: boolean;
  connection: Connection;
  operations: ReadonlyMap<string, Operation>;
  /** Newest first. */
  events: readonly JournalEvent[];
};

export type LiveStore = ReturnType<typeof createLiveStore>;

/** Makes the store. `connect` opens the stream and answers the function that closes it. */
export function createLiveStore(initial: LiveState) {
  let state = initial;
  const listeners = new Set<() => void>();

  function set(next: Partial<LiveState>): void {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  }

  function putOperation(operation: Operation): void {
    const before = state.operations.get(operation.id);
    if (before && isOlder(operation, before)) return;
    set({ operations: withOperation(state.operations, operation) });
  }

  function putEvent(event: JournalEvent): void {
    if (event.type === "operation") putOperation(event.operation);
    if (state.events.some((known) => known.seq === event.seq)) return;
    const events = [event, ...state.events].sort((a, b) => b.seq - a.seq);
    set({ events: events.slice(0, MAX_EVENTS) });
  }

  function connect(url: string): () => void {
    let source: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let waitMs = RECONNECT_MS;
    let closed = false;

    function open(): void {
      source = new EventSource(url);
      source.onopen = () => {
        waitMs = RECONNECT_MS;
        set({ connection: "open" });
      };
      source.addEventListener("status", (message) => {
        const observed = JSON.parse(message.data) as ObservedState;
        set({
          status: observed,
          observations: new Map(observed.sites.map((site) => [site.siteId, site])),
          statusReceivedAt: Date.now(),
          supervisorReachable: true,
          connection: "open",
        });
      });
      source.addEventListener("journal", (message) => putEvent(JSON.parse(message.data) as JournalEvent));
      source.addEventListener("away", () => set({ supervisorReachable: false, connection: "open" }));
      source.onerror = () => {
        // The browser would try again by itself, but not after an answer that is no stream (503 while starting).
        source?.close();
        if (closed) return;
        set({ connection: "lost" });
        timer = setTimeout(open, waitMs);
        waitMs = Math.min(waitMs * 2, MAX_RECONNECT_MS);
      };
    }

    open();
    return () => {
      closed = true;
      if (timer) clearTimeout(timer);
      source?.close();
    };
  }

  return {
    getState: () => state,
    /** What the server rendered with: the first paint in the browser must agree with it. */
    getInitialState: () => initial,
    subscribe(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    putOperation,
    putEvents(events: readonly JournalEvent[]): void {
      for (const event of events) putEvent(event);
    },
    putSites(sites: readonly SiteView[]): void {
      set({ sites });
    },
    putSite(site: SiteView): void {
      const others = state.sites.filter((other) => other.id !== site.id);
      set({ sites: [...others, site].sort((a, b) => a.name.localeCompare(b.name)) });
    },
    putOperations(operations: readonly Operation[]): void {
      for (const operation of operations) putOperation(operation);
    },
    connect,
  };
}

/** Two sources tell of the same operation; the one that knows less came late. */
function isOlder(candidate: Operation, known: Operation): boolean {
  return progress(candidate) < progress(known);
}

/** Grows with every change of a step, so that answers can be put in order. */
function progress(operation: Operation): number {
  const ended = operation.finishedAt ? 1_000 : 0;
  return operation.steps.reduce((sum, step) => {
    if (step.state === "pending") return sum;
    return sum + (step.state === "running" ? 1 : 2);
  }, ended);
}

function withOperation(
  all: ReadonlyMap<string, Operation>,
  operation: Operation,
): ReadonlyMap<string, Operation> {
  const next = new Map(all).set(operation.id, operation);
  if (next.size <= MAX_OPERATIONS) return next;
  const oldest = [...next.values()].sort((a, b) => a.createdAt.localeCompare(b.createdAt))[0];
  if (oldest) next.delete(oldest.id);
  return next;
}
