/**
 * Visitors that count. Raw sockets, so that nothing is retried behind our back: what failed is counted as failed, by
 * kind, and what was answered is checked. Sends only to this machine.
 */
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type Answer, createAnswerReader } from "./http-answer.ts";

export type LoadTarget = { host: "127.0.0.1" | "::1" | "localhost"; port: number } | { socketPath: string };

export type FailureKind =
  /** Nobody listens, or the queue is full. */
  | "refused"
  /** The connection was reset. */
  | "reset"
  /** The connection ended without a whole answer. */
  | "cut"
  | "timeout"
  /** Answered with another status than 2xx. */
  | "status"
  /** Answered, but not with what was expected, or without its token. */
  | "body"
  | "other";

export type LoadFailure = { at: string; kind: FailureKind; request: string; detail: string };

export type LoadReport = {
  sent: number;
  ok: number;
  failed: number;
  failures: Record<FailureKind, number>;
  /** Milliseconds from connect to the last byte, of answered requests. */
  latency: { p50: number; p95: number; max: number };
  /** The first 20. */
  firstFailures: LoadFailure[];
  /** The newest, so that the first and this one tell how long something was broken. */
  lastFailure: LoadFailure | null;
  /** Longest time in milliseconds in which nobody got a right answer. */
  longestSilenceMs: number;
  /** Requests by what the answer's JSON calls `version`, so that a test sees which generation served. */
  versions: Record<string, number>;
  /** Connections that were opened. */
  connections: number;
  /** POSTs whose answer came and was right: the application must have stored exactly these. */
  posted: number;
  /** POSTs that failed: the application may or may not have stored them. */
  unsure: number;
  durationMs: number;
};

export type LoadOptions = {
  target: LoadTarget;
  hostHeader: string;
  clients?: number;
  paths?: readonly string[];
  /** Share of POSTs, 0 to 1, and the size of their bodies. */
  posts?: { share: number; bodyBytes?: number };
  /** One connection per client, used again while the server allows; otherwise one per request. */
  keepAlive?: boolean;
  /** All clients together; as fast as they are answered when left out. */
  requestsPerSecond?: number;
  /** Stops by itself after this; otherwise runs until `stop`, at most ten minutes. */
  durationMs?: number;
  requestTimeoutMs?: number;
  /** Every answer must contain this. */
  expectBody?: string;
  /** Sends a unique `X-Monban-Token` that the answer must contain. */
  tokens?: boolean;
};

export type Load = {
  snapshot(): LoadReport;
  /** No new requests; those under way are awaited. May be called twice. */
  stop(): Promise<LoadReport>;
};

const MAX_DURATION_MS = 600_000;
const FIRST_FAILURES = 20;
/** A client whose connection fails at once waits this long, so that it does not count the same outage a thousand times. */
const PAUSE_AFTER_FAILURE_MS = 10;
const LATENCIES_KEPT = 200_000;

let runs = 0;

/** Starts the clients at once. */
export function startLoad(options: LoadOptions): Load {
  const { clients = 24, durationMs = MAX_DURATION_MS } = options;
  const run = `${process.pid.toString(36)}-${Date.now().toString(36)}-${(runs++).toString(36)}`;
  const startedAt = performance.now();
  const counts = emptyCounts(startedAt);
  const stopping = new AbortController();
  const limit = setTimeout(() => stopping.abort(), Math.min(durationMs, MAX_DURATION_MS));
  const schedule = createSchedule(options.requestsPerSecond, startedAt);
  const all = Promise.all(
    Array.from({ length: clients }, () =>
      runClient({ options, run, counts, schedule, signal: stopping.signal }),
    ),
  );
  return {
    snapshot: () => report(counts, startedAt),
    async stop() {
      stopping.abort();
      clearTimeout(limit);
      await all;
      return report(counts, startedAt);
    },
  };
}

type Counts = {
  sent: number;
  ok: number;
  connections: number;
  posted: number;
  unsure: number;
  failures: Record<FailureKind, number>;
  firstFailures: LoadFailure[];
  lastFailure: LoadFailure | null;
  longestSilenceMs: number;
  /** When the newest right answer came. */
  answeredAt: number;
  versions: Record<string, number>;
  latencies: number[];
  maxMs: number;
};

function emptyCounts(startedAt: number): Counts {
  const failures = { refused: 0, reset: 0, cut: 0, timeout: 0, status: 0, body: 0, other: 0 };
  return {
    sent: 0,
    ok: 0,
    connections: 0,
    posted: 0,
    unsure: 0,
    failures,
    firstFailures: [],
    lastFailure: null,
    longestSilenceMs: 0,
    answeredAt: startedAt,
    versions: {},
    latencies: [],
    maxMs: 0,
  };
}

/** When the next request of all clients is due, in milliseconds from now. */
function createSchedule(requestsPerSecond: number | undefined, startedAt: number): () => number {
  if (!requestsPerSecond) return () => 0;
  let next = startedAt;
  return () => {
    const due = next;
    next = Math.max(next, performance.now() - 1_000) + 1_000 / requestsPerSecond;
    return Math.max(0, due - performance.now());
  };
}

type ClientArgs = {
  options: LoadOptions;
  run: string;
  counts: Counts;
  schedule: () => number;
  signal: AbortSignal;
};

async function runClient({ options, run, counts, schedule, signal }: ClientArgs): Promise<void> {
  const { paths = ["/"], posts, keepAlive = false, requestTimeoutMs = 30_000 } = options;
  let kept: Socket | null = null;
  while (!signal.aborted) {
    const waitMs = schedule();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) break;
    const number = counts.sent++;
    const path = paths[number % paths.length] ?? "/";
    // Spread evenly over all requests rather than drawn by lot, so that two runs are alike.
    const share = posts?.share ?? 0;
    const isPost = Math.floor((number + 1) * share) > Math.floor(number * share);
    const token = `${run}-${number}`;
    const request = requestText({ options, path, isPost, token, keepAlive });
    const sentAt = performance.now();
    // Closed by the server in the meantime: a browser opens another one too.
    if (kept && (kept.destroyed || kept.readableEnded || !kept.writable)) kept = null;
    const outcome = await exchange({
      target: options.target,
      request,
      timeoutMs: requestTimeoutMs,
      kept,
      counts,
    });
    kept =
      keepAlive && outcome.socket && outcome.kind === "answer" && outcome.answer.keepAlive
        ? outcome.socket
        : null;
    if (!kept) outcome.socket?.destroy();
    const failure = outcome.kind === "answer" ? judge(outcome.answer, options, token) : outcome;
    if (!failure) {
      counts.ok++;
      if (isPost) counts.posted++;
      if (outcome.kind === "answer") countVersion(counts, outcome.answer);
      const now = performance.now();
      counts.longestSilenceMs = Math.max(counts.longestSilenceMs, now - counts.answeredAt);
      counts.answeredAt = now;
      countLatency(counts, now - sentAt);
      continue;
    }
    if (isPost) counts.unsure++;
    counts.failures[failure.kind]++;
    const { kind, detail } = failure;
    const at = new Date().toISOString();
    counts.lastFailure = { at, kind, request: `${isPost ? "POST" : "GET"} ${path}`, detail };
    if (counts.firstFailures.length < FIRST_FAILURES) counts.firstFailures.push(counts.lastFailure);
    if (failure.kind === "refused") await sleep(PAUSE_AFTER_FAILURE_MS);
  }
  kept?.destroy();
}

type Outcome =
  | { kind: "answer"; answer: Answer; socket: Socket }
  | { kind: FailureKind; detail: string; socket?: Socket };

type Exchange = {
  target: LoadTarget;
  request: string;
  timeoutMs: number;
  kept: Socket | null;
  counts: Counts;
};

function exchange({ target, request, timeoutMs, kept, counts }: Exchange): Promise<Outcome> {
  return new Promise((resolve) => {
    const reader = createAnswerReader();
    const socket = kept ?? connect("socketPath" in target ? { path: target.socketPath } : target);
    if (!kept) {
      counts.connections++;
      // A kept connection may fail while nobody uses it; that shows when it is used again.
      socket.on("error", () => undefined);
    }
    let connected = kept !== null;
    const finish = (outcome: Outcome) => {
      clearTimeout(timer);
      socket.off("data", take).off("end", end).off("error", fail);
      resolve(outcome);
    };
    const timer = setTimeout(
      () => finish({ kind: "timeout", detail: `no whole answer within ${timeoutMs} ms`, socket }),
      timeoutMs,
    );
    const take = (bytes: Buffer) => {
      try {
        const answer = reader.push(bytes);
        if (answer) finish({ kind: "answer", answer, socket });
      } catch (error) {
        finish({ kind: "other", detail: (error as Error).message, socket });
      }
    };
    const end = () => {
      const answer = reader.end();
      if (answer) finish({ kind: "answer", answer, socket });
      else finish({ kind: "cut", detail: "the connection ended before the answer was whole", socket });
    };
    const fail = (error: NodeJS.ErrnoException) =>
      finish({ kind: connected ? afterConnect(error) : "refused", detail: error.message, socket });
    if (!kept) socket.once("connect", () => (connected = true));
    socket.on("data", take).on("end", end).on("error", fail);
    socket.write(request);
  });
}

function afterConnect(error: NodeJS.ErrnoException): FailureKind {
  return error.code === "ECONNRESET" || error.code === "EPIPE" ? "reset" : "other";
}

function judge(
  answer: Answer,
  options: LoadOptions,
  token: string,
): { kind: FailureKind; detail: string } | null {
  const { status, body, headers } = answer;
  if (status < 200 || status > 299)
    return { kind: "status", detail: `${status} ${body.toString("latin1", 0, 120)}` };
  const { expectBody, tokens } = options;
  if (expectBody !== undefined && !body.includes(expectBody)) {
    return {
      kind: "body",
      detail: `without ${JSON.stringify(expectBody)}: ${body.toString("utf8", 0, 120)}`,
    };
  }
  if (tokens && !body.includes(token) && !headers.includes(token)) {
    return { kind: "body", detail: `without its token ${token}: ${body.toString("utf8", 0, 120)}` };
  }
  return null;
}

function requestText(args: {
  options: LoadOptions;
  path: string;
  isPost: boolean;
  token: string;
  keepAlive: boolean;
}): string {
  const { options, path, isPost, token, keepAlive } = args;
  const head = [
    `${isPost ? "POST" : "GET"} ${path} HTTP/1.1`,
    `Host: ${options.hostHeader}`,
    "User-Agent: monban-load",
    `Connection: ${keepAlive ? "keep-alive" : "close"}`,
    ...(options.tokens ? [`X-Monban-Token: ${token}`] : []),
  ];
  if (!isPost) return `${head.join("\r\n")}\r\n\r\n`;
  const body = `token=${token}&`.padEnd(options.posts?.bodyBytes ?? 0, "x");
  const type = "Content-Type: application/x-www-form-urlencoded";
  return `${head.join("\r\n")}\r\n${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

function countVersion(counts: Counts, { body }: Answer): void {
  const version = /"version": ?"([^"]{1,40})"/.exec(body.toString("latin1", 0, 300))?.[1];
  if (version !== undefined) counts.versions[version] = (counts.versions[version] ?? 0) + 1;
}

function countLatency(counts: Counts, ms: number): void {
  counts.maxMs = Math.max(counts.maxMs, ms);
  // Beyond what is kept the newest replace the oldest; a run that long is a run of the present.
  if (counts.latencies.length < LATENCIES_KEPT) counts.latencies.push(ms);
  else counts.latencies[counts.ok % LATENCIES_KEPT] = ms;
}

function report(counts: Counts, startedAt: number): LoadReport {
  const { latencies, maxMs, answeredAt: _, ...rest } = counts;
  const sorted = Float64Array.from(latencies).sort();
  const at = (share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return {
    ...rest,
    failed: Object.values(counts.failures).reduce((sum, count) => sum + count, 0),
    failures: { ...counts.failures },
    firstFailures: [...counts.firstFailures],
    longestSilenceMs: round(counts.longestSilenceMs),
    versions: { ...counts.versions },
    latency: { p50: at(0.5), p95: at(0.95), max: round(maxMs) },
    durationMs: Math.round(performance.now() - startedAt),
  };
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
