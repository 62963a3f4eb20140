/** Points visitors at a generation: two symbolic links, each replaced by one rename; nginx is not touched. */
import { sitePaths } from "../../core/layout.ts";
import type { Generation } from "../../schema/generation.ts";
import type { Context } from "../context.ts";

/** From the next connection on nginx reaches `generation`. The second rename is the commit point. */
export async function cutOver(context: Context, siteName: string, generation: Generation): Promise<void> {
  const paths = sitePaths(context.instance, siteName);
  await context.system.files.makeFolder(paths.runtime, { mode: 0o711 });
  await context.system.files.linkAtomic(generation.folder, paths.current);
  // Relative, so that the run folder may be mounted elsewhere.
  await context.system.files.linkAtomic(`g${generation.number}.sock`, paths.currentSocket);
}
