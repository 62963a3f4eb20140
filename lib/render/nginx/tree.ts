/**
 * An nginx configuration as data: directives with checked values. Names of directives are a fixed set, and an entry
 * (a line of `map` or `types`) starts with a value; so nothing in a tree can be a string somebody typed.
 */
import { literal, type Value } from "./values.ts";

export const directiveNames = [
  "absolute_redirect",
  "access_log",
  "add_header",
  "alias",
  "charset",
  "client_body_buffer_size",
  "client_body_temp_path",
  "client_body_timeout",
  "client_header_timeout",
  "client_max_body_size",
  "daemon",
  "default_type",
  "disable_symlinks",
  "error_log",
  "error_page",
  "events",
  "fastcgi_temp_path",
  "gzip",
  "gzip_comp_level",
  "gzip_min_length",
  "gzip_proxied",
  "gzip_types",
  "gzip_vary",
  "http",
  "include",
  "keepalive",
  "keepalive_min_timeout",
  "keepalive_timeout",
  "large_client_header_buffers",
  "listen",
  "location",
  "log_format",
  "map",
  "map_hash_bucket_size",
  "pid",
  "proxy_buffer_size",
  "proxy_buffers",
  "proxy_connect_timeout",
  "proxy_hide_header",
  "proxy_http_version",
  "proxy_next_upstream",
  "proxy_pass",
  "proxy_read_timeout",
  "proxy_redirect",
  "proxy_send_timeout",
  "proxy_set_header",
  "proxy_temp_path",
  "reset_timedout_connection",
  "return",
  "scgi_temp_path",
  "send_timeout",
  "sendfile",
  "server",
  "server_name",
  "server_names_hash_bucket_size",
  "server_names_hash_max_size",
  "server_tokens",
  "stub_status",
  "tcp_nopush",
  "types",
  "types_hash_bucket_size",
  "types_hash_max_size",
  "upstream",
  "uwsgi_temp_path",
  "worker_connections",
  "worker_processes",
  "worker_rlimit_nofile",
  "worker_shutdown_timeout",
] as const;
export type DirectiveName = (typeof directiveNames)[number];

export type Directive = {
  readonly kind: "directive";
  readonly name: DirectiveName;
  readonly args: readonly Value[];
  readonly block: readonly Node[] | null;
};
/** A line of `map` or `types`. */
export type Entry = { readonly kind: "entry"; readonly words: readonly Value[] };
export type Comment = { readonly kind: "comment"; readonly text: Value<"literal"> };
export type Node = Directive | Entry | Comment;

/** A directive that ends with a semicolon. */
export function directive(name: DirectiveName, ...args: Value[]): Directive {
  return { kind: "directive", name, args, block: null };
}

/** A directive with a block. */
export function block(name: DirectiveName, args: Value[], nodes: Node[]): Directive {
  return { kind: "directive", name, args, block: nodes };
}

export function entry(...words: Value[]): Entry {
  return { kind: "entry", words };
}

/** A comment of Monban's own source. */
export function comment<const Text extends string>(text: string extends Text ? never : Text): Comment {
  return { kind: "comment", text: literal<Text>(text) };
}
