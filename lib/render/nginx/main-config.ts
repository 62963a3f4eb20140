/** nginx.conf: the process, what all sites share, the answer to unknown hosts, and Monban's own status server. */
import { instancePaths } from "../../core/layout.ts";
import type { Instance } from "../../schema/instance.ts";
import { accessLogFormat } from "./access-log.ts";
import { mimeTypes } from "./mime-types.ts";
import { block, comment, directive, entry, type Node } from "./tree.ts";
import {
  absolutePath,
  count,
  duration,
  folder,
  hexToken,
  joined,
  listenAddress,
  literal,
  pattern,
  size,
  unixSocket,
  type Value,
  variable,
} from "./values.ts";
import { isAtLeast, type NginxVersion } from "./version.ts";

export type MainConfig = {
  instance: Pick<Instance, "data" | "run" | "root">;
  nginxVersion: NginxVersion;
  /** `address:port` of every socket the keeper holds for nginx. */
  listen: readonly string[];
  /** Hexadecimal secret; requests that carry it are Monban's own checks and stand in no log. */
  checkToken: string;
  revision: number;
  /** Absolute paths of the sites' files. */
  siteFiles: readonly string[];
  domainCount: number;
  /** The longest time any site lets a request take, ms. */
  longestTimeoutMs: number;
};

/** How many connections may wait in the kernel for nginx; the keeper listens with the same number. */
export const LISTEN_BACKLOG = 4_096;

/** Added to the longest request when old workers are asked to leave, so that none is cut by a reload. */
const SHUTDOWN_MARGIN_MS = 10_000;

export function mainConfig(config: MainConfig): Node[] {
  const paths = instancePaths(config.instance);
  return [
    comment("Written by Monban on every publish; changes made here are lost."),
    directive("daemon", literal("off")),
    directive("pid", absolutePath(paths.nginxPid, "instance.data")),
    directive("error_log", literal("stderr"), literal("warn")),
    directive("worker_processes", literal("auto")),
    directive("worker_rlimit_nofile", count(16_384, "worker_rlimit_nofile")),
    directive(
      "worker_shutdown_timeout",
      duration(config.longestTimeoutMs + SHUTDOWN_MARGIN_MS, "pool.timeoutMs"),
    ),
    block("events", [], [directive("worker_connections", count(4_096, "worker_connections"))]),
    block(
      "http",
      [],
      [
        ...files(paths.nginxTemp),
        ...connections(config.nginxVersion),
        ...compression(),
        ...names(config.domainCount),
        ...maps(config.checkToken),
        directive("log_format", literal("monban"), literal("escape=json"), accessLogFormat()),
        directive("access_log", literal("off")),
        unknownHosts(config.listen),
        statusServer(paths.nginxStatusSocket, config.revision),
        ...config.siteFiles.map((path) => directive("include", absolutePath(path, "instance.data"))),
      ],
    ),
  ];
}

function files(temp: string): Node[] {
  const path = (name: string) => folder(`${temp}/${name}`, "instance.data");
  return [
    directive("client_body_temp_path", path("body")),
    directive("proxy_temp_path", path("proxy")),
    directive("fastcgi_temp_path", path("fastcgi")),
    directive("uwsgi_temp_path", path("uwsgi")),
    directive("scgi_temp_path", path("scgi")),
    directive("default_type", literal("application/octet-stream")),
    block("types", [], mimeTypes()),
    directive("types_hash_max_size", count(4_096, "types_hash_max_size")),
    directive("types_hash_bucket_size", count(128, "types_hash_bucket_size")),
    directive("sendfile", literal("on")),
    directive("tcp_nopush", literal("on")),
  ];
}

function connections(version: NginxVersion): Node[] {
  return [
    directive("server_tokens", literal("off")),
    directive("absolute_redirect", literal("off")),
    directive("keepalive_timeout", duration(65_000, "keepalive_timeout")),
    // Since 1.27.4 an idle connection is not cut the moment a reload begins, just when a visitor reuses it.
    ...(isAtLeast(version, [1, 27, 4])
      ? [directive("keepalive_min_timeout", duration(10_000, "keepalive_min_timeout"))]
      : []),
    directive("client_header_timeout", duration(20_000, "client_header_timeout")),
    directive("client_body_timeout", duration(60_000, "client_body_timeout")),
    directive("send_timeout", duration(60_000, "send_timeout")),
    directive("reset_timedout_connection", literal("on")),
    directive(
      "large_client_header_buffers",
      count(4, "large_client_header_buffers"),
      size(16_384, "large_client_header_buffers"),
    ),
  ];
}

function compression(): Node[] {
  return [
    directive("gzip", literal("on")),
    directive("gzip_vary", literal("on")),
    directive("gzip_proxied", literal("any")),
    directive("gzip_comp_level", count(5, "gzip_comp_level")),
    directive("gzip_min_length", size(1_024, "gzip_min_length")),
    directive(
      "gzip_types",
      literal("text/plain"),
      literal("text/css"),
      literal("text/javascript"),
      literal("text/xml"),
      literal("text/csv"),
      literal("text/markdown"),
      literal("text/calendar"),
      literal("application/javascript"),
      literal("application/json"),
      literal("application/ld+json"),
      literal("application/manifest+json"),
      literal("application/problem+json"),
      literal("application/xml"),
      literal("application/xhtml+xml"),
      literal("application/rss+xml"),
      literal("application/atom+xml"),
      literal("application/wasm"),
      literal("image/svg+xml"),
    ),
  ];
}

function maps(checkToken: string): Node[] {
  const map = (from: Value, to: Value, entries: Node[]) => block("map", [from, to], entries);
  return [
    comment("Only WebSocket may upgrade; everything else closes, because reused connections lose POSTs."),
    map(variable("http_upgrade"), variable("monban_connection"), [
      entry(literal("websocket"), literal("upgrade")),
      entry(literal("default"), literal("close")),
    ]),
    map(variable("http_upgrade"), variable("monban_upgrade"), [
      entry(literal("websocket"), literal("websocket")),
      entry(literal("default"), literal("")),
    ]),
    comment("The port as the visitor typed it; the name itself is the one nginx has checked."),
    map(variable("http_host"), variable("monban_port"), [
      entry(pattern("~(:[0-9]{1,5})$"), variable("1")),
      entry(literal("default"), literal("")),
    ]),
    comment(
      "Browsers send cookies to every port of a host: the panel's session is nothing for sites to see.",
    ),
    map(variable("http_cookie"), variable("monban_cookie"), [
      entry(pattern("~monban_session=.*monban_session="), literal("")),
      entry(pattern("~^monban_session=[^;]*(?:; *(.*))?$"), variable("1")),
      entry(pattern("~^(.*); *monban_session=[^;]*(.*)$"), joined(variable("1"), variable("2"))),
      entry(literal("default"), variable("http_cookie")),
    ]),
    comment("Answers that no worker began are nginx's own."),
    map(variable("upstream_header_time"), variable("monban_served_by"), [
      entry(literal(""), literal("nginx")),
      entry(literal("-"), literal("nginx")),
      entry(literal("default"), literal("worker")),
    ]),
    comment("000 and 009 are not numbers in JSON."),
    map(variable("status"), variable("monban_status"), [
      entry(pattern("~^0"), literal("0")),
      entry(literal("default"), variable("status")),
    ]),
    comment(
      "Names with a hash in them never change; everything else is asked for again, so a reload shows at once.",
    ),
    map(variable("uri"), variable("monban_cache_control"), [
      entry(pattern("~[.-][0-9a-f]{8,64}\\.[A-Za-z0-9.]+$"), literal("public, max-age=31536000, immutable")),
      entry(literal("default"), literal("no-cache")),
    ]),
    comment("Monban's own checks are not traffic."),
    map(variable("http_x_monban_check"), variable("monban_counted"), [
      entry(hexToken(checkToken, "checkToken"), literal("0")),
      entry(literal("default"), literal("1")),
    ]),
  ];
}

/** Tables for names: a bucket holds the longest name, and there is room for all of them. Has to stand before any map. */
function names(domainCount: number): Node[] {
  const room = Math.max(1_024, 2 ** Math.ceil(Math.log2(Math.max(1, domainCount * 4))));
  return [
    directive("map_hash_bucket_size", count(256, "map_hash_bucket_size")),
    directive("server_names_hash_bucket_size", count(512, "server_names_hash_bucket_size")),
    directive("server_names_hash_max_size", count(room, "server_names_hash_max_size")),
  ];
}

function unknownHosts(listen: readonly string[]): Node {
  return block(
    "server",
    [],
    [
      ...listen.map((address) =>
        directive(
          "listen",
          listenAddress(address, "instance.httpAddress"),
          literal("default_server"),
          joined(literal("backlog="), count(LISTEN_BACKLOG, "LISTEN_BACKLOG")),
        ),
      ),
      directive("server_name", literal("")),
      comment("A host nobody claimed reaches no site: the connection is closed."),
      directive("return", literal("444")),
    ],
  );
}

function statusServer(socketPath: string, revision: number): Node {
  return block(
    "server",
    [],
    [
      directive("listen", unixSocket(socketPath, "instance.run")),
      directive("server_name", literal("")),
      block(
        "location",
        [literal("="), literal("/revision")],
        [
          directive("default_type", literal("text/plain")),
          directive(
            "return",
            literal("200"),
            joined(count(revision, "revision"), literal(" "), variable("pid")),
          ),
        ],
      ),
      block("location", [literal("="), literal("/status")], [directive("stub_status")]),
      block("location", [literal("/")], [directive("return", literal("404"))]),
    ],
  );
}
