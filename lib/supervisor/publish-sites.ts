/** Tells nginx which sites there are. Called when a site appears, changes its routing or goes; never for new code. */
import { sitePaths } from "../core/layout.ts";
import { stableHash } from "../core/stable-hash.ts";
import type { DesiredSite } from "../schema/desired.ts";
import type { Context } from "./context.ts";
import type { ProxySite } from "./nginx/proxy.ts";
import { StepFailure } from "./operations.ts";

/** The sites as nginx has to know them right now. A site without a serving generation gets a placeholder. */
export function proxySites(context: Context): ProxySite[] {
  return context.desired.get().sites.map((site) => proxySite(context, site));
}

function proxySite(context: Context, site: DesiredSite): ProxySite {
  const { spec } = site;
  const paths = sitePaths(context.instance, spec.name);
  const runtime = context.sites.get(spec.name);
  const serving = runtime && !runtime.removing ? runtime.current : null;
  return {
    siteId: site.id,
    name: spec.name,
    spec: {
      name: spec.name,
      domains: spec.domains,
      static: spec.static,
      health: spec.health,
      pool: spec.pool,
      maxBodyBytes: spec.maxBodyBytes,
    },
    persistentFolders: spec.persistent.filter(({ kind }) => kind === "directory").map(({ path }) => path),
    state: site.wanted === "started" && serving !== null ? "live" : "stopped",
    currentSocket: paths.currentSocket,
    staticRoot: paths.current,
    ownUsers: context.instance.users !== null,
    accessLog: paths.accessLog,
    errorLog: paths.errorLog,
  };
}

/** Fingerprint of what nginx has to know, so that the plan can tell whether it does. Live scaling is not part of it. */
export function proxyKey(context: Context): string {
  return stableHash(
    proxySites(context).map((site) => ({
      ...site,
      spec: { ...site.spec, pool: { timeoutMs: site.spec.pool.timeoutMs } },
    })),
  );
}

/** Publishes all sites; rejects when nginx did not take it, or when it took it without `siteId`. */
export async function publishSites(context: Context, siteId?: string): Promise<string> {
  const key = proxyKey(context);
  const result = await context.proxy.publish(proxySites(context));
  const now = context.system.clock.now();
  for (const [, runtime] of context.sites) {
    const reason = result.quarantined.find((entry) => entry.siteId === runtime.siteId)?.reason ?? null;
    if (reason !== null && runtime.quarantine === null) {
      context.journal.write({
        type: "quarantine",
        siteId: runtime.siteId ?? undefined,
        active: true,
        reason,
      });
    }
    if (reason === null && runtime.quarantine !== null) {
      context.journal.write({
        type: "quarantine",
        siteId: runtime.siteId ?? undefined,
        active: false,
        reason: "nginx accepts the site again.",
      });
    }
    runtime.quarantine = reason === null ? null : { reason, since: runtime.quarantine?.since ?? now };
  }
  if (result.changed || !result.ok) {
    context.journal.write({
      type: "publish",
      revision: result.revision,
      ok: result.ok,
      detail: result.detail,
    });
  }
  if (!result.ok) {
    throw new StepFailure({
      code: "publish-failed",
      sentence: result.detail,
      hint: "Sites keep the former configuration of nginx.",
    });
  }
  context.publishedKey = key;
  const mine = result.quarantined.find((entry) => entry.siteId === siteId);
  if (mine) {
    throw new StepFailure({
      code: "quarantined",
      sentence: `nginx does not accept this site: ${mine.reason}`,
      hint: "Other sites are not affected. Mend the setting that is named and apply again.",
    });
  }
  return result.changed
    ? `revision ${result.revision} tested, live and verified`
    : `revision ${result.revision} is live already`;
}
