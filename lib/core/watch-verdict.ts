/** After cut over: is the new generation worse than the one it replaced? */

export type WatchSample = {
  masterAlive: boolean;
  /** Workers of the new generation that died without being asked to, since cut over. */
  workerDeaths: number;
  requests: number;
  errors5xx: number;
  /** Share of server errors of the former generation over its last minute, 0 to 1; null when it had no traffic. */
  formerErrorRate: number | null;
};

/** Fewer errors than this may be chance. */
const ENOUGH_ERRORS = 3;
/** The new error rate must exceed the former by this much (absolute share) to count as worse. */
const WORSE_BY = 0.1;

/** `null` while all is well; otherwise the sentence that explains the way back. */
export function watchVerdict(sample: WatchSample): string | null {
  if (!sample.masterAlive) return "The new gunicorn master died after cut over.";
  if (sample.workerDeaths > 0) {
    return `${sample.workerDeaths} worker${sample.workerDeaths === 1 ? "" : "s"} of the new release died after cut over.`;
  }
  if (sample.errors5xx >= ENOUGH_ERRORS && sample.requests > 0) {
    const rate = sample.errors5xx / sample.requests;
    if (rate > (sample.formerErrorRate ?? 0) + WORSE_BY) {
      return `${sample.errors5xx} of ${sample.requests} requests ended in a server error after cut over.`;
    }
  }
  return null;
}
