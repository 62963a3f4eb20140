/** Which settings a running pool can take over live, and which need a new generation. */
import type { SiteSpec } from "../schema/site.ts";
import { stableHash } from "./stable-hash.ts";

/**
 * Fingerprint of everything that needs a rollout when it changes. The number of workers is left out, because
 * workers come and go live; domains, static mappings, body size and health checks are left out, because they
 * concern nginx and the supervisor only.
 */
export function settingsHash(spec: SiteSpec): string {
  const { workers: _live, ...pool } = spec.pool;
  return stableHash({
    source: spec.source,
    app: { entry: spec.app.entry },
    pool: { ...pool, threads: pool.workerClass === "sync" ? 1 : pool.threads },
    environment: spec.environment,
    env: [...spec.env].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, value }) => ({ name, value })),
    persistent: spec.persistent
      .map(({ path, kind }) => ({ path, kind }))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  });
}

/** Whether the code has to be copied anew, because another folder is meant. */
export function needsNewRelease(before: SiteSpec["source"], after: SiteSpec["source"]): boolean {
  return before.path !== after.path || before.mode !== after.mode;
}
