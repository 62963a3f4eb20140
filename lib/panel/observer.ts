/** Reads what the supervisor observes; many who ask at once cause one question. */
import type { ControlClient } from "../control/client.ts";
import type { ObservedState, SiteObservation } from "../schema/observed.ts";

/** An answer this young is given again. */
const FRESH_MS = 250;

export type Observer = {
  /** Null while the supervisor cannot be reached. */
  observed(): Promise<ObservedState | null>;
  site(siteId: string): Promise<SiteObservation | null>;
  /** Forgets what was read, after something was changed. */
  forget(): void;
};

export function createObserver(control: Pick<ControlClient, "observed">, now: () => number): Observer {
  let asked: { at: number; answer: Promise<ObservedState | null> } | null = null;

  function observed() {
    if (asked && now() - asked.at < FRESH_MS) return asked.answer;
    // Any failure means that nothing is known; calls that need the supervisor itself say why.
    asked = { at: now(), answer: control.observed().catch(() => null) };
    return asked.answer;
  }

  return {
    observed,
    site: async (siteId) => (await observed())?.sites.find((site) => site.siteId === siteId) ?? null,
    forget: () => {
      asked = null;
    },
  };
}
