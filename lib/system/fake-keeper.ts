/** A keeper made of data, whose children do what a test tells them. */
import type { FakeClock } from "./fake-clock.ts";
import {
  KEEPER_PROTOCOL,
  type KeeperClient,
  KeeperError,
  type KeeperExit,
  type KeeperSocket,
  type SpawnRequest,
} from "./keeper-client.ts";
import type { Files, ProcessStat } from "./system.ts";

export type FakeProcess = {
  readonly pid: number;
  readonly startTime: number;
  readonly name: string;
  /** What it was started with; null for a process that was added by the test, such as a worker. */
  readonly request: SpawnRequest | null;
  readonly group: number;
  readonly isAlive: boolean;
  /** Signals it got, in order. */
  readonly signals: string[];
  /** What it does with a signal other than KILL. Until told otherwise it ends with code 0. */
  onSignal: (signal: string) => void;
  /** Ends it; the keeper reports the exits of its own children. */
  exit(code: number | null, signal?: string | null): void;
};

export type FakeKeeper = KeeperClient & {
  /** Called with each child right after it was spawned; a throw is the system's refusal to execute it. */
  onSpawn: (child: FakeProcess) => void;
  /** Every process that ever was, newest last. */
  readonly all: FakeProcess[];
  alive(name: string): FakeProcess | undefined;
  /** Adds a process to a group, such as a worker to its master's. */
  addMember(leader: FakeProcess, name: string): FakeProcess;
  /** Says whether connections wait at a held socket. */
  setWaiting(name: string, waiting: boolean | null): void;
  sockets: Map<string, KeeperSocket>;
  processStat(pid: number): ProcessStat | null;
};

type Inner = FakeProcess & { isAlive: boolean; since: number };

export function createFakeKeeper({ clock, files }: { clock: FakeClock; files: Files }): FakeKeeper {
  const all: Inner[] = [];
  const exits: KeeperExit[] = [];
  const listeners = new Set<(exit: KeeperExit) => void>();
  const sockets = new Map<string, KeeperSocket>();
  const waiting = new Map<string, boolean | null>();
  const startedAt = clock.now();
  let seq = 0;
  let nextPid = 1000;
  let end: () => void = () => {};
  const closed = new Promise<void>((resolve) => {
    end = resolve;
  });

  function add(name: string, request: SpawnRequest | null, group: number | null): Inner {
    nextPid += 1;
    const pid = nextPid;
    const process: Inner = {
      pid,
      startTime: Math.round(clock.monotonic() / 10) + pid,
      name,
      request,
      group: group ?? pid,
      isAlive: true,
      since: clock.now(),
      signals: [],
      onSignal: () => process.exit(0),
      exit(code, signal = null) {
        if (!process.isAlive) return;
        process.isAlive = false;
        if (request === null) return;
        seq += 1;
        const { startTime } = process;
        const exit: KeeperExit = { seq, name, pid, startTime, code, signal, at: clock.now(), known: true };
        exits.push(exit);
        for (const listener of listeners) queueMicrotask(() => listener(exit));
      },
    };
    all.push(process);
    return process;
  }

  const keeper: FakeKeeper = {
    all,
    sockets,
    closed,
    onSpawn: () => {},
    alive: (name) => all.find((process) => process.name === name && process.isAlive),
    addMember: (leader, name) => add(name, null, leader.group),
    setWaiting: (name, value) => void waiting.set(name, value),
    processStat(pid) {
      const process = all.find((one) => one.pid === pid && one.isAlive);
      if (!process) return null;
      const { startTime, group, since } = process;
      const parent = pid === group ? 1 : group;
      return {
        pid,
        parent,
        group,
        startTime,
        state: "S",
        rssBytes: 30 * 1024 ** 2,
        cpuMs: 0,
        startedAtMs: since,
      };
    },
    hello: async () => ({ protocol: KEEPER_PROTOCOL, pid: 1, startedAt, bootId: "fake" }),
    async status() {
      const groups = new Set(all.filter(({ isAlive }) => isAlive).map(({ group }) => group));
      const children = all.filter(
        ({ request, isAlive, pid }) => request !== null && (isAlive || groups.has(pid)),
      );
      return {
        sockets: [...sockets.values()],
        children: children.map(({ name, pid, startTime, since, isAlive, group }) => {
          const state = isAlive ? ("alive" as const) : ("leaderless" as const);
          return { name, pid, startTime, since, state, pgid: group, adopted: false };
        }),
        exits: [...exits],
        lostExits: 0,
        stopping: false,
        supervisor: { pid: 2, restarts: 0 },
        rssBytes: 10 * 1024 ** 2,
      };
    },
    async listen(request) {
      const address = request.kind === "unix" ? request.path : request.host;
      const port = request.kind === "tcp" ? request.port : null;
      const held = sockets.get(request.name);
      if (held && (held.address !== address || held.port !== port)) {
        throw new KeeperError("Conflict", `${request.name} is bound to another address`);
      }
      const isTaken = [...sockets.values()].some((one) => one.address === address && one.port === port);
      if (!held && isTaken) throw new KeeperError("Conflict", `${address} is held under another name`);
      const socket: KeeperSocket = {
        name: request.name,
        kind: request.kind,
        address,
        port,
        held: true,
        rebound: true,
      };
      sockets.set(request.name, held ?? socket);
      if (request.kind === "unix" && !held) await files.writeAtomic(address, "");
      return held ?? socket;
    },
    async unlisten(name) {
      const socket = sockets.get(name);
      if (!socket) throw new KeeperError("NotFound", `${name} is not held`);
      sockets.delete(name);
      waiting.delete(name);
      if (socket.kind === "unix") await files.remove(socket.address);
    },
    async spawn(request) {
      if (keeper.alive(request.name)) throw new KeeperError("Conflict", `${request.name} is alive already`);
      for (const name of request.sockets) {
        if (!sockets.has(name)) throw new KeeperError("NotFound", `${name} is not held`);
      }
      const child = add(request.name, request, null);
      try {
        keeper.onSpawn(child);
      } catch (cause) {
        all.splice(all.indexOf(child), 1);
        throw cause;
      }
      for (const name of request.sockets) sockets.set(name, { ...sockets.get(name)!, rebound: false });
      return { pid: child.pid, startTime: child.startTime };
    },
    async signal({ pid, startTime, signal, group }) {
      const named = all.find((process) => process.pid === pid && process.startTime === startTime);
      const targets = group
        ? all.filter((process) => process.isAlive && process.group === named?.group)
        : named?.isAlive
          ? [named]
          : [];
      if (targets.length === 0) throw new KeeperError("NotFound", `process ${pid} is not there`);
      for (const process of targets) {
        process.signals.push(signal);
        if (signal === "SIGKILL") process.exit(null, "SIGKILL");
        else process.onSignal(signal);
      }
    },
    async members(pgid) {
      const group = all.filter((process) => process.isAlive && process.group === pgid);
      return group.map(({ pid, startTime }) => ({ pid, startTime }));
    },
    async waiting(names) {
      return Object.fromEntries(
        names.map((name) => [name, sockets.has(name) ? (waiting.get(name) ?? false) : null]),
      );
    },
    async acknowledge(upTo) {
      exits.splice(0, exits.filter((exit) => exit.seq <= upTo).length);
      return exits.length;
    },
    async subscribe(after, onExit) {
      for (const exit of exits.filter((one) => one.seq > after)) queueMicrotask(() => onExit(exit));
      listeners.add(onExit);
      return seq;
    },
    replace: async () => end(),
    async shutdown() {
      for (const process of all.filter(({ isAlive }) => isAlive)) process.exit(null, "SIGTERM");
      end();
    },
    close: () => end(),
  };
  return keeper;
}
