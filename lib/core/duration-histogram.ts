/**
 * Durations in log-scaled buckets: quantiles within five percent from a fixed amount of memory, however many
 * requests there were.
 */

/** Each bucket is this much wider than the one before. */
const GROWTH = 1.1;
const SMALLEST_MS = 0.5;
/** Reaches to about one hour; what is longer falls into the last bucket. */
const BUCKETS = 168;

export type DurationHistogram = { counts: Uint32Array; total: number; maxMs: number };

export function createHistogram(): DurationHistogram {
  return { counts: new Uint32Array(BUCKETS), total: 0, maxMs: 0 };
}

/** Counts one duration in milliseconds. */
export function addDuration(histogram: DurationHistogram, ms: number): void {
  const bucket = bucketOf(ms);
  histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
  histogram.total++;
  if (ms > histogram.maxMs) histogram.maxMs = ms;
}

/** Adds all of `from` to `into`. */
export function addHistogram(into: DurationHistogram, from: DurationHistogram): void {
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    into.counts[bucket] = (into.counts[bucket] ?? 0) + (from.counts[bucket] ?? 0);
  }
  into.total += from.total;
  into.maxMs = Math.max(into.maxMs, from.maxMs);
}

/** The duration that the share `q` (0 to 1) of requests did not exceed, in milliseconds; null when there were none. */
export function quantile(histogram: DurationHistogram, q: number): number | null {
  if (histogram.total === 0) return null;
  const wanted = Math.max(1, Math.ceil(histogram.total * q));
  let seen = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    seen += histogram.counts[bucket] ?? 0;
    if (seen >= wanted) return Math.min(middleOf(bucket), roundMs(histogram.maxMs));
  }
  return roundMs(histogram.maxMs);
}

function bucketOf(ms: number): number {
  if (!(ms > SMALLEST_MS)) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(ms / SMALLEST_MS) / Math.log(GROWTH)));
}

function middleOf(bucket: number): number {
  return bucket === 0 ? SMALLEST_MS : roundMs(SMALLEST_MS * GROWTH ** (bucket - 0.5));
}

function roundMs(ms: number): number {
  return ms >= 100 ? Math.round(ms) : Math.round(ms * 10) / 10;
}
