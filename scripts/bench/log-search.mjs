/** A search that finds nothing, through a large log: the longest a reader can keep the supervisor busy. */
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readLogPage } from "../../lib/supervisor/logs/read-page.ts";
import { realLogFiles } from "../../lib/system/real-log-files.ts";
import { alternately, figure, sideBySide } from "./measure.mjs";

export const title = "milliseconds for one page over 64 MB of log";

const SIZE = 64 * 1024 ** 2;

export async function run() {
  const folder = await mkdtemp(join(tmpdir(), "mb-bench-"));
  const appLog = join(folder, "app.log");
  try {
    const file = await open(appLog, "w");
    const block = "[2026-11-23 08:00:00 +0000] [7] [INFO] order 12 was paid by somebody\n".repeat(4000);
    for (let written = 0; written < SIZE; written += block.length) await file.write(block);
    await file.close();
    let rssBytes = 0;
    const search = async (query) => {
      const startedAt = performance.now();
      const paths = { accessLog: appLog, errorLog: appLog, appLog };
      await readLogPage(paths, { source: "app", limit: 200, ...query }, { files: realLogFiles, clock: Date });
      rssBytes = Math.max(rssBytes, process.memoryUsage().rss);
      return performance.now() - startedAt;
    };
    const results = await alternately({
      "newest page, no filter": () => search({}),
      "text that is nowhere": () => search({ contains: "nowhere" }),
      "level that is nowhere": () => search({ level: "error" }),
    });
    return [
      ...sideBySide(results, "ms"),
      `  highest memory of the process: ${figure(rssBytes / 1024 ** 2)} MB`,
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}
