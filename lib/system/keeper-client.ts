/**
 * A connection to the keeper: JSON lines over its unix socket (lib/keeper/README.md is the protocol).
 * When the connection ends, `closed` resolves and whatever was under way is rejected; to connect again is the caller's business.
 */
import { createConnection, type Socket } from "node:net";
import type { KeeperExit, KeeperHello, KeeperProcess, KeeperSocket, KeeperStatus } from "./keeper-facts.ts";
import {
  parseExit,
  parseHello,
  parseProcess,
  parseSocket,
  parseStatus,
  readArray,
  readNumber,
  readRecord,
} from "./keeper-replies.ts";

export type {
  KeeperChild,
  KeeperExit,
  KeeperHello,
  KeeperProcess,
  KeeperSocket,
  KeeperStatus,
} from "./keeper-facts.ts";

export const KEEPER_PROTOCOL = 1;

/** Longest line taken from the keeper. It never queues more than 4 MiB for a client. */
const MAX_LINE_CHARACTERS = 8 * 1024 * 1024;

/** `mode`, `uid` and `gid` are those of the socket file; its mode is 0600 unless told otherwise. */
export type ListenRequest = { name: string; backlog: number; mode?: number; uid?: number; gid?: number } & (
  | { kind: "unix"; path: string }
  | { kind: "tcp"; host: string; port: number }
);

/** A log file, opened for appending; created with 0640. */
export type KeeperOutput = string | { path: string; uid?: number; gid?: number };

export type ProcessLimit =
  | "as"
  | "core"
  | "cpu"
  | "data"
  | "fsize"
  | "memlock"
  | "nofile"
  | "nproc"
  | "stack";

export type SpawnRequest = {
  name: string;
  argv: readonly string[];
  cwd: string;
  /** The whole environment; nothing is inherited. */
  env: Readonly<Record<string, string>>;
  stdout: KeeperOutput;
  stderr: KeeperOutput;
  /** Names of held sockets; the process finds them at descriptors 3, 4, … in this order. */
  sockets: readonly string[];
  /** How the process is told: LISTEN_FDS, nginx's NGINX variable, or not at all. */
  inherit: "systemd" | "nginx" | "none";
  uid?: number;
  gid?: number;
  groups?: readonly number[];
  umask?: number;
  /** -1 is unlimited. */
  limits?: Partial<Record<ProcessLimit, number>>;
};

export type SpawnReply = KeeperProcess;

/** With `group`, `pid` is a child of the keeper, dead or alive, and everybody in its process group is meant. */
export type SignalRequest = KeeperProcess & { signal: NodeJS.Signals; group: boolean };

export type KeeperClient = {
  hello(): Promise<KeeperHello>;
  status(): Promise<KeeperStatus>;
  listen(request: ListenRequest): Promise<KeeperSocket>;
  unlisten(name: string): Promise<void>;
  /** Rejects with the system's code (ENOENT, EACCES, …) when the program could not be executed. */
  spawn(request: SpawnRequest): Promise<SpawnReply>;
  /** Rejects with NotFound when it is not that process any more. */
  signal(request: SignalRequest): Promise<void>;
  members(pgid: number): Promise<KeeperProcess[]>;
  /** Whether connections wait to be accepted; null when the keeper does not hold the socket and cannot know. */
  waiting(names: readonly string[]): Promise<Record<string, boolean | null>>;
  /** Forgets exits up to and including `seq`; how many remain. */
  acknowledge(seq: number): Promise<number>;
  /** Every unacknowledged exit after `after` and all future ones; resolves with the number of the newest exit so far. */
  subscribe(after: number, onExit: (exit: KeeperExit) => void): Promise<number>;
  replace(): Promise<void>;
  shutdown(): Promise<void>;
  close(): void;
  closed: Promise<void>;
};

/**
 * What the keeper refused, or why it could not be asked. Codes: errno names, BadRequest, NotFound, Conflict, TooLarge;
 * from this side Timeout, Closed and BadReply.
 */
export class KeeperError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "KeeperError";
    this.code = code;
  }
}

export type ConnectKeeperOptions = { path: string; connectTimeoutMs: number; requestTimeoutMs: number };

/** Connects and says hello, so that what is returned has already answered once. */
export async function connectKeeper(options: ConnectKeeperOptions): Promise<KeeperClient> {
  const client = talk(await connect(options), options.requestTimeoutMs);
  try {
    const { protocol } = await client.hello();
    if (protocol === KEEPER_PROTOCOL) return client;
    throw new KeeperError("BadReply", `the keeper speaks protocol ${protocol}, not ${KEEPER_PROTOCOL}`);
  } catch (error) {
    client.close();
    throw error;
  }
}

function connect({ path, connectTimeoutMs }: ConnectKeeperOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ path });
    const fail = (code: string, reason: string, cause?: Error) => {
      clearTimeout(deadline);
      socket.destroy();
      reject(new KeeperError(code, `no connection to the keeper at ${path}: ${reason}`, { cause }));
    };
    const deadline = setTimeout(
      () => fail("Timeout", `none within ${connectTimeoutMs} ms`),
      connectTimeoutMs,
    );
    const onError = (error: NodeJS.ErrnoException) => fail(error.code ?? "Closed", error.message, error);
    socket.once("error", onError);
    socket.once("connect", () => {
      clearTimeout(deadline);
      socket.off("error", onError);
      resolve(socket);
    });
  });
}

type Pending = {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  deadline: NodeJS.Timeout;
};

function talk(socket: Socket, requestTimeoutMs: number): KeeperClient {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  let onExit: (exit: KeeperExit) => void = () => undefined;
  let ending = new KeeperError("Closed", "the keeper ended the connection");
  let open = true;

  const closed = new Promise<void>((resolve) => {
    socket.on("error", (error) => {
      ending = new KeeperError("Closed", `the connection to the keeper failed: ${error.message}`, {
        cause: error,
      });
    });
    socket.on("close", () => {
      open = false;
      for (const request of pending.values()) {
        clearTimeout(request.deadline);
        request.reject(ending);
      }
      pending.clear();
      resolve();
    });
  });

  const giveUp = (error: KeeperError) => {
    ending = error;
    socket.destroy();
  };

  const onReply = (message: Record<string, unknown>) => {
    const error = message.error === undefined ? null : parseError(message.error);
    if (message.id === null && error) {
      ending = error; // refused before any request was read; the keeper closes now
      return;
    }
    const request = pending.get(readNumber(message, "id"));
    if (!request) return; // it came after its deadline
    pending.delete(readNumber(message, "id"));
    clearTimeout(request.deadline);
    if (error) request.reject(error);
    else request.resolve(message.result);
  };

  const onLine = (line: string) => {
    let exit: KeeperExit | null = null;
    try {
      const message = readRecord(JSON.parse(line));
      if (message.event === "exit") exit = parseExit(message);
      else onReply(message);
    } catch (error) {
      giveUp(
        new KeeperError("BadReply", `the keeper said something unexpected: ${String(error)}`, {
          cause: error,
        }),
      );
    }
    if (exit) onExit(exit); // outside: what the listener throws is the listener's
  };
  readLines(socket, onLine, () => giveUp(new KeeperError("BadReply", "the keeper's answer does not end")));

  async function request<Result>(
    method: string,
    params: object,
    parse: (result: unknown) => Result,
  ): Promise<Result> {
    if (!open || socket.destroyed) throw ending;
    const id = nextId++;
    const result = await new Promise<unknown>((resolve, reject) => {
      const deadline = setTimeout(() => {
        pending.delete(id);
        reject(
          new KeeperError("Timeout", `the keeper did not answer ${method} within ${requestTimeoutMs} ms`),
        );
      }, requestTimeoutMs);
      pending.set(id, { resolve, reject, deadline });
      socket.write(`${JSON.stringify({ id, method, params })}\n`);
    });
    try {
      return parse(result);
    } catch (error) {
      throw new KeeperError(
        "BadReply",
        `the keeper's answer to ${method} is not understood: ${String(error)}`,
        { cause: error },
      );
    }
  }

  const nothing = () => undefined;
  return {
    hello: () => request("hello", {}, parseHello),
    status: () => request("status", {}, parseStatus),
    listen: (params) => request("listen", params, parseSocket),
    unlisten: (name) => request("unlisten", { name }, nothing),
    spawn: (params) => request("spawn", params, parseProcess),
    signal: ({ pid, startTime, signal, group }) =>
      request("signal", { pid, startTime, signal, group }, nothing),
    members: (pgid) =>
      request("members", { pgid }, (result) => readArray(readRecord(result), "members", parseProcess)),
    waiting: (names) => request("waiting", { names }, parseWaiting),
    acknowledge: (seq) =>
      request("acknowledge", { seq }, (result) => readNumber(readRecord(result), "remaining")),
    subscribe(after, listener) {
      onExit = listener;
      return request("subscribe", { after }, (result) => readNumber(readRecord(result), "lastSeq"));
    },
    replace: () => request("replace", {}, nothing),
    shutdown: () => request("shutdown", {}, nothing),
    close() {
      giveUp(new KeeperError("Closed", "the connection to the keeper was closed"));
    },
    closed,
  };
}

function readLines(socket: Socket, onLine: (line: string) => void, onEndless: () => void) {
  let rest = "";
  socket.setEncoding("utf8");
  socket.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (!socket.destroyed) onLine(line);
    if (rest.length > MAX_LINE_CHARACTERS) onEndless();
  });
}

function parseError(value: unknown): KeeperError {
  const { code, message } = readRecord(value);
  return new KeeperError(
    typeof code === "string" ? code : "BadReply",
    typeof message === "string" ? message : "no reason given",
  );
}

function parseWaiting(result: unknown): Record<string, boolean | null> {
  const entries = Object.entries(readRecord(result));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === "boolean" ? value : null]),
  );
}
