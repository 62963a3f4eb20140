/** Puts the panel together: one database, one control client, one hub, one reader of the journal. */
import os from "node:os";
import { type ControlClient, createControlClient } from "../control/client.ts";
import type { Database } from "../db/client.ts";
import { listAudit, listEventsAfter, listRecentEvents } from "../db/history.ts";
import { deleteUnansweredKeys } from "../db/idempotency.ts";
import type { AuditEntry, Viewer } from "../schema/account.ts";
import type { StatusView } from "../schema/status-view.ts";
import { createAccounts } from "./accounts.ts";
import type { Context } from "./context.ts";
import { createDesired } from "./desired.ts";
import { createHub } from "./hub.ts";
import { ingest } from "./ingest.ts";
import { metricsText } from "./metrics.ts";
import { createObserver } from "./observer.ts";
import { createOperations } from "./operations.ts";
import { asPanelError } from "./problems.ts";
import { ensureSampleSite } from "./sample.ts";
import { createSites } from "./sites.ts";
import { statusView } from "./status.ts";
import { createTokens } from "./tokens.ts";
import type { Page, Panel } from "./types.ts";

export const SESSION_COOKIE = "monban_session";

export type PanelOptions = {
  database: Database;
  /** Of the supervisor. */
  socketPath: string;
  version: string;
  ports: { panel: number; http: number; https: number | null };
  setupTokenFile: string;
  /** Given by the owner for unattended set-up, instead of the file. */
  setupToken?: string | null;
  /** Folder of the sample site; null for none. */
  sampleFolder?: string | null;
  /** Source of a second site beside the sample, for developers of Monban; null for none. */
  breakableFolder?: string | null;
  /** Lets programs on this machine read the metrics without a token. */
  metricsOnLoopback?: boolean;
  cores?: number;
  now?: () => number;
  log?: (sentence: string) => void;
};

/** The panel without its REST API, which is built on it. */
export type PanelCore = Awaited<ReturnType<typeof createPanel>>;

/** `database` is open and migrated. Call `start` to begin reading the journal, `close` to end everything. */
export async function createPanel(options: PanelOptions) {
  const {
    database,
    version,
    ports,
    cores = os.availableParallelism(),
    now = Date.now,
    log = () => {},
  } = options;
  const control: ControlClient = createControlClient({ socketPath: options.socketPath });
  const observer = createObserver(control, now);
  const hub = createHub({ control, readLive: observer.observed });
  const context: Context = { database, control, observer, hub, now, log, version, cores };
  const startedAt = now();
  const { setupToken = null, setupTokenFile, sampleFolder = null, breakableFolder = null } = options;
  const accounts = createAccounts(context, { setupToken, setupTokenFile });
  const tokens = createTokens(context);
  const desired = createDesired(context);
  const sites = createSites(context, desired);
  const operations = createOperations(context);
  const stopping = new AbortController();
  let reading: Promise<void> = Promise.resolve();
  await deleteUnansweredKeys(database.db);

  async function status(): Promise<StatusView> {
    const [observed, revision] = await Promise.all([observer.observed(), desired.revision()]);
    return statusView(observed, { version, now: now(), startedAt, cores, ports, revision });
  }

  async function viewer(headers: Headers): Promise<Viewer | null> {
    const authorization = headers.get("authorization");
    if (authorization !== null) {
      const secret = /^Bearer (mbn_[\w-]+)$/i.exec(authorization)?.[1];
      return secret ? tokens.viewerOfToken(secret) : null;
    }
    const cookie = readCookie(headers.get("cookie") ?? "", SESSION_COOKIE);
    return cookie ? accounts.viewerOfSession(cookie) : null;
  }

  return {
    context,
    accounts,
    tokens,
    sites,
    operations,
    status,
    viewer,
    metricsOnLoopback: options.metricsOnLoopback ?? false,
    inspect: (path: string) => control.inspect(path),
    folders: (path: string) => control.folders(path),
    isReady: async () => (await observer.observed()) !== null,

    async metrics(): Promise<string> {
      const [view, list, observed] = await Promise.all([status(), sites.list(), observer.observed()]);
      return metricsText(view, list, observed?.sites ?? []);
    },

    events: {
      after: (query: { after: number; limit: number; siteId?: string }) =>
        listEventsAfter(database.db, query),
      recent: (query: { limit: number; siteId?: string }) => listRecentEvents(database.db, query),
    },

    async audit(query: { limit: number; cursor?: number; siteId?: string }): Promise<Page<AuditEntry>> {
      const { limit, cursor, siteId } = query;
      const rows = await listAudit(database.db, {
        limit: limit + 1,
        ...(cursor === undefined ? {} : { before: cursor }),
        ...(siteId === undefined ? {} : { siteId }),
      });
      const data = rows.slice(0, limit);
      return {
        data,
        nextCursor: rows.length > limit ? (data.at(-1)?.id.slice("aud_".length) ?? null) : null,
      };
    },

    /** Starts to read the journal; returns at once. The first connection may create the sample site. */
    start(): void {
      reading = ingest(context, {
        signal: stopping.signal,
        async connected() {
          if (await desired.bringInStep()) log("handed the sites over to the supervisor");
          if (sampleFolder !== null) await offerSample(sampleFolder);
        },
      });
    },

    /** Ends all streams and readers, then closes the database. */
    async close(): Promise<void> {
      stopping.abort();
      hub.close();
      await reading;
      await database.close();
    },
  };

  /** A sample that cannot be made is no reason not to read the journal. */
  async function offerSample(folder: string): Promise<void> {
    try {
      await ensureSampleSite(context, sites, folder, breakableFolder);
    } catch (error) {
      log(`the sample site could not be created: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** What pages may read, with errors in the words of the panel, and the API beside it. */
export function asPanel(core: PanelCore, fetch: Panel["fetch"]): Panel {
  const { sites, operations, events, tokens, accounts, status } = core;
  return {
    fetch,
    session: ({ headers }) => inWords(core.viewer(headers)),
    needsSetup: () => inWords(accounts.needsSetup()),
    sites: {
      list: () => inWords(sites.list()),
      get: (idOrName) => inWords(sites.find(idOrName)),
      health: (id) => inWords(sites.health(id)),
      releases: (id) => inWords(sites.releases(id)),
      workers: (id) => inWords(sites.workers(id)),
      history: (id, minutes) => inWords(sites.history(id, minutes)),
      configFiles: (id) => inWords(sites.configFiles(id)),
    },
    operations: {
      list: ({ limit = 50, ...query } = {}) => inWords(operations.list({ limit, ...query })),
      get: (id) => inWords(operations.find(id)),
    },
    events: { recent: ({ limit = 50, ...query } = {}) => inWords(events.recent({ limit, ...query })) },
    status: () => inWords(status()),
    tokens: { list: () => inWords(tokens.list()) },
    sessions: { list: (viewer) => inWords(accounts.sessionsOf(viewer)) },
  };
}

async function inWords<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw asPanelError(error) ?? error;
  }
}

function readCookie(header: string, name: string): string | null {
  for (const part of header.split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}
