"use client";

import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { JournalEvent } from "../../schema/event.ts";
import type { SiteObservation } from "../../schema/observed.ts";
import type { Operation } from "../../schema/operation.ts";
import type { SiteView } from "../../schema/site-view.ts";
import { get } from "../api-client.ts";
import type { Page } from "../api-types.ts";
import {
  createLiveStore,
  type LiveState,
  type LiveStore,
  type MachineStatus,
  STALE_AFTER_MS,
} from "./live-store.ts";
import { usePageVisible } from "./page-visible.ts";
import { useNow } from "./use-now.ts";

const LiveContext = createContext<LiveStore | null>(null);

/** Opens the shared status stream while the page is visible; catches up on operations after each pause. */
export function LiveProvider({
  status,
  sites,
  operations,
  events,
  supervisorReachable,
  renderedAt,
  children,
}: {
  status: MachineStatus | null;
  sites: SiteView[];
  operations: Operation[];
  events: JournalEvent[];
  supervisorReachable: boolean;
  renderedAt: number;
  children: ReactNode;
}) {
  const [store] = useState(() =>
    createLiveStore({
      status,
      observations: new Map(),
      sites,
      statusReceivedAt: renderedAt,
      supervisorReachable,
      connection: "connecting",
      operations: new Map(operations.map((operation) => [operation.id, operation])),
      events,
    }),
  );
  const visible = usePageVisible();
  useEffect(() => {
    if (!visible) return;
    const aborter = new AbortController();
    const disconnect = store.connect("/api/v1/stream");
    const stillAway = () => {
      // The stream tells when the panel is away; a missed catch-up needs no second message.
    };
    get<Page<Operation>>("/operations?limit=50", { signal: aborter.signal })
      .then((page) => store.putOperations(page.data))
      .catch(stillAway);
    const lastSeq = store.getState().events[0]?.seq ?? 0;
    get<{ data: JournalEvent[] }>(`/events?after=${lastSeq}&limit=500`, { signal: aborter.signal })
      .then((page) => store.putEvents(page.data))
      .catch(stillAway);
    return () => {
      aborter.abort();
      disconnect();
    };
  }, [visible, store]);

  // Which sites there are and how they are set changes only by operations and edits.
  const changes = useSyncExternalStore(
    store.subscribe,
    () => siteChanges(store.getState()),
    () => "",
  );
  const known = useRef(changes);
  useEffect(() => {
    if (known.current === changes || !visible) return;
    known.current = changes;
    const aborter = new AbortController();
    loadSites(aborter.signal)
      .then((all) => store.putSites(all))
      .catch(() => {
        known.current = "";
      });
    return () => aborter.abort();
  }, [changes, visible, store]);
  return <LiveContext value={store}>{children}</LiveContext>;
}

export function useLiveStore(): LiveStore {
  const store = useContext(LiveContext);
  if (!store) throw new Error("LiveProvider is missing above this component");
  return store;
}

/** A part of the live state; the component renders again only when that part is another one. */
export function useLive<T>(select: (state: LiveState) => T): T {
  const store = useLiveStore();
  return useSyncExternalStore(
    store.subscribe,
    () => select(store.getState()),
    () => select(store.getInitialState()),
  );
}

export function useStatus(): MachineStatus | null {
  return useLive((state) => state.status);
}

export function useSites(): readonly SiteView[] {
  return useLive((state) => state.sites);
}

/** A site by its id, as people set it. */
export function useSite(siteId: string): SiteView | undefined {
  return useLive((state) => state.sites.find((site) => site.id === siteId));
}

export function useSiteObservation(siteId: string): SiteObservation | undefined {
  return useLive((state) => state.observations.get(siteId));
}

export function useOperation(id: string | null | undefined): Operation | undefined {
  return useLive((state) => (id ? state.operations.get(id) : undefined));
}

/** The operation that changes this site right now, if any. */
export function useRunningOperation(siteId: string): Operation | undefined {
  return useLive((state) => {
    for (const operation of state.operations.values())
      if (operation.siteId === siteId && isUnderWay(operation)) return operation;
    return undefined;
  });
}

/** Whether the panel cannot be reached, or the supervisor behind it, or all is well. */
export function useReach(): "ok" | "panel-away" | "supervisor-away" {
  const connection = useLive((state) => state.connection);
  const reachable = useLive((state) => state.supervisorReachable);
  const receivedAt = useLive((state) => state.statusReceivedAt);
  const now = useNow(1_000);
  if (connection === "lost") return "panel-away";
  if (!reachable) return "supervisor-away";
  return connection === "open" && now - receivedAt > STALE_AFTER_MS ? "supervisor-away" : "ok";
}

export function isUnderWay(operation: Operation): boolean {
  return operation.state === "queued" || operation.state === "running";
}

/** Another text whenever a site was made, edited, removed or got another release. */
function siteChanges(state: LiveState): string {
  let text = "";
  for (const site of state.observations.values())
    text += `${site.siteId}:${site.revision}:${site.release ?? ""};`;
  return text;
}

/** Most answers hold all sites; more are fetched page by page. */
async function loadSites(signal: AbortSignal): Promise<SiteView[]> {
  const sites: SiteView[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
    const page: Page<SiteView> = await get<Page<SiteView>>(`/sites?limit=200${query}`, { signal });
    sites.push(...page.data);
    cursor = page.nextCursor ?? null;
  } while (cursor);
  return sites.sort((a, b) => a.name.localeCompare(b.name));
}
