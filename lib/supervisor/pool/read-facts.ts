/** What the hooks of a generation say about its workers, read from the file they map into memory. */
import { sitePaths } from "../../core/layout.ts";
import { decodeWorkerFacts, type WorkerFacts } from "../../core/worker-facts.ts";
import type { Context } from "../context.ts";

/** The file is 64 KiB for 256 slots; a larger one is not ours. */
const MAX_FACTS_BYTES = 4 * 1024 ** 2;

/** Facts of one generation, or null when its hooks have not written any yet. */
export async function readFacts(
  context: Context,
  siteName: string,
  generation: number,
): Promise<WorkerFacts | null> {
  const path = sitePaths(context.instance, siteName).facts(generation);
  const bytes = await context.system.files.readBytes(path, 0, MAX_FACTS_BYTES);
  if (bytes === null || bytes.byteLength === 0) return null;
  return decodeWorkerFacts(bytes, context.system.clock.now());
}
