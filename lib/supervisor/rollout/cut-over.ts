/** Points visitors at a generation: two symbolic links, each replaced by one rename; nginx is not touched. */
import { sitePaths } from "../../core/layout.ts";
import type { Generation } from "../../schema/generation.ts";
import type { Context } from "../context.ts";

/**
 * From the next connection on nginx reaches `generation`. The second rename is the commit point; when it fails the
 * first one is taken back. Links that are right already are left alone.
 */
export async function cutOver(context: Context, siteName: string, generation: Generation): Promise<void> {
  const { files } = context.system;
  const paths = sitePaths(context.instance, siteName);
  await files.makeFolder(paths.runtime, { mode: 0o711 });
  const folder = await files.readLink(paths.current);
  if (folder !== generation.folder) await files.linkAtomic(generation.folder, paths.current);
  // Relative, so that the run folder may be mounted elsewhere.
  const socket = `g${generation.number}.sock`;
  if ((await files.readLink(paths.currentSocket)) === socket) return;
  try {
    await files.linkAtomic(socket, paths.currentSocket);
  } catch (cause) {
    const takenBack = folder === null ? files.remove(paths.current) : files.linkAtomic(folder, paths.current);
    await takenBack.catch((failed) => context.log(`${paths.current} could not be taken back: ${failed}`));
    throw cause;
  }
}
