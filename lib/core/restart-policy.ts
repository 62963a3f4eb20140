/**
 * When to start a process again after it died without being asked to. The first death is answered at once; every
 * further one waits twice as long, with jitter so that many sites do not come back in step. A process that lived
 * long enough starts with a clean record.
 */

export type RestartPolicy = {
  firstDelayMs: number;
  maxDelayMs: number;
  /** A process that lived this long is forgiven its earlier deaths. */
  forgivenAfterMs: number;
  /** This many deaths in a row are called a crash loop. */
  crashLoopDeaths: number;
};

/** Facts §6 calls three quick exits a crash loop; five leaves room for a slow start of a database beside the site. */
export const defaultRestartPolicy: RestartPolicy = {
  firstDelayMs: 250,
  maxDelayMs: 60_000,
  forgivenAfterMs: 60_000,
  crashLoopDeaths: 5,
};

export type RestartDecision = {
  /** Deaths in a row, this one included. */
  deaths: number;
  /** Milliseconds until the next start; 0 for at once. */
  delayMs: number;
  crashLoop: boolean;
  /** One sentence for people. */
  reason: string;
};

/** Decides after a death. `livedMs` is how long the process was up; `random` in [0, 1) adds up to a quarter to the delay. */
export function afterDeath(args: {
  deathsBefore: number;
  livedMs: number;
  random: number;
  policy?: RestartPolicy;
}): RestartDecision {
  const policy = args.policy ?? defaultRestartPolicy;
  const deaths = args.livedMs >= policy.forgivenAfterMs ? 1 : args.deathsBefore + 1;
  if (deaths === 1)
    return { deaths, delayMs: 0, crashLoop: false, reason: "It died once; it is started again at once." };
  const base = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** (deaths - 2));
  const delayMs = Math.round(base * (1 + args.random / 4));
  const crashLoop = deaths >= policy.crashLoopDeaths;
  const wait = delayMs < 1_000 ? `${delayMs} ms` : `${Math.round(delayMs / 1_000)} s`;
  return {
    deaths,
    delayMs,
    crashLoop,
    reason: `It died ${deaths} times in a row; the next try is in ${wait}.`,
  };
}
