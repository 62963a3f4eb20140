/** The door every path of a source goes through: it exists, is a folder, can be read, and is allowed. */
import { refusalOfFolder } from "../../core/allowed-folders.ts";
import type { Instance } from "../../schema/instance.ts";
import type { FieldError } from "../../schema/problem.ts";
import type { FileStat, System } from "../../system/system.ts";

export type OpenedFolder = { ok: true; real: string; stat: FileStat } | { ok: false; error: FieldError };

export async function openFolder(args: {
  system: System;
  instance: Instance;
  path: string;
  roots: string[];
}): Promise<OpenedFolder> {
  const { system, instance, path, roots } = args;
  const fail = (message: string): OpenedFolder => ({ ok: false, error: { path: "path", message } });
  if (!path.startsWith("/")) return fail("Give an absolute path that starts with /.");
  let real: string | null;
  let stat: FileStat | null = null;
  try {
    real = await system.files.realPath(path);
    stat = real === null ? null : await system.files.stat(real);
  } catch (cause) {
    return fail(`${path} cannot be read: ${reasonOf(cause)}.`);
  }
  if (real === null || stat === null) return fail(await missing(system, path));
  if (stat.kind !== "directory") return fail(`${path} is not a folder; choose the folder it lies in.`);
  const allowed = await Promise.all(roots.map(async (root) => (await system.files.realPath(root)) ?? root));
  const data = (await system.files.realPath(instance.data)) ?? instance.data;
  const program = (await system.files.realPath(instance.root)) ?? instance.root;
  const refusal = refusalOfFolder({ real, data, program, roots: allowed });
  if (refusal) return fail(refusal);
  try {
    await system.files.list(real);
  } catch (cause) {
    return fail(
      `${path} cannot be read: ${reasonOf(cause)}. Let the user Monban runs as, ${system.accounts.self.name}, read it.`,
    );
  }
  return { ok: true, real, stat };
}

async function missing(system: System, path: string): Promise<string> {
  let above = path.replace(/\/+$/, "");
  while (above.includes("/")) {
    above = above.slice(0, above.lastIndexOf("/"));
    const isThere = await system.files.stat(above || "/").catch(() => null);
    if (isThere) return `There is no folder ${path}; ${above || "/"} exists.`;
  }
  return `There is no folder ${path}.`;
}

export function reasonOf(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  return code === "EACCES" || code === "EPERM" ? "permission denied" : (message ?? String(cause));
}
