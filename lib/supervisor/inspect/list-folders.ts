/** The folders inside a folder, for somebody who looks for the one their code lies in. */
import { isShownFolder, parseSourceRoots } from "../../core/allowed-folders.ts";
import type { FolderListing } from "../../schema/inspection.ts";
import type { Instance } from "../../schema/instance.ts";
import type { FieldError } from "../../schema/problem.ts";
import { absolutePathSchema } from "../../schema/text.ts";
import type { System } from "../../system/system.ts";
import { reasonOf } from "./open-folder.ts";

const MAX_FOLDERS = 500;
const LOOKS_AT_ONCE = 32;
/** A folder with one of these at its top probably holds an application. */
const SIGNS = [
  "manage.py",
  "wsgi.py",
  "app.py",
  "run.py",
  "main.py",
  "application.py",
  "requirements.txt",
  "pyproject.toml",
];

export type ListFoldersResult = { ok: true; listing: FolderListing } | { ok: false; error: FieldError };

/** Shows folders that may be a source and those on the way to one. An empty path is the best place to begin. */
export async function listFolders(
  system: System,
  instance: Instance,
  path: string,
  roots: string[] = parseSourceRoots(process.env.MONBAN_SOURCE_ROOTS),
): Promise<ListFoldersResult> {
  const { files } = system;
  const fail = (message: string): ListFoldersResult => ({ ok: false, error: { path: "path", message } });
  const start = path === "" ? (roots[0] ?? "/") : path;
  const parsed = absolutePathSchema.safeParse(start);
  if (!parsed.success) return fail(parsed.error.issues[0]?.message ?? "Give an absolute path.");
  try {
    const real = await files.realPath(start);
    const stat = real === null ? null : await files.stat(real);
    if (real === null || !stat) return fail(`There is no folder ${start}.`);
    if (stat.kind !== "directory") return fail(`${start} is not a folder.`);
    const data = (await files.realPath(instance.data)) ?? instance.data;
    const allowed = await Promise.all(roots.map(async (root) => (await files.realPath(root)) ?? root));
    const program = (await files.realPath(instance.root)) ?? instance.root;
    const isShown = (folder: string) => isShownFolder({ real: folder, data, program, roots: allowed });
    if (!isShown(real)) return fail(`${real} cannot hold a site's source; choose another folder.`);

    const names = (await files.list(real)).filter((name) => !name.startsWith("."));
    const folders: FolderListing["folders"] = [];
    for (let at = 0; at < names.length && folders.length <= MAX_FOLDERS; at += LOOKS_AT_ONCE) {
      const found = await Promise.all(names.slice(at, at + LOOKS_AT_ONCE).map((name) => look(name)));
      folders.push(...found.filter((folder) => folder !== null));
    }
    const parent = real === "/" ? null : real.slice(0, real.lastIndexOf("/")) || "/";
    const listing: FolderListing = {
      path: real,
      parent: parent !== null && isShown(parent) ? parent : null,
      folders: folders.slice(0, MAX_FOLDERS),
      truncated: folders.length > MAX_FOLDERS,
    };
    return { ok: true, listing };

    async function look(name: string): Promise<FolderListing["folders"][number] | null> {
      const at = real === "/" ? `/${name}` : `${real}/${name}`;
      if (!absolutePathSchema.safeParse(at).success) return null;
      try {
        const target = await files.realPath(at);
        const isFolder = target !== null && (await files.stat(target))?.kind === "directory";
        if (!isFolder || !isShown(target)) return null;
        const inside = await files.list(target);
        if (inside.includes("pyvenv.cfg") || name === "node_modules" || name === "__pycache__") return null;
        return { name, path: at, looksLikeApp: SIGNS.some((sign) => inside.includes(sign)) };
      } catch {
        // A folder we may not look into is nothing to choose.
        return null;
      }
    }
  } catch (cause) {
    return fail(`${start} cannot be read: ${reasonOf(cause)}.`);
  }
}
