/** How long a rotation of 10 MB takes, and how long it keeps everybody else waiting. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { realLogFiles } from "../../lib/system/real-log-files.ts";
import { alternately, figure, sideBySide } from "./measure.mjs";

export const title = "milliseconds to rotate 10 MB";

export async function run() {
  const folder = await mkdtemp(join(tmpdir(), "mb-bench-"));
  const path = join(folder, "app.log");
  const text = "[2026-11-23 08:00:00 +0000] [7] [INFO] order 12 was paid by somebody\n".repeat(150_000);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const timed = async (rotate) => {
    await writeFile(path, text);
    const startedAt = performance.now();
    delay.enable();
    await rotate();
    delay.disable();
    return performance.now() - startedAt;
  };
  try {
    const results = await alternately({
      "rename (nginx)": () => timed(() => realLogFiles.rotateByRename(path, 5)),
      "copy (workers)": () =>
        timed(() => realLogFiles.rotateByCopy(path, { keep: 5, header: "rotated", maxCopyBytes: 1e9 })),
    });
    return [...sideBySide(results, "ms"), `  longest wait of anybody else: ${figure(delay.max / 1e6)} ms`];
  } finally {
    await rm(folder, { recursive: true });
  }
}
