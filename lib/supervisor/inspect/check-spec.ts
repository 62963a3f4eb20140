/** What only the machine can tell about a site's settings: whether the paths in them are there and may be used. */
import { parseSourceRoots } from "../../core/allowed-folders.ts";
import type { Instance } from "../../schema/instance.ts";
import type { FieldError } from "../../schema/problem.ts";
import type { SiteSpec } from "../../schema/site.ts";
import type { System } from "../../system/system.ts";
import { openFolder } from "./open-folder.ts";

/** Errors by dotted field, as forms show them. */
export async function checkSpec(
  context: { system: System; instance: Instance },
  spec: SiteSpec,
  roots: string[] = parseSourceRoots(process.env.MONBAN_SOURCE_ROOTS),
): Promise<FieldError[]> {
  const errors: FieldError[] = [];
  const source = await openFolder({ ...context, path: spec.source.path, roots });
  if (!source.ok) errors.push({ path: "source.path", message: source.error.message });
  errors.push(...(await checkEnvironment(context.system, spec)));
  for (const [index, { directory }] of spec.static.entries()) {
    if (!directory.startsWith("/")) continue;
    // nginx would serve all that is in there: what may not be a source may not be public either.
    const folder = await openFolder({ ...context, path: directory, roots: [] });
    const isAllowed =
      folder.ok || (roots.length > 0 && (await openFolder({ ...context, path: directory, roots })).ok);
    if (!isAllowed && !folder.ok)
      errors.push({ path: `static.${index}.directory`, message: folder.error.message });
  }
  return errors;
}

async function checkEnvironment(system: System, { environment }: SiteSpec): Promise<FieldError[]> {
  const isThere = async (path: string) => (await system.files.realPath(path).catch(() => null)) !== null;
  if (environment.kind === "existing") {
    const python = `${environment.path.replace(/\/+$/, "")}/bin/python`;
    if (await isThere(python)) return [];
    return [{ path: "environment.path", message: `This is no virtual environment: there is no ${python}.` }];
  }
  if (environment.python === undefined || (await isThere(environment.python))) return [];
  return [{ path: "environment.python", message: `There is no ${environment.python}.` }];
}
