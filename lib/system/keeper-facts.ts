/** What the keeper tells: processes, sockets, exits, and all of it at once (lib/keeper/README.md). */

/** A process that cannot be mistaken for another: its pid and field 22 of /proc/<pid>/stat. */
export type KeeperProcess = { pid: number; startTime: number };

export type KeeperHello = { protocol: number; pid: number; startedAt: number; bootId: string };

/**
 * `held` is false while a survivor of a dead keeper has the socket and does not share it; `rebound` is true while
 * nobody was spawned with it since it had to be bound anew.
 */
export type KeeperSocket = {
  name: string;
  kind: "unix" | "tcp";
  address: string;
  port: number | null;
  held: boolean;
  rebound: boolean;
};

/** `leaderless`: the process itself is dead, others of its group (`pgid`) are alive. `since` in ms since the epoch. */
export type KeeperChild = KeeperProcess & {
  name: string;
  since: number;
  state: "alive" | "leaderless";
  pgid: number;
  adopted: boolean;
};

/** `known` is false for processes adopted from a dead keeper: then code and signal are null. `at` in ms since the epoch. */
export type KeeperExit = KeeperProcess & {
  seq: number;
  name: string;
  code: number | null;
  signal: string | null;
  at: number;
  known: boolean;
};

export type KeeperStatus = {
  sockets: KeeperSocket[];
  children: KeeperChild[];
  exits: KeeperExit[];
  lostExits: number;
  stopping: boolean;
  supervisor: { pid: number | null; restarts: number };
  rssBytes: number;
};
