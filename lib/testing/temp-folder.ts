/** Folders for one test. Short paths, because a unix socket path has at most 107 bytes. */
import { mkdtemp, rm } from "node:fs/promises";

export type TempFolder = {
  path: string;
  /** Removes it with everything in it; may be called twice. */
  remove(): Promise<void>;
};

/** Makes /tmp/mb-XXXXXX, which only its owner may enter. */
export async function createTempFolder(): Promise<TempFolder> {
  const path = await mkdtemp("/tmp/mb-");
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}
