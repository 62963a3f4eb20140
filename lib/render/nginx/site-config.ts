/** sites/<name>.conf: one site, served by its workers, or answered by a placeholder. */
import type { SiteSpec } from "../../schema/site.ts";
import { unavailablePage } from "./pages.ts";
import { block, comment, type Directive, directive, type Node } from "./tree.ts";
import {
  absolutePath,
  count,
  duration,
  folder,
  hostName,
  joined,
  listenAddress,
  literal,
  pattern,
  siteLabel,
  size,
  unixSocket,
  urlFolder,
  type Value,
  variable,
} from "./values.ts";
import { isAtLeast, type NginxVersion } from "./version.ts";

/** What nginx needs to know of a site. */
export type ProxySite = {
  siteId: string;
  name: string;
  spec: Pick<SiteSpec, "name" | "domains" | "static" | "health" | "pool" | "maxBodyBytes">;
  state: "live" | "stopped" | "quarantined";
  /** The symbolic link nginx connects through (sitePaths.currentSocket). */
  currentSocket: string;
  /** Folder relative static mappings lie in (sitePaths.current). */
  staticRoot: string;
  /** Folders inside the release that are links to data kept elsewhere, relative; static files may lie in them. */
  persistentFolders?: readonly string[];
  /** Sites run as users of their own, and nginx may read what all of them own. */
  ownUsers?: boolean;
  accessLog: string;
  errorLog: string;
};

/** nginx gives up this long after the worker should have, so that the worker's own timeout leaves its traces first. */
export const UPSTREAM_TIMEOUT_MARGIN_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;

export function siteConfig(
  site: ProxySite,
  { listen, nginxVersion }: { listen: readonly string[]; nginxVersion: NginxVersion },
): Node[] {
  const head = [
    ...listen.map((address) => directive("listen", listenAddress(address, "instance.httpAddress"))),
    directive(
      "server_name",
      ...site.spec.domains.map((domain, index) => hostName(domain, `domains.${index}`)),
    ),
    directive(
      "access_log",
      absolutePath(site.accessLog, "accessLog"),
      literal("monban"),
      joined(literal("if="), variable("monban_counted")),
    ),
    directive("error_log", absolutePath(site.errorLog, "errorLog"), literal("warn")),
  ];
  if (site.state !== "live") return [block("server", [], [...head, ...placeholder()])];
  return [
    upstream(site, nginxVersion),
    block(
      "server",
      [],
      [
        ...head,
        // nginx takes 0 for "no limit"; one byte is the least it can enforce.
        directive("client_max_body_size", size(Math.max(1, site.spec.maxBodyBytes), "maxBodyBytes")),
        ...staticLocations(site),
        workerLocation(site),
        directive(
          "error_page",
          literal("502"),
          literal("503"),
          literal("504"),
          literal("@monban_unavailable"),
        ),
        unavailableLocation(),
      ],
    ),
  ];
}

function upstream(site: ProxySite, version: NginxVersion): Directive {
  return block(
    "upstream",
    [upstreamName(site)],
    [
      directive(
        "server",
        unixSocket(site.currentSocket, "currentSocket"),
        joined(literal("fail_timeout="), literal("0")),
      ),
      // Since 1.29.7 connections are kept unless this says otherwise; kept ones lose POSTs when workers recycle.
      ...(isAtLeast(version, [1, 29, 7]) ? [directive("keepalive", count(0, "keepalive"))] : []),
    ],
  );
}

function upstreamName(site: ProxySite): Value {
  return joined(literal("monban_"), siteLabel(site.name, "name"));
}

function workerLocation(site: ProxySite): Directive {
  const timeout = duration(site.spec.pool.timeoutMs + UPSTREAM_TIMEOUT_MARGIN_MS, "pool.timeoutMs");
  const visitorHost = joined(variable("host"), variable("monban_port"));
  const header = (name: Value, value: Value) => directive("proxy_set_header", name, value);
  return block(
    "location",
    [literal("/")],
    [
      directive("proxy_pass", joined(literal("http://"), upstreamName(site))),
      directive("proxy_http_version", literal("1.1")),
      header(literal("Connection"), variable("monban_connection")),
      header(literal("Upgrade"), variable("monban_upgrade")),
      header(literal("Host"), visitorHost),
      comment("Monban is the edge: what visitors claim about themselves is replaced or dropped."),
      header(literal("X-Real-IP"), variable("remote_addr")),
      header(literal("X-Forwarded-For"), variable("remote_addr")),
      header(literal("X-Forwarded-Proto"), variable("scheme")),
      header(literal("X-Forwarded-Host"), visitorHost),
      header(literal("X-Forwarded-Port"), variable("server_port")),
      header(literal("X-Forwarded-Prefix"), literal("")),
      header(literal("X-Forwarded-Protocol"), literal("")),
      header(literal("X-Forwarded-Ssl"), literal("")),
      header(literal("Forwarded"), literal("")),
      header(literal("Proxy"), literal("")),
      header(literal("X-Monban-Check"), literal("")),
      header(literal("Cookie"), variable("monban_cookie")),
      header(literal("X-Request-ID"), variable("request_id")),
      directive("proxy_hide_header", literal("X-Request-ID")),
      requestIdHeader(),
      directive("proxy_redirect", literal("off")),
      directive("proxy_buffer_size", size(16_384, "proxy_buffer_size")),
      directive("proxy_buffers", count(8, "proxy_buffers"), size(16_384, "proxy_buffers")),
      directive("proxy_connect_timeout", duration(CONNECT_TIMEOUT_MS, "proxy_connect_timeout")),
      directive("proxy_send_timeout", timeout),
      directive("proxy_read_timeout", timeout),
      comment("There is one upstream, and a request that may have been begun is never sent twice."),
      directive("proxy_next_upstream", literal("off")),
    ],
  );
}

/**
 * Static files. Links below the mapped folder are not followed, because a site's code could otherwise have nginx
 * read what other sites own; the way to the folder itself does go through Monban's links (the current release).
 * Folders a release holds as links to kept data get a location of their own. Where sites have users of their own,
 * code could put a link in place of the mapped folder itself: there every link below `current` counts only when what
 * it points at belongs to the same user.
 */
function staticLocations(site: ProxySite): Directive[] {
  return site.spec.static.flatMap(({ urlPath, directory }, index) => {
    const field = `static.${index}`;
    const root = directory.startsWith("/") ? directory : `${site.staticRoot}/${directory}`;
    const links: Value[] =
      site.ownUsers && !directory.startsWith("/")
        ? [literal("if_not_owner"), joined(literal("from="), folder(site.staticRoot, "staticRoot"))]
        : [];
    const inside = directory.startsWith("/") ? [] : foldersInside(site.persistentFolders ?? [], directory);
    return [
      staticLocation({ url: urlPath, directory: root, field, links }),
      ...inside.map((path) =>
        staticLocation({
          url: `${urlPath}${path}/`,
          directory: `${withoutSlash(root)}/${path}`,
          field,
          links,
        }),
      ),
    ];
  });
}

function staticLocation({
  url,
  directory,
  field,
  links,
}: {
  url: string;
  directory: string;
  field: string;
  /** Which links are followed, as `disable_symlinks` takes it; none below the folder when empty. */
  links: Value[];
}): Directive {
  const path = folder(directory, `${field}.directory`);
  return block(
    "location",
    [literal("^~"), urlFolder(url, `${field}.urlPath`)],
    [
      directive("alias", path),
      directive(
        "disable_symlinks",
        ...(links.length > 0 ? links : [literal("on"), joined(literal("from="), path)]),
      ),
      directive("add_header", literal("Cache-Control"), variable("monban_cache_control")),
      directive("add_header", literal("X-Content-Type-Options"), literal("nosniff")),
      servedByNginx(),
      requestIdHeader(),
      block(
        "location",
        [literal("~"), dotFile()],
        [servedByNginx(), requestIdHeader(), directive("return", literal("404"))],
      ),
    ],
  );
}

/** The paths that lie under `directory`, relative to it. */
function foldersInside(folders: readonly string[], directory: string): string[] {
  const prefix = `${withoutSlash(directory)}/`;
  return folders
    .map(withoutSlash)
    .filter((path) => path.startsWith(prefix) && path.length > prefix.length)
    .map((path) => path.slice(prefix.length));
}

function withoutSlash(path: string): string {
  return path.replace(/\/+$/, "");
}

/** Any part that begins with a dot, except the folder made for it. */
function dotFile(): Value {
  return pattern("/\\.(?!well-known/)");
}

function placeholder(): Node[] {
  return [
    block("location", [literal("/")], [directive("return", literal("503"))]),
    directive("error_page", literal("503"), literal("@monban_unavailable")),
    unavailableLocation(),
  ];
}

/** The status stays that of the error that led here. */
function unavailableLocation(): Directive {
  return block(
    "location",
    [literal("@monban_unavailable")],
    [
      directive("default_type", literal("text/html")),
      directive("charset", literal("utf-8")),
      directive("add_header", literal("Cache-Control"), literal("no-store"), literal("always")),
      directive("add_header", literal("Retry-After"), literal("5"), literal("always")),
      servedByNginx(),
      requestIdHeader(),
      directive("return", literal("503"), unavailablePage()),
    ],
  );
}

function servedByNginx(): Directive {
  return directive("add_header", literal("X-Served-By"), literal("nginx"), literal("always"));
}

function requestIdHeader(): Directive {
  return directive("add_header", literal("X-Request-Id"), variable("request_id"), literal("always"));
}
