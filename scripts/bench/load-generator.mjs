/** What the visitors themselves cost, so that a benchmark with them knows its own weight. */
import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { startLoad } from "../../lib/testing/load-generator.ts";
import { alternately, sideBySide } from "./measure.mjs";

export const title = "microseconds of CPU per request, a trivial server included";

const WINDOW_MS = 1_500;

export async function run() {
  const server = createServer((_, response) => response.end("ok"));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const target = { host: "127.0.0.1", port: server.address().port };
  const cost = async (options) => {
    const before = process.cpuUsage();
    const load = startLoad({ target, hostHeader: "bench.test", ...options });
    await sleep(WINDOW_MS);
    const { ok } = await load.stop();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / ok;
  };
  try {
    const results = await alternately(
      {
        "new connections": () => cost({}),
        "kept connections": () => cost({ keepAlive: true }),
        "500 per second": () => cost({ requestsPerSecond: 500 }),
      },
      { rounds: 3 },
    );
    return sideBySide(results, "µs");
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
