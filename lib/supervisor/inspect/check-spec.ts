/** What only the machine can tell about a site's settings: whether the paths in them are there and may be used. */
import { parseSourceRoots } from "../../core/allowed-folders.ts";
import { asgiFrameworks } from "../../core/inspect/find-entries.ts";
import { whyNotServed } from "../../core/inspect/find-warnings.ts";
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
  if (asgiFrameworks.includes(spec.app.framework)) {
    errors.push({ path: "app.entry", message: whyNotServed(spec.app.framework) });
  }
  if (!source.ok) errors.push({ path: "source.path", message: source.error.message });
  else errors.push(...(await checkEntry(context.system, spec)));
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

/**
 * Whether the module of the entry point can be there at all. What an environment or PYTHONPATH may bring is left to
 * the boot, which tells what Python says of it.
 */
async function checkEntry(
  { files }: System,
  { source, app, env, environment }: SiteSpec,
): Promise<FieldError[]> {
  const [module = ""] = app.entry.split(":");
  const [top = "", next] = module.split(".");
  if (environment.kind === "existing" && (await isInstalled(files, environment.path, top))) return [];
  if (env.some(({ name }) => name === "PYTHONPATH")) return [];
  // A source with a folder `src` installs itself from there.
  for (const folder of [source.path, `${source.path}/src`]) {
    if (!(await holds(files, folder, top))) continue;
    if (next === undefined || !(await files.list(folder)).includes(top)) return [];
    if (await holds(files, `${folder}/${top}`, next)) return [];
  }
  const path = module.replaceAll(".", "/");
  const message = `There is no module ${module} in ${source.path}: neither ${path}.py nor a folder ${path}. Name the file that holds the application, such as app:app.`;
  return [{ path: "app.entry", message }];
}

/** A package, a module, or one that was compiled. */
async function holds(files: System["files"], folder: string, name: string): Promise<boolean> {
  const names = await files.list(folder).catch(() => []);
  return names.some((entry) => entry === name || entry.startsWith(`${name}.`));
}

async function isInstalled(files: System["files"], environment: string, name: string): Promise<boolean> {
  for (const version of await files.list(`${environment}/lib`).catch(() => [])) {
    if (await holds(files, `${environment}/lib/${version}/site-packages`, name)) return true;
  }
  return false;
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
