/** How much CPU it takes to understand logs: the price of the figures on the dashboard, per request of a visitor. */
import { createLineReader, parseAccessEntry } from "../../lib/core/log-lines.ts";
import { createTraffic } from "../../lib/core/traffic.ts";
import { alternately, sideBySide } from "./measure.mjs";

export const title = "microseconds of CPU per line";

const LINES = 50_000;

export async function run() {
  const access = Array.from({ length: LINES }, (_, index) =>
    JSON.stringify({
      time: "2026-11-23T08:00:00+00:00",
      msec: 1_795_420_800 + index / 1000,
      request_id: `${index}`.padStart(32, "a"),
      remote_addr: "203.0.113.9",
      method: "GET",
      uri: `/orders/${index}`,
      status: index % 50 === 0 ? 500 : 200,
      body_bytes_sent: 5120,
      request_length: 400,
      request_time: (index % 300) / 1000,
      upstream_response_time: "0.012",
      upstream_status: "200",
      host: "shop.example.org",
      user_agent:
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Safari/537.36",
      referer: "",
      served_by: "worker",
    }),
  );
  const app = Array.from({ length: LINES }, (_, index) =>
    index % 10 === 0
      ? "Traceback (most recent call last):"
      : `[2026-11-23 08:00:00 +0000] [7] [INFO] order ${index} paid`,
  );
  const results = await alternately({
    "JSON.parse alone": () => perLine(() => access.map((line) => JSON.parse(line))),
    "counted for the figures": () =>
      perLine(() => {
        const traffic = createTraffic({ startedAtMs: 0, closedUntilMs: 0 });
        for (const line of access) {
          const entry = parseAccessEntry(line);
          if (entry) traffic.addRequest(entry, entry.atMs);
        }
      }),
    "shown, access": () => perLine(() => readAll("access", access)),
    "shown, application": () => perLine(() => readAll("app", app)),
  });
  return sideBySide(results, "µs");
}

function readAll(source, lines) {
  const reader = createLineReader(source);
  for (const line of lines) reader.read(line, "0-0:0");
}

function perLine(work) {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / LINES;
}
