/** A site as nginx is told of it, with only what a test is about given. */
import { sitePaths } from "../core/layout.ts";
import type { ProxySite } from "../render/nginx/site-config.ts";
import type { Instance } from "../schema/instance.ts";
import { healthCheckSchema, poolSchema, type SiteSpec } from "../schema/site.ts";

export type ProxySiteOverrides = Partial<Omit<ProxySite, "spec">> & {
  instance: Pick<Instance, "data" | "run" | "facts" | "root">;
  spec?: Partial<ProxySite["spec"]>;
};

export function aProxySite({ instance, spec, ...rest }: ProxySiteOverrides): ProxySite {
  const name = rest.name ?? spec?.name ?? "shop";
  const paths = sitePaths(instance, name);
  return {
    siteId: `site_${name.replaceAll("-", "").padEnd(16, "0").slice(0, 16)}`,
    name,
    state: "live",
    currentSocket: paths.currentSocket,
    staticRoot: paths.current,
    accessLog: paths.accessLog,
    errorLog: paths.errorLog,
    ...rest,
    spec: {
      name,
      domains: [`${name}.example.org`],
      static: [] as SiteSpec["static"],
      health: healthCheckSchema.parse({}),
      pool: poolSchema.parse({ workers: 2 }),
      maxBodyBytes: 16 * 1024 ** 2,
      ...spec,
    },
  };
}
