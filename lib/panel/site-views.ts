/** What is shown of a site, made from what people set and what was seen. Pure. */
import type { StoredSite } from "../db/sites.ts";
import type { SiteObservation } from "../schema/observed.ts";
import type { EnvVariable } from "../schema/site.ts";
import type { EnvView, SiteHealthView, SiteStatus, SiteView } from "../schema/site-view.ts";
import { releaseId } from "./ids.ts";

/** `seen` is null while the supervisor is away or has not met the site yet: then the state is "unknown". */
export function siteView(site: StoredSite, seen: SiteObservation | null): SiteView {
  const { id, spec, wanted, revision, createdAt, updatedAt } = site;
  return {
    id,
    ...spec,
    env: envView(spec.env),
    wanted,
    state: seen?.state ?? "unknown",
    status: siteStatus(site, seen),
    createdAt,
    updatedAt,
    revision,
  };
}

export function siteStatus({ id, spec }: StoredSite, seen: SiteObservation | null): SiteStatus {
  if (!seen) return { ...NOTHING_KNOWN, workers: { ...NOTHING_KNOWN.workers, wanted: spec.pool.workers } };
  const { health, workers, release, releaseCreatedAt } = seen;
  return {
    health: health.status,
    since: health.since,
    reason: health.reason ?? seen.reason ?? null,
    workers,
    release:
      release === null ? null : { id: releaseId(id, release), number: release, createdAt: releaseCreatedAt },
    generation: seen.generation,
    queueWaiting: seen.queueWaiting,
    traffic: seen.traffic,
    quarantine: seen.quarantine,
    pending: seen.pending,
    operationId: seen.operationId,
  };
}

export function healthView(seen: SiteObservation | null): SiteHealthView {
  if (!seen) return { status: "unknown", since: null, reason: null, checks: [] };
  const { status, since, reason, checks } = seen.health;
  return { status, since, reason: reason ?? null, checks };
}

/** Secret values never leave the panel. */
export function envView(env: EnvVariable[]): EnvView {
  const entries = env.map(({ name, value, secret }) => [name, secret ? { secret: true as const } : value]);
  return Object.fromEntries(entries);
}

/** Hides secret values wherever they stand in a text, such as a generated file. Very short ones would hide half the text. */
export function redact(text: string, env: EnvVariable[]): string {
  const secrets = env.filter(({ secret, value }) => secret && value.length >= 4).map(({ value }) => value);
  // The longest first: a shorter secret may be part of it.
  secrets.sort((a, b) => b.length - a.length);
  let hidden = text;
  for (const value of secrets) {
    hidden = hidden.replaceAll(value, "••••••");
    // As Python and JSON write it between quotes.
    hidden = hidden.replaceAll(JSON.stringify(value).slice(1, -1), "••••••");
  }
  return hidden;
}

const NOTHING_KNOWN: SiteStatus = {
  health: "unknown",
  since: null,
  reason: null,
  workers: { ready: null, busy: null, wanted: 0, threads: null, busyThreads: null },
  release: null,
  generation: null,
  queueWaiting: null,
  traffic: null,
  quarantine: null,
  pending: null,
  operationId: null,
};
