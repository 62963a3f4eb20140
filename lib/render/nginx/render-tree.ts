/** The whole configuration of nginx as files, from the sites it shall serve. */
import { instancePaths } from "../../core/layout.ts";
import type { Instance } from "../../schema/instance.ts";
import { mainConfig } from "./main-config.ts";
import { serialize } from "./serialize.ts";
import { type ProxySite, siteConfig, UPSTREAM_TIMEOUT_MARGIN_MS } from "./site-config.ts";
import type { NginxVersion } from "./version.ts";

export type ProxyTree = {
  instance: Pick<Instance, "data" | "run" | "root">;
  /** Number the live configuration answers with on the status socket. */
  revision: number;
  nginxVersion: NginxVersion;
  sites: readonly ProxySite[];
  /** `address:port` of every socket the keeper holds for nginx, such as `0.0.0.0:8080`. */
  listen: readonly string[];
  /** Hexadecimal secret of Monban's own checks. */
  checkToken: string;
  /** Folder the files will lie in; that of the revision when left out. */
  folder?: string;
};

/**
 * Relative path → text: `nginx.conf` and one `sites/<name>.conf` for each site. Throws RefusedValue, which names the
 * field, when a value is not allowed; the caller decides what becomes of that site.
 */
export function renderProxyTree(tree: ProxyTree): Map<string, string> {
  const folder = tree.folder ?? `${instancePaths(tree.instance).nginxRevisions}/${tree.revision}`;
  const files = new Map<string, string>();
  files.set("nginx.conf", "");
  for (const site of tree.sites) {
    files.set(siteFile(site.name), renderSite(site, tree));
  }
  const main = mainConfig({
    ...tree,
    siteFiles: tree.sites.map((site) => `${folder}/${siteFile(site.name)}`),
    domainCount: tree.sites.reduce((sum, site) => sum + site.spec.domains.length, 0),
    longestTimeoutMs: Math.max(
      30_000,
      ...tree.sites.map((site) => site.spec.pool.timeoutMs + UPSTREAM_TIMEOUT_MARGIN_MS),
    ),
  });
  files.set("nginx.conf", serialize(main));
  return files;
}

/** The text of one site's file; throws RefusedValue. */
export function renderSite(site: ProxySite, context: Pick<ProxyTree, "listen" | "nginxVersion">): string {
  return serialize(siteConfig(site, context));
}

/** Where a site's file lies in the tree. */
export function siteFile(name: string): string {
  return `sites/${name}.conf`;
}
