/** Writes what the hooks of gunicorn write (lib/keeper/monban_gunicorn.py), for workers that exist in a test only. */

export type WorkerRow = {
  pid: number;
  startTime?: number;
  /** Milliseconds since the epoch. */
  startedAt?: number;
  ready?: boolean;
  requests?: number;
  errors5xx?: number;
  /** What it is serving, since when (ms since the epoch). */
  current?: { request: string; since: number };
};

const HEADER_BYTES = 256;
const WORKER_BYTES = 256;
const SLOT_BYTES = 256;
/** One thread and the spare slot. */
const SLOTS = 2;
const ROW_BYTES = WORKER_BYTES + SLOTS * SLOT_BYTES;
const TEXT_AT = 120;
const TEXT_BYTES = 135;

/** Bytes that decodeWorkerFacts (lib/core/worker-facts.ts) reads back. */
export function encodeWorkerFacts(facts: {
  generation: number;
  masterPid: number;
  workers: readonly WorkerRow[];
}): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + facts.workers.length * ROW_BYTES);
  const view = new DataView(bytes.buffer);
  const put = (at: number, value: number) => view.setBigUint64(at, BigInt(value), true);
  bytes.set(new TextEncoder().encode("MONBANF1"));
  put(8, 1);
  put(16, facts.workers.length);
  put(24, SLOTS);
  put(32, facts.generation);
  put(40, facts.masterPid);
  for (const [index, worker] of facts.workers.entries()) {
    const row = HEADER_BYTES + index * ROW_BYTES;
    put(row, worker.pid);
    put(row + 8, worker.startTime ?? 1);
    put(row + 16, worker.startedAt ?? 1);
    put(row + 24, worker.ready === false ? 0 : 1);
    const slot = row + WORKER_BYTES;
    put(slot, worker.requests ?? 0);
    put(slot + 16, worker.errors5xx ?? 0);
    if (!worker.current) continue;
    put(slot + 32, worker.current.since);
    bytes.set(new TextEncoder().encode(worker.current.request).subarray(0, TEXT_BYTES), slot + TEXT_AT);
  }
  return bytes;
}
