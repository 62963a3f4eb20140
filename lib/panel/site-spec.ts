/** Makes a site's spec from what people sent. Pure: spec, request and findings in, spec or field errors out. */
import type * as z from "zod";
import type { Inspection } from "../schema/inspection.ts";
import type { FieldError } from "../schema/problem.ts";
import { type EnvVariable, type SiteSpec, siteSpecSchema } from "../schema/site.ts";
import type { ChangeSite, createSiteSchema, EnvChange } from "../schema/site-request.ts";

export type Outcome = { ok: true; spec: SiteSpec } | { ok: false; errors: FieldError[] };
type NewSite = z.output<typeof createSiteSchema>;

/** True when something was left out that the source can tell. */
export function needsInspection(input: NewSite): boolean {
  return !input.app?.entry || !input.static || !input.persistent || !input.health?.path;
}

/** The spec of a new site: what was sent, then what was found, then the defaults that were measured. */
export function newSpec(
  input: NewSite,
  { found, cores }: { found: Inspection | null; cores: number },
): Outcome {
  const best = found?.entries[0];
  const entry = input.app?.entry ?? best?.entry;
  if (entry === undefined)
    return {
      ok: false,
      errors: [
        {
          path: "app.entry",
          message:
            "No Flask, Django or other Python application was found in this folder. Name its entry point.",
        },
      ],
    };
  const known = found?.entries.find((candidate) => candidate.entry === entry);
  const env = mergeEnv([], input.env ?? {});
  if (!env.ok) return env;
  const { start: _, app, pool, health, ...rest } = input;
  return finish({
    ...rest,
    app: { entry, framework: app?.framework ?? known?.framework ?? found?.framework ?? "unknown" },
    pool: withThreads({ workers: cores, ...pool }, pool?.threads),
    static: input.static ?? found?.static.map(({ urlPath, directory }) => ({ urlPath, directory })),
    persistent:
      input.persistent ?? found?.persistent.map(({ path, kind, reason }) => ({ path, kind, reason })),
    health: { ...health, path: health?.path ?? found?.healthPath?.path },
    env: env.env,
  });
}

/** The spec after a change. Objects are merged, lists replaced, absent fields stay. */
export function changedSpec(spec: SiteSpec, change: ChangeSite): Outcome {
  if (change.name !== undefined && change.name !== spec.name)
    return {
      ok: false,
      errors: [{ path: "name", message: "The name of a site never changes. Create a new site instead." }],
    };
  const env = mergeEnv(spec.env, change.env ?? {});
  if (!env.ok) return env;
  return finish({
    ...spec,
    ...withoutUndefined({
      domains: change.domains,
      environment: change.environment,
      static: change.static,
      persistent: change.persistent,
      maxBodyBytes: change.maxBodyBytes,
    }),
    source: { ...spec.source, ...withoutUndefined(change.source ?? {}) },
    app: { ...spec.app, ...withoutUndefined(change.app ?? {}) },
    pool: withThreads({ ...spec.pool, ...withoutUndefined(change.pool ?? {}) }, change.pool?.threads),
    health: { ...spec.health, ...withoutUndefined(change.health ?? {}) },
    rollout: { ...spec.rollout, ...withoutUndefined(change.rollout ?? {}) },
    env: env.env,
  });
}

/** Merges variables by name. A secret one stays secret until it is sent with a new value and `secret: false`. */
export function mergeEnv(
  old: EnvVariable[],
  changes: EnvChange,
): { ok: true; env: EnvVariable[] } | { ok: false; errors: FieldError[] } {
  const env = new Map(old.map((variable) => [variable.name, variable]));
  const errors: FieldError[] = [];
  for (const [name, change] of Object.entries(changes)) {
    const before = env.get(name);
    if (change === null) {
      env.delete(name);
      continue;
    }
    const { value, secret } = typeof change === "string" ? { value: change, secret: undefined } : change;
    const path = `env.${name}`;
    if (value === undefined && before === undefined)
      errors.push({ path, message: "Give the variable a value." });
    else if (value === undefined && before?.secret && secret === false)
      errors.push({ path, message: "Give the value again to stop keeping it secret." });
    else
      env.set(name, {
        name,
        value: value ?? before?.value ?? "",
        secret: secret ?? before?.secret ?? false,
      });
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, env: [...env.values()] };
}

/** A sync worker serves one request at a time; threads that were not asked for follow from that. */
function withThreads<P extends { workerClass?: string | undefined; threads?: number | undefined }>(
  pool: P,
  asked: number | undefined,
): P {
  return pool.workerClass === "sync" && asked === undefined ? { ...pool, threads: 1 } : pool;
}

function finish(candidate: unknown): Outcome {
  const parsed = siteSpecSchema.safeParse(candidate);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
    return { ok: false, errors };
  }
  const errors = contradictions(parsed.data);
  return errors.length > 0 ? { ok: false, errors } : { ok: true, spec: parsed.data };
}

/** What no single field can tell. */
function contradictions({ domains, pool, static: mappings }: SiteSpec): FieldError[] {
  const errors: FieldError[] = [];
  for (const [index, domain] of domains.entries())
    if (domains.indexOf(domain) !== index)
      errors.push({ path: `domains.${index}`, message: "This domain is listed twice." });
  for (const [index, { urlPath }] of mappings.entries())
    if (mappings.findIndex((other) => other.urlPath === urlPath) !== index)
      errors.push({ path: `static.${index}.urlPath`, message: "This path is mapped twice." });
  if (pool.workerClass === "sync" && pool.threads !== 1)
    errors.push({
      path: "pool.threads",
      message: "A sync worker has exactly 1 thread. Choose gthread for more.",
    });
  return errors;
}

function withoutUndefined<T extends object>(object: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept = Object.entries(object).filter(([, value]) => value !== undefined);
  return Object.fromEntries(kept) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
