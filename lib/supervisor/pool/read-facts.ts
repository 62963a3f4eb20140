/** What the hooks of a generation say about its workers, read from the file they map into memory. */
import { sitePaths } from "../../core/layout.ts";
import { decodeWorkerFacts, type WorkerFacts } from "../../core/worker-facts.ts";
import type { Context } from "../context.ts";

/** The file has 100 rows: a quarter of a megabyte with 8 threads per worker. A much larger one is not ours. */
const MAX_FACTS_BYTES = 4 * 1024 ** 2;

/** Memory of the last read, for the next one: every site is read every second. Null while it is in use. */
let spare: Uint8Array | null = new Uint8Array(0);

/** Facts of one generation, or null when its hooks have not written any yet. */
export async function readFacts(
  context: Context,
  siteName: string,
  generation: number,
): Promise<WorkerFacts | null> {
  const path = sitePaths(context.instance, siteName).facts(generation);
  const memory = spare ?? new Uint8Array(0);
  spare = null;
  try {
    const bytes = await context.system.files.readBytes(path, 0, MAX_FACTS_BYTES, memory);
    if (bytes === null || bytes.byteLength === 0) return null;
    const facts = decodeWorkerFacts(bytes, context.system.clock.now());
    spare = new Uint8Array(bytes.buffer);
    return facts;
  } finally {
    spare ??= memory;
  }
}
