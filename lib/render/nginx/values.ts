/**
 * The values that may stand in an nginx configuration. Every type is an allow-list with its own constructor, and
 * only constructors make values: a plain string does not fit the tree (tree.ts). Quoting is not protection in nginx,
 * because `$` still expands and `\n` still becomes a newline inside quotes; so what is not allowed is refused.
 */

declare const brand: unique symbol;

/** A checked value: literal text and variables, written as one word. */
export type Value<Kind extends string = string> = {
  readonly [brand]: Kind;
  readonly parts: readonly Part[];
};
export type Part = { readonly text: string } | { readonly variable: string };

/** A value that is not allowed: which field, why, and what to write instead. */
export class RefusedValue extends Error {
  readonly field: string;
  readonly repair: string;

  constructor({ field, found, repair }: { field: string; found: unknown; repair: string }) {
    super(`${field}: ${show(found)} cannot be written into the nginx configuration. ${repair}`);
    this.name = "RefusedValue";
    this.field = field;
    this.repair = repair;
  }
}

const genuine = new WeakSet<object>();

/** True for values that came out of a constructor of this file; the serializer asks, in case types were evaded. */
export function isGenuine(value: Value): boolean {
  return genuine.has(value);
}

/** A constant of Monban's own source. A string that is only known at run time does not fit the type. */
export function literal<const Text extends string>(
  text: string extends Text ? never : Text,
): Value<"literal"> {
  const given: string = text;
  if (!/^[^\u0000-\u001f\u007f$\\]*$/u.test(given)) {
    throw new RefusedValue({
      field: "literal",
      found: given,
      repair: "Leave out control characters, $ and \\.",
    });
  }
  return make([{ text: given }]);
}

/** A regular expression of Monban's own source; in it nginx takes `$` and backslashes as they are. */
export function pattern<const Text extends string>(
  text: string extends Text ? never : Text,
): Value<"pattern"> {
  const given: string = text;
  if (!/^[\u0020\u0021\u0023-\u007e]+$/.test(given)) {
    throw new RefusedValue({
      field: "pattern",
      found: given,
      repair: "Use printable ASCII without quotes.",
    });
  }
  return make([{ text: given }]);
}

/** What Monban reads from nginx, and the variables its maps define. */
export const variableNames = [
  "body_bytes_sent",
  "bytes_sent",
  "host",
  "http_cookie",
  "http_host",
  "http_referer",
  "http_upgrade",
  "http_user_agent",
  "http_x_monban_check",
  "monban_cache_control",
  "monban_connection",
  "monban_cookie",
  "monban_counted",
  "monban_port",
  "monban_served_by",
  "monban_status",
  "monban_upgrade",
  "msec",
  "pid",
  "remote_addr",
  "request_id",
  "request_length",
  "request_method",
  "request_time",
  "scheme",
  "server_port",
  "status",
  "time_iso8601",
  "upstream_connect_time",
  "upstream_header_time",
  "upstream_response_time",
  "upstream_status",
  "uri",
  "1",
  "2",
] as const;
export type VariableName = (typeof variableNames)[number];

export function variable(name: VariableName): Value<"variable"> {
  if (!variableNames.includes(name)) {
    throw new RefusedValue({
      field: "variable",
      found: name,
      repair: "Add it to the list of known variables.",
    });
  }
  return make([{ variable: name }]);
}

/** Several values as one word, such as `fail_timeout=0` or a log format. */
export function joined(...values: Value[]): Value<"joined"> {
  for (const value of values) {
    if (!isGenuine(value)) throw new TypeError("Only values of this module can be joined.");
  }
  return make(values.flatMap((value) => value.parts));
}

/** A host name in its ASCII form. */
export function hostName(text: string, field: string): Value<"host"> {
  const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  return matching({
    text,
    field,
    allowed: new RegExp(`^(?=.{1,253}$)(${label}\\.)*${label}$`),
    repair: "Use a plain host name such as shop.example.org, in lower case.",
  });
}

/** `address:port` with an IPv4 address, or an IPv6 address in brackets. */
export function listenAddress(text: string, field: string): Value<"listen"> {
  const repair = "Use an address and a port, such as 0.0.0.0:8080 or [::]:8080.";
  const match = /^(?:((?:\d{1,3}\.){3}\d{1,3})|\[([0-9a-f:]{2,39})\]):(\d{1,5})$/.exec(text);
  const octetsFit = (match?.[1] ?? "0").split(".").every((octet) => Number(octet) <= 255);
  const port = Number(match?.[3] ?? 0);
  if (!match || !octetsFit || port < 1 || port > 65_535)
    throw new RefusedValue({ field, found: text, repair });
  return make([{ text }]);
}

const allowedInPaths = /^\/[A-Za-z0-9_@%+=:,.~/ -]*$/;

/** An absolute path of at most 1,024 characters, without `..`, quotes, `$` and the like. */
export function absolutePath(text: string, field: string): Value<"path"> {
  const value = matching({
    text,
    field,
    allowed: allowedInPaths,
    repair: "Use an absolute path of letters, digits, spaces and _ @ % + = : , . ~ - / only.",
  });
  if (text.length > 1_024 || text.split("/").some((part) => part === "." || part === "..")) {
    throw new RefusedValue({
      field,
      found: text,
      repair: "Leave out . and .. and stay below 1024 characters.",
    });
  }
  return value as Value<"path">;
}

/** A folder for `alias`: both it and the location must end with a slash, or `/static../` would climb out. */
export function folder(text: string, field: string): Value<"path"> {
  return absolutePath(text.endsWith("/") ? text : `${text}/`, field);
}

/** The path part of a URL that names a folder: begins and ends with a slash. It is compared after decoding. */
export function urlFolder(text: string, field: string): Value<"url-folder"> {
  absolutePath(text, field);
  return matching({
    text,
    field,
    allowed: /^\/([^/]+\/)+$/,
    repair: "Start and end with a slash, without empty parts, such as /static/.",
  });
}

/** Linux keeps 108 bytes for the path of a unix socket, one of them for the NUL at its end. */
export const MAX_SOCKET_PATH_BYTES = 107;

/** `unix:` and the path of a socket. A colon would end the path early. */
export function unixSocket(path: string, field: string): Value<"socket"> {
  absolutePath(path, field);
  if (path.includes(":") || path.length > MAX_SOCKET_PATH_BYTES) {
    throw new RefusedValue({
      field,
      found: path,
      repair: `Use a socket path without colons, of at most ${MAX_SOCKET_PATH_BYTES} bytes.`,
    });
  }
  return make([{ text: `unix:${path}` }]);
}

export function count(number: number, field: string): Value<"count"> {
  return make([{ text: wholeNumber(number, field) }]);
}

/** A size in bytes. */
export function size(bytes: number, field: string): Value<"size"> {
  return make([{ text: wholeNumber(bytes, field) }]);
}

/** A time in milliseconds. */
export function duration(ms: number, field: string): Value<"duration"> {
  const text = wholeNumber(ms, field);
  return make([{ text: ms % 1_000 === 0 ? `${ms / 1_000}s` : `${text}ms` }]);
}

/** The name of a site inside names of our own, such as an upstream. */
export function siteLabel(text: string, field: string): Value<"label"> {
  return matching({
    text,
    field,
    allowed: /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/,
    repair: "Use lower-case letters, digits and hyphens, such as my-shop.",
  });
}

/** A secret made by Monban, as hexadecimal digits. */
export function hexToken(text: string, field: string): Value<"token"> {
  return matching({
    text,
    field,
    allowed: /^[0-9a-f]{16,128}$/,
    repair: "Use 16 to 128 hexadecimal digits.",
  });
}

/** The name of a header field. */
export function headerName(text: string, field: string): Value<"header-name"> {
  return matching({
    text,
    field,
    allowed: /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?$/,
    repair: "Use letters, digits and hyphens, such as X-Robots-Tag.",
  });
}

/** The value of a header field: printable ASCII without the characters nginx reads as its own. */
export function headerValue(text: string, field: string): Value<"header-value"> {
  return matching({
    text,
    field,
    allowed: /^[A-Za-z0-9 !%&()*+,./:<=>?@[\]^_`|~-]{0,1024}$/,
    repair: "Use printable ASCII without $ \" ' \\ ; { } and #.",
  });
}

function matching<Kind extends string>({
  text,
  field,
  allowed,
  repair,
}: {
  text: string;
  field: string;
  allowed: RegExp;
  repair: string;
}): Value<Kind> {
  // `$` of a JavaScript expression without the m flag ends the text, never a line; the type is asked at run time too.
  if (typeof text !== "string" || !allowed.test(text)) throw new RefusedValue({ field, found: text, repair });
  return make([{ text }]);
}

function wholeNumber(number: number, field: string): string {
  if (!Number.isSafeInteger(number) || number < 0) {
    throw new RefusedValue({ field, found: number, repair: "Use a whole number that is not negative." });
  }
  return String(number);
}

function make<Kind extends string>(parts: Part[]): Value<Kind> {
  const value = Object.freeze({ parts: Object.freeze(parts.map((part) => Object.freeze(part))) });
  genuine.add(value);
  return value as unknown as Value<Kind>;
}

function show(found: unknown): string {
  const text = typeof found === "string" ? JSON.stringify(found) : String(found);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
