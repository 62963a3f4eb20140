/**
 * The decision what to do next: from what is desired and what was observed to a list of steps. Pure; called after
 * every surprise and every few seconds. It never remembers: whatever it decided last time and was not done will
 * simply be decided again. `apply` (lib/supervisor/apply.ts) walks the steps.
 */
import type { DesiredSite, DesiredState } from "../schema/desired.ts";
import { needsNewRelease, settingsHash } from "./settings-hash.ts";

/** One living or recorded incarnation of a site's pool, as observed. */
export type ObservedGeneration = {
  number: number;
  masterAlive: boolean;
  /** Held by the keeper. */
  socketHeld: boolean;
  /** Workers of a dead master live on. */
  orphaned: boolean;
};

export type ObservedSite = {
  name: string;
  siteId: string | null;
  /** The generation that nginx is pointed at, when there is one with a readable record. */
  current: {
    number: number;
    release: number;
    settingsHash: string;
    workers: number;
    source: DesiredSite["spec"]["source"];
  } | null;
  generations: ObservedGeneration[];
  /** An operation works on this site; nothing else may. */
  busy: boolean;
  /** A rollout is busy with it and visitors still depend on the generation that serves: its master may be started again. */
  mayRespawn: boolean;
  /** Fingerprint of the settings whose rollout failed last; not tried again by itself. */
  failedHash: string | null;
  /** No restart of the current master before this time (ms). */
  backoffUntil: number;
  /** An operation failed for a reason that may pass; none is begun again before this time (ms). */
  pausedUntil: number;
};

export type ObservedWorld = {
  now: number;
  sites: ObservedSite[];
  nginx: { alive: boolean; socketsHeld: boolean; backoffUntil: number; publishedKey: string | null };
  panel: { alive: boolean; backoffUntil: number };
};

export type Step =
  | { kind: "create-site"; site: DesiredSite }
  | { kind: "apply-settings"; site: DesiredSite; newRelease: boolean }
  | { kind: "scale"; site: DesiredSite; from: number; to: number }
  | { kind: "start-site"; site: DesiredSite }
  | { kind: "stop-site"; site: DesiredSite }
  | { kind: "respawn-master"; site: DesiredSite; generation: number }
  | { kind: "retire-generation"; siteName: string; generation: number }
  | { kind: "remove-site"; siteName: string }
  | { kind: "start-nginx" }
  | { kind: "publish-proxy" }
  | { kind: "start-panel" };

/**
 * What has to happen so that the world becomes what is desired. `proxyKey` is the fingerprint of the nginx tree that
 * the desired state asks for. Sites do not influence each other, and neither nginx nor the panel waits for a site.
 */
export function plan(desired: DesiredState, world: ObservedWorld, proxyKey: string): Step[] {
  const steps: Step[] = [];
  if (!world.panel.alive && world.now >= world.panel.backoffUntil) steps.push({ kind: "start-panel" });

  // Sockets bound anew after a keeper died are not the ones a living nginx accepts from.
  if (!world.nginx.alive || !world.nginx.socketsHeld) {
    if (world.now >= world.nginx.backoffUntil) steps.push({ kind: "start-nginx" });
  } else if (world.nginx.publishedKey !== proxyKey) {
    if (world.now >= world.nginx.backoffUntil) steps.push({ kind: "publish-proxy" });
  }

  const observedByName = new Map(world.sites.map((site) => [site.name, site]));
  const desiredNames = new Set<string>();
  for (const site of desired.sites) {
    desiredNames.add(site.spec.name);
    const observed = observedByName.get(site.spec.name);
    if (observed?.busy) steps.push(...planBusySite(site, observed, world.now));
    else
      steps.push(
        ...planSite(site, observed, world.now).filter((step) => !isPaused(step, observed, world.now)),
      );
  }
  for (const observed of world.sites) {
    if (!desiredNames.has(observed.name) && !observed.busy && world.now >= observed.pausedUntil)
      steps.push({ kind: "remove-site", siteName: observed.name });
  }
  return steps;
}

function isPaused(step: Step, observed: ObservedSite | undefined, now: number): boolean {
  if (now >= (observed?.pausedUntil ?? 0)) return false;
  return ["create-site", "apply-settings", "scale", "stop-site"].includes(step.kind);
}

/** A reload may take minutes to boot; the site is not to be down for so long because its old master died. */
function planBusySite(site: DesiredSite, observed: ObservedSite, now: number): Step[] {
  const { current, generations, mayRespawn, backoffUntil } = observed;
  const serving = generations.find((generation) => generation.number === current?.number);
  if (!mayRespawn || !serving?.socketHeld || serving.masterAlive || now < backoffUntil) return [];
  return [{ kind: "respawn-master", site, generation: serving.number }];
}

function planSite(site: DesiredSite, observed: ObservedSite | undefined, now: number): Step[] {
  const wantedHash = settingsHash(site.spec);
  const current = observed?.current ?? null;
  const superseded = (observed?.generations ?? [])
    .filter(
      (generation) =>
        generation.number !== current?.number &&
        (generation.masterAlive || generation.socketHeld || generation.orphaned),
    )
    .map(
      (generation): Step => ({
        kind: "retire-generation",
        siteName: site.spec.name,
        generation: generation.number,
      }),
    );

  if (site.wanted === "stopped") {
    // A socket that is still held would let connections wait for a master that never comes.
    const lives = (observed?.generations ?? []).some(
      ({ number, masterAlive, socketHeld, orphaned }) =>
        masterAlive || orphaned || (socketHeld && number === current?.number),
    );
    return lives ? [{ kind: "stop-site", site }] : superseded;
  }
  if (current === null) {
    return observed?.failedHash === wantedHash ? superseded : [...superseded, { kind: "create-site", site }];
  }
  const master = observed?.generations.find((generation) => generation.number === current.number);
  if (!master?.masterAlive) {
    if (now < (observed?.backoffUntil ?? 0)) return superseded;
    const isKnownToFail = current.settingsHash !== wantedHash && observed?.failedHash === wantedHash;
    if (!master?.socketHeld && isKnownToFail) return superseded;
    return master?.socketHeld
      ? [...superseded, { kind: "respawn-master", site, generation: current.number }]
      : [...superseded, { kind: "start-site", site }];
  }
  if (current.settingsHash !== wantedHash) {
    if (observed?.failedHash === wantedHash) return superseded;
    return [
      ...superseded,
      { kind: "apply-settings", site, newRelease: needsNewRelease(current.source, site.spec.source) },
    ];
  }
  if (current.workers !== site.spec.pool.workers) {
    return [...superseded, { kind: "scale", site, from: current.workers, to: site.spec.pool.workers }];
  }
  return superseded;
}
