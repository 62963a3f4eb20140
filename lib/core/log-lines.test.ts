import { expect, test } from "vitest";
import { logLineSchema } from "../schema/log-line.ts";
import { CUT_MARK, createLineReader, MAX_LINE_BYTES, parseAccessEntry } from "./log-lines.ts";

function levels(source: "error" | "app", text: string): string[] {
  const reader = createLineReader(source);
  return text.split("\n").map((line, index) => {
    const parsed = reader.read(line, `g:${index}`);
    expect(logLineSchema.safeParse(parsed).success).toBe(true);
    return parsed.level;
  });
}

const access = {
  time: "2026-11-23T08:00:00+00:00",
  msec: 1795420800.25,
  request_id: "abc",
  remote_addr: "203.0.113.9",
  method: "POST",
  uri: "/orders",
  status: 201,
  body_bytes_sent: 512,
  request_time: 0.034,
  upstream_response_time: "0.030",
  upstream_status: "201",
  user_agent: "curl/8",
  served_by: "worker",
};

test("an access line keeps who, what, how long and who served it", () => {
  const line = createLineReader("access").read(JSON.stringify(access), "g:0");
  expect(logLineSchema.parse(line)).toMatchObject({
    at: "2026-11-23T08:00:00.250Z",
    level: "info",
    access: {
      requestId: "abc",
      method: "POST",
      path: "/orders",
      status: 201,
      bytesSent: 512,
      durationMs: 34,
      upstreamMs: 30,
      servedBy: "worker",
    },
  });
});

test.each([
  ["every value is text", { ...access, status: "201", msec: "1795420800.250", request_time: "0.034" }],
  ["msec is missing", { ...access, msec: undefined }],
  ["served_by is missing", { ...access, served_by: undefined }],
  ["sizes are missing", { ...access, body_bytes_sent: undefined, request_length: undefined }],
])("an access entry is read although %s", (_, fields) => {
  const entry = parseAccessEntry(JSON.stringify(fields));
  expect(entry).toMatchObject({ status: 201, durationMs: 34, servedBy: "worker" });
});

test("the waits for several upstreams are added up, and none means nginx answered itself", () => {
  const tries = { ...access, upstream_response_time: "0.001, 0.003 : 0.002" };
  expect(parseAccessEntry(JSON.stringify(tries))?.upstreamMs).toBe(6);
  const file = { ...access, upstream_response_time: "-", upstream_status: "", served_by: undefined };
  expect(parseAccessEntry(JSON.stringify(file))).toMatchObject({ upstreamMs: null, servedBy: "nginx" });
});

test.each(["", "{", "[1]", "null", '{"status":"x"}', '{"status":200}', "\u0000\u0000", "GET / 200"])(
  "garbage in the access log survives as it is: %j",
  (text) => {
    const line = createLineReader("access").read(text, "g:0");
    expect(logLineSchema.parse(line)).toMatchObject({ level: "unknown", at: null });
  },
);

test("the status of an access line is its level", () => {
  const level = (status: number) =>
    createLineReader("access").read(JSON.stringify({ ...access, status }), "g:0").level;
  expect([level(200), level(304), level(404), level(502)]).toEqual(["info", "info", "warning", "error"]);
});

test("nginx's error log keeps its levels and its time", () => {
  const reader = createLineReader("error");
  const line = reader.read(
    "2026/11/23 08:00:00 [crit] 123#0: *5 connect() to unix:/x failed (2: No such file)",
    "g:0",
  );
  expect(line).toMatchObject({ level: "error", at: new Date(2026, 10, 23, 8, 0, 0).toISOString() });
  expect(
    levels("error", "2026/11/23 08:00:00 [notice] 1#1: start\n2026/11/23 08:00:00 [warn] 1#1: x"),
  ).toEqual(["info", "warning"]);
});

test.each([
  ["[2026-11-23 08:00:00 +0000] [77] [INFO] Booting worker with pid: 77", "info"],
  ["[2026-11-23 08:00:00 +0000] [77] [CRITICAL] WORKER TIMEOUT (pid:78)", "error"],
  ["[2026-11-23 08:00:00,123] ERROR in app: Exception on / [GET]", "error"],
  ["2026-11-23 08:00:00,123 - shop.orders - WARNING - low on stock", "warning"],
  ["2026-11-23 08:00:00.123456 | DEBUG    | shop:main:1 - hello", "debug"],
  ["2026-11-23T08:00:00Z INFO ready", "info"],
  ["WARNING:root:careful", "warning"],
  ["ERROR: no database", "error"],
  ["[INFO] ready", "info"],
  ['{"event": "paid", "level": "info"}', "info"],
  ["/srv/shop/app.py:12: DeprecationWarning: old", "warning"],
  ["hello from print", "unknown"],
  ["Information about nothing", "unknown"],
  ["2026-11-23 08:00:00 plain", "unknown"],
])("an application line has the level it says: %s", (text, level) => {
  expect(levels("app", text)).toEqual([level]);
});

test("gunicorn's time is read with its offset", () => {
  const line = createLineReader("app").read("[2026-11-23 08:00:00 +0900] [7] [INFO] x", "g:0");
  expect(line.at).toBe("2026-11-22T23:00:00.000Z");
});

test("a traceback belongs to the line above it, and what is printed after it does not", () => {
  const text = [
    "[2026-11-23 08:00:00,123] ERROR in app: Exception on / [GET]",
    "Traceback (most recent call last):",
    '  File "/srv/app.py", line 3, in index',
    "    1 / 0",
    "ZeroDivisionError: division by zero",
    "",
    "During handling of the above exception, another exception occurred:",
    "",
    "Traceback (most recent call last):",
    '  File "/srv/app.py", line 5, in index',
    "shop.errors.Broken: it broke",
    "thank you for calling",
    "[2026-11-23 08:00:01 +0000] [7] [INFO] next",
    "  indented",
  ].join("\n");
  expect(levels("app", text)).toEqual([...Array(11).fill("error"), "unknown", "info", "info"]);
});

test("a traceback without a line above it is an error", () => {
  expect(levels("app", 'Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: 1')).toEqual([
    "error",
    "error",
    "error",
  ]);
  expect(
    levels("app", "[2026-11-23 08:00:00 +0000] [7] [INFO] x\nTraceback (most recent call last):\n  x"),
  ).toEqual(["info", "error", "error"]);
});

test("a line above 16 KB is cut with a mark, never in the middle of a character", () => {
  const line = createLineReader("app").read("é".repeat(MAX_LINE_BYTES), "g:0");
  expect(line.text.endsWith(CUT_MARK)).toBe(true);
  expect(line.text).toHaveLength(MAX_LINE_BYTES / 2 + CUT_MARK.length);
  expect(line.text).not.toContain("\ufffd");
});

test("binary lines and colour codes can be shown", () => {
  const reader = createLineReader("app");
  expect(reader.read("\u001b[31mred\u001b[0m \u0000\u0007\ttab\r", "g:0").text).toBe("red \ufffd\ufffd\ttab");
});
