/**
 * What `getPanel()` offers. Server components read through it and never touch the database; everything that
 * changes something goes through the REST API, that is, through `fetch`.
 */
import type { ConfigFile } from "../control/contract.ts";
import type { SessionView, TokenView, Viewer } from "../schema/account.ts";
import type { JournalEvent } from "../schema/event.ts";
import type { Minute } from "../schema/observed.ts";
import type { Operation } from "../schema/operation.ts";
import type { ReleaseView, SiteHealthView, SiteView } from "../schema/site-view.ts";
import type { StatusView } from "../schema/status-view.ts";
import type { Worker } from "../schema/worker.ts";

export type Locale = "en" | "ja";

/** A page of a list; `nextCursor` is null on the last one. */
export type Page<T> = { data: T[]; nextCursor: string | null };

export type PageQuery = { limit?: number; cursor?: string };

/**
 * Methods that ask the supervisor reject with `PanelError` (code `supervisor-away`, status 503) while it cannot be
 * reached; those marked "always" answer from the database with "unknown" for what only the supervisor knows.
 */
export type Panel = {
  /** REST, health checks and metrics. */
  fetch(request: Request): Promise<Response>;
  /** Who is asking, by session cookie or bearer token; null when nobody is signed in. Always. */
  session(request: { headers: Headers }): Promise<Viewer | null>;
  /** True until the first user exists. Always. */
  needsSetup(): Promise<boolean>;
  sites: {
    /** Sorted by name. Always. */
    list(): Promise<SiteView[]>;
    /** By id or by name; null when there is none. Always. */
    get(idOrName: string): Promise<SiteView | null>;
    health(siteId: string): Promise<SiteHealthView>;
    /** Newest first; from the panel's own history while the supervisor is away. */
    releases(siteId: string): Promise<ReleaseView[]>;
    workers(siteId: string): Promise<Worker[]>;
    /** One entry per minute, oldest first. */
    history(siteId: string, minutes: number): Promise<Minute[]>;
    configFiles(siteId: string): Promise<ConfigFile[]>;
  };
  operations: {
    /** Newest first. Always. */
    list(query?: PageQuery & { siteId?: string }): Promise<Page<Operation>>;
    /** The live one, or the last that was heard of it. Always. */
    get(id: string): Promise<Operation | null>;
  };
  events: {
    /** The newest `limit` events, oldest first. Always. */
    recent(query?: { limit?: number; siteId?: string }): Promise<JournalEvent[]>;
  };
  /** Versions, processes, ports and host. Always. */
  status(): Promise<StatusView>;
  tokens: { list(): Promise<TokenView[]> };
  sessions: { list(viewer: Viewer): Promise<SessionView[]> };
};
