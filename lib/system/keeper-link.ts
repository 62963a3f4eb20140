/**
 * A link to the keeper that outlives the keeper: when the connection ends it is made again, and deaths that happened
 * meanwhile are delivered, because the keeper keeps them until they are acknowledged.
 */
export type { KeeperExit } from "./keeper-client.ts";

import { connectKeeper, type KeeperClient, KeeperError, type KeeperExit } from "./keeper-client.ts";
import type { Clock } from "./system.ts";

const CONNECT_TIMEOUT_MS = 2_000;
const REQUEST_TIMEOUT_MS = 10_000;
const RECONNECT_AFTER_MS = 100;

export type KeeperLink = {
  /** Usable at any time; while the keeper is away its methods reject with code `Closed`. */
  client: KeeperClient;
  connected(): boolean;
  /** How often a keeper with another pid answered than before. */
  changes(): number;
  onConnected(listener: () => void): void;
  close(): void;
};

/** Connects for the first time within `deadlineMs`, then keeps the connection until `close`. */
export async function openKeeperLink(args: {
  path: string;
  clock: Clock;
  deadlineMs: number;
  onExit: (exit: KeeperExit) => void;
}): Promise<KeeperLink> {
  const { path, clock } = args;
  const stop = new AbortController();
  const listeners = new Set<() => void>();
  let live: KeeperClient | null = null;
  let bootId: string | null = null;
  let pid: number | null = null;
  let changes = 0;
  let newest = 0;

  async function connect(): Promise<void> {
    const client = await connectKeeper({
      path,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
    });
    const hello = await client.hello();
    // A keeper that was started anew counts its exits from the beginning.
    if (bootId !== hello.bootId) newest = 0;
    bootId = hello.bootId;
    if (pid !== null && pid !== hello.pid) changes += 1;
    pid = hello.pid;
    live = client;
    await client.subscribe(newest, (exit) => {
      newest = Math.max(newest, exit.seq);
      args.onExit(exit);
      client.acknowledge(exit.seq).catch(() => undefined);
    });
    client.closed.then(() => {
      if (live === client) live = null;
      if (!stop.signal.aborted) void reconnect();
    });
    for (const listener of listeners) listener();
  }

  async function reconnect(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await connect();
        return;
      } catch {
        await clock.sleep(RECONNECT_AFTER_MS, stop.signal).catch(() => undefined);
      }
    }
  }

  const until = clock.monotonic() + args.deadlineMs;
  for (;;) {
    try {
      await connect();
      break;
    } catch (cause) {
      if (clock.monotonic() >= until) throw cause;
      await clock.sleep(RECONNECT_AFTER_MS);
    }
  }

  const through = (): KeeperClient => {
    if (live) return live;
    throw new KeeperError("Closed", "the keeper is away; its launcher starts it again");
  };
  return {
    client: {
      hello: async () => through().hello(),
      status: async () => through().status(),
      listen: async (request) => through().listen(request),
      unlisten: async (name) => through().unlisten(name),
      spawn: async (request) => through().spawn(request),
      signal: async (request) => through().signal(request),
      members: async (pgid) => through().members(pgid),
      waiting: async (names) => through().waiting(names),
      acknowledge: async (seq) => through().acknowledge(seq),
      subscribe: async (after, onExit) => through().subscribe(after, onExit),
      replace: async () => through().replace(),
      shutdown: async () => through().shutdown(),
      close: () => live?.close(),
      closed: new Promise((resolve) => stop.signal.addEventListener("abort", () => resolve())),
    },
    connected: () => live !== null,
    changes: () => changes,
    onConnected: (listener) => listeners.add(listener),
    close() {
      stop.abort();
      live?.close();
    },
  };
}
