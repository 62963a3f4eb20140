/**
 * What nginx writes for each request: one JSON object a line, read back by lib/core/log-lines.ts. The path comes
 * without the query, which may hold secrets.
 */
import { joined, literal, type Value, variable } from "./values.ts";

/** The format, as the second argument of `log_format`. */
export function accessLogFormat(): Value {
  const text = (name: Value, value: Value) => joined(name, literal('":"'), value, literal('"'));
  // Only for variables that are a number in JSON whatever happens.
  const number = (name: Value, value: Value) => joined(name, literal('":'), value);
  const fields = [
    text(literal("time"), variable("time_iso8601")),
    number(literal("msec"), variable("msec")),
    text(literal("request_id"), variable("request_id")),
    text(literal("remote_addr"), variable("remote_addr")),
    text(literal("method"), variable("request_method")),
    text(literal("host"), variable("host")),
    text(literal("uri"), variable("uri")),
    number(literal("status"), variable("monban_status")),
    number(literal("bytes_sent"), variable("bytes_sent")),
    number(literal("body_bytes_sent"), variable("body_bytes_sent")),
    number(literal("request_length"), variable("request_length")),
    number(literal("request_time"), variable("request_time")),
    text(literal("upstream_status"), variable("upstream_status")),
    text(literal("upstream_connect_time"), variable("upstream_connect_time")),
    text(literal("upstream_header_time"), variable("upstream_header_time")),
    text(literal("upstream_response_time"), variable("upstream_response_time")),
    text(literal("served_by"), variable("monban_served_by")),
    text(literal("user_agent"), variable("http_user_agent")),
    text(literal("referer"), variable("http_referer")),
  ];
  return joined(
    literal('{"'),
    ...fields.flatMap((field, index) => (index === 0 ? [field] : [literal(',"'), field])),
    literal("}"),
  );
}
