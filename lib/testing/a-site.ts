/** Builders for what tests need: valid values in which only what matters is said. */

import type * as z from "zod";
import type { ObservedSite, ObservedWorld } from "../core/plan.ts";
import { settingsHash } from "../core/settings-hash.ts";
import type { DesiredSite, DesiredState } from "../schema/desired.ts";
import { type SiteSpec, siteSpecSchema } from "../schema/site.ts";

export type SpecInput = z.input<typeof siteSpecSchema>;

/** A spec with every default filled in. */
export function aSpec(args: Partial<SpecInput> = {}): SiteSpec {
  const name = args.name ?? "shop";
  return siteSpecSchema.parse({
    name,
    domains: [`${name}.localhost`],
    source: { kind: "directory", path: `/srv/${name}` },
    app: { entry: "run:app", framework: "flask" },
    pool: { workers: 2 },
    ...args,
  });
}

/** A started site; the id follows the name, so that equal names mean the same site. */
export function aSite(
  args: Partial<SpecInput> & { wanted?: DesiredSite["wanted"]; revision?: number } = {},
): DesiredSite {
  const { wanted = "started", revision = 1, ...spec } = args;
  const built = aSpec(spec);
  return { id: siteId(built.name), wanted, revision, spec: built };
}

export function siteId(name: string): string {
  return `site_${name
    .replace(/[^0-9a-z]/g, "0")
    .padEnd(16, "0")
    .slice(0, 16)}`;
}

export function aDesiredState(sites: DesiredSite[], revision = 1): DesiredState {
  return { schemaVersion: 1, revision, sites };
}

/** The site as it looks when it runs exactly as desired. */
export function aServingSite(site: DesiredSite, changes: Partial<ObservedSite> = {}): ObservedSite {
  return {
    name: site.spec.name,
    siteId: site.id,
    current: {
      number: 1,
      release: 1,
      settingsHash: settingsHash(site.spec),
      workers: site.spec.pool.workers,
      source: site.spec.source,
    },
    generations: [{ number: 1, masterAlive: true, socketHeld: true, orphaned: false }],
    busy: false,
    failedHash: null,
    backoffUntil: 0,
    pausedUntil: 0,
    mayRespawn: false,
    ...changes,
  };
}

/** A world in which nginx and the panel live and nginx knows what it should. */
export function aWorld(sites: ObservedSite[], changes: Partial<ObservedWorld> = {}): ObservedWorld {
  return {
    now: 1_000_000,
    sites,
    nginx: { alive: true, socketsHeld: true, backoffUntil: 0, publishedKey: "key" },
    panel: { alive: true, backoffUntil: 0 },
    ...changes,
  };
}
