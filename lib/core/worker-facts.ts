/**
 * Reads what the hooks of gunicorn wrote about their workers (lib/keeper/monban_gunicorn.py, where the layout is
 * described). The site's own code can write to these files too, so nothing in them is trusted: what does not fit is
 * left out, and numbers are bounded.
 */

export type WorkerActivity = {
  method: string;
  /** Without the query; cut after about 130 bytes. */
  path: string;
  /** Milliseconds since the epoch. */
  since: number;
  forMs: number;
};

export type WorkerFact = {
  pid: number;
  /** Field 22 of /proc/<pid>/stat: with the pid it names a process for good. */
  startTime: number;
  /** Milliseconds since the epoch. */
  startedAt: number;
  /** It has loaded the application. */
  ready: boolean;
  /** Of one worker; known from the layout of the file. */
  threads: number;
  busyThreads: number;
  requests: number;
  errors4xx: number;
  errors5xx: number;
  latencySumMs: number;
  /** Counts by latency; `latencyBucketsMs` holds the upper ends. */
  latencyBuckets: number[];
  /** The request it has been serving longest. */
  current?: WorkerActivity;
  /** Everything it is serving, longest first. */
  serving: WorkerActivity[];
  /** True when it writes its stacks on SIGURG. */
  writesStacks: boolean;
  /** Errors of the hooks themselves; above 0 the other numbers may be too low. */
  hookErrors: number;
};

export type WorkerFacts = {
  generation: number;
  masterPid: number;
  /** Workers that have loaded the application. */
  ready: number;
  /** Those that have not ended, as far as the master could tell; by pid. */
  workers: WorkerFact[];
  hookErrors: number;
};

const HEADER_BYTES = 256;
const WORKER_BYTES = 256;
const SLOT_BYTES = 256;
const BUCKETS = 20;
const BUCKETS_AT = 40;
const TEXT_AT = 120;
const TEXT_BYTES = 136;
const MAX_ROWS = 1_024;
const MAX_SLOTS = 1_024;
const LAYOUT = 1;
const MAX_PID = 2 ** 22;
/** A worker that claims to be busy for longer is not believed. */
const MAX_BUSY_MS = 366 * 24 * 3_600_000;

/** Upper ends of the latency buckets in milliseconds; the last has none. */
export const latencyBucketsMs: readonly number[] = Array.from({ length: BUCKETS }, (_, bucket) =>
  bucket === BUCKETS - 1 ? Number.POSITIVE_INFINITY : (128 * 2 ** bucket) / 1_000,
);

/** The facts, or null when the bytes are not such a file. `nowMs` in milliseconds since the epoch. */
export function decodeWorkerFacts(bytes: Uint8Array, nowMs: number): WorkerFacts | null {
  if (bytes.byteLength < HEADER_BYTES) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (ascii(bytes.subarray(0, 8)) !== "MONBANF1" || u64(view, 8) !== LAYOUT) return null;
  const rows = u64(view, 16);
  const slots = u64(view, 24);
  if (rows > MAX_ROWS || slots < 1 || slots > MAX_SLOTS) return null;
  const rowBytes = WORKER_BYTES + slots * SLOT_BYTES;
  const workers: WorkerFact[] = [];
  let hookErrors = u64(view, 64);
  for (let row = 0; row < rows; row += 1) {
    const at = HEADER_BYTES + row * rowBytes;
    if (at + rowBytes > bytes.byteLength) break;
    const worker = decodeWorker({ view, bytes, at, slots, nowMs });
    if (!worker) continue;
    hookErrors += worker.hookErrors;
    workers.push(worker);
  }
  workers.sort((one, other) => one.pid - other.pid);
  return {
    generation: u64(view, 32),
    masterPid: u64(view, 40),
    ready: workers.filter((worker) => worker.ready).length,
    workers,
    hookErrors,
  };
}

type RowPlace = { view: DataView; bytes: Uint8Array; at: number; slots: number; nowMs: number };

function decodeWorker({ view, bytes, at, slots, nowMs }: RowPlace): WorkerFact | null {
  const pid = u64(view, at);
  const exitedAt = u64(view, at + 32);
  if (pid < 1 || pid > MAX_PID || exitedAt !== 0) return null;
  const worker: WorkerFact = {
    pid,
    startTime: u64(view, at + 8),
    startedAt: Math.min(u64(view, at + 16), nowMs),
    ready: u64(view, at + 24) !== 0,
    // One slot is spare, for the main thread of a worker whose others serve.
    threads: Math.max(1, slots - 1),
    busyThreads: 0,
    requests: 0,
    errors4xx: 0,
    errors5xx: 0,
    latencySumMs: 0,
    latencyBuckets: new Array<number>(BUCKETS).fill(0),
    serving: [],
    writesStacks: u64(view, at + 56) !== 0,
    hookErrors: u64(view, at + 40),
  };
  for (let slot = 0; slot < slots; slot += 1) {
    addSlot(worker, { view, bytes, at: at + WORKER_BYTES + slot * SLOT_BYTES, nowMs });
  }
  worker.serving.sort((one, other) => one.since - other.since);
  if (worker.serving[0]) worker.current = worker.serving[0];
  return worker;
}

function addSlot(worker: WorkerFact, { view, bytes, at, nowMs }: Omit<RowPlace, "slots">): void {
  worker.requests += u64(view, at);
  worker.errors4xx += u64(view, at + 8);
  worker.errors5xx += u64(view, at + 16);
  worker.latencySumMs += u64(view, at + 24) / 1_000;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    worker.latencyBuckets[bucket]! += view.getUint32(at + BUCKETS_AT + bucket * 4, true);
  }
  const since = u64(view, at + 32);
  if (since === 0 || since < nowMs - MAX_BUSY_MS) return;
  worker.busyThreads += 1;
  const { method, path } = activity(bytes.subarray(at + TEXT_AT, at + TEXT_AT + TEXT_BYTES));
  // Clocks of two processes may differ by a moment.
  const bounded = Math.min(since, nowMs);
  worker.serving.push({ method, path, since: bounded, forMs: nowMs - bounded });
}

/** `METHOD /path`; what a person could not read is replaced. */
function activity(bytes: Uint8Array): { method: string; path: string } {
  const end = bytes.indexOf(0);
  const text = new TextDecoder()
    .decode(end < 0 ? bytes : bytes.subarray(0, end))
    .replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
  const space = text.indexOf(" ");
  const method = space < 0 ? "" : text.slice(0, space);
  return /^[A-Za-z-]{1,20}$/.test(method)
    ? { method, path: text.slice(space + 1).split("?")[0]! }
    : { method: "?", path: "?" };
}

export type WorkerExit = {
  /** Counts the exits of one master, from 1. */
  n: number;
  pid: number;
  startTime: number;
  startedAt: number;
  at: number;
  /** Both are null when gunicorn did not tell. */
  code: number | null;
  signal: string | null;
  /** gunicorn gave up on it, because it was silent for longer than the timeout; its code may be 0 all the same. */
  timedOut: boolean;
  ready: boolean;
  /** `METHOD /path` of everything it was busy with. */
  serving: string[];
  requests: number;
};

/** The lines of a `.exits` file that are whole and make sense, in order. */
export function decodeWorkerExits(text: string): WorkerExit[] {
  return text.split("\n").flatMap((line) => {
    const record = jsonObject(line);
    if (!record) return [];
    const whole = (name: string) => {
      const value = record[name];
      return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
    };
    const pid = whole("pid");
    const at = whole("at");
    if (pid === null || pid < 1 || pid > MAX_PID || at === null) return [];
    const { signal, serving } = record;
    return [
      {
        n: whole("n") ?? 0,
        pid,
        startTime: whole("startTime") ?? 0,
        startedAt: whole("startedAt") ?? 0,
        at,
        code: whole("code"),
        signal: typeof signal === "string" && /^[A-Za-z0-9 +]{1,20}$/.test(signal) ? signal : null,
        timedOut: record.timedOut === true,
        ready: record.ready === true,
        serving: (Array.isArray(serving) ? serving : [])
          .filter((entry) => typeof entry === "string")
          .slice(0, 16)
          .map((entry) => entry.slice(0, 200).replace(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd")),
        requests: whole("requests") ?? 0,
      },
    ];
  });
}

function jsonObject(line: string): Record<string, unknown> | null {
  if (!line.startsWith("{") || line.length > 8_192) return null;
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function ascii(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

/** A number above what JavaScript counts exactly was not written by the hooks; it reads as 0. */
function u64(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : 0;
}
