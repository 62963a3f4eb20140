/** The settings of a site as a form holds them, what differs from what is saved, and what to send. Pure. */
import type { ChangeSite } from "../../schema/site-request.ts";
import type { SiteView } from "../../schema/site-view.ts";

/** A secret that was saved has no value here; typing one replaces it. */
export type EnvRow = { name: string; value: string; secret: boolean; saved: boolean };

export type Draft = Pick<
  SiteView,
  | "domains"
  | "source"
  | "app"
  | "pool"
  | "environment"
  | "static"
  | "health"
  | "persistent"
  | "rollout"
  | "maxBodyBytes"
> & { env: EnvRow[] };

export function draftOf(site: SiteView): Draft {
  const { domains, source, app, pool, environment, health, persistent, rollout, maxBodyBytes } = site;
  return structuredClone({
    domains,
    source,
    app,
    pool,
    environment,
    static: site.static,
    health,
    persistent,
    rollout,
    maxBodyBytes,
    env: Object.entries(site.env)
      .map(([name, value]) =>
        typeof value === "string"
          ? { name, value, secret: false, saved: true }
          : { name, value: "", secret: true, saved: true },
      )
      .sort((a, b) => a.name.localeCompare(b.name)),
  });
}

/** How a change takes effect: at once, by a rollout of new workers, or by a new configuration of nginx. */
export type Cost = "live" | "rollout" | "publish";

export type Change = { path: string; from: string; to: string; cost: Cost };

const GROUPS = ["source", "app", "pool", "health", "rollout"] as const;
const LISTS = ["domains", "static", "persistent"] as const;

export function costOf(path: string): Cost {
  if (path === "pool.workers" || path.startsWith("health.") || path.startsWith("rollout.")) return "live";
  if (path === "domains" || path === "static" || path === "maxBodyBytes") return "publish";
  return "rollout";
}

/** Every field that differs, in the order of the form. Values of secrets never appear. */
export function changesOf(site: SiteView, draft: Draft): Change[] {
  const changes: Change[] = [];
  const before = draftOf(site);
  const add = (path: string, from: string, to: string) => {
    if (from !== to) changes.push({ path, from, to, cost: costOf(path) });
  };
  for (const group of GROUPS) {
    const old = before[group] as Record<string, unknown>;
    const next = draft[group] as Record<string, unknown>;
    for (const key of new Set([...Object.keys(old), ...Object.keys(next)]))
      add(`${group}.${key}`, String(old[key] ?? ""), String(next[key] ?? ""));
  }
  add("environment", environmentText(before), environmentText(draft));
  add("maxBodyBytes", String(before.maxBodyBytes), String(draft.maxBodyBytes));
  add("domains", before.domains.join(", "), draft.domains.join(", "));
  add("static", staticText(before), staticText(draft));
  add("persistent", persistentText(before), persistentText(draft));
  for (const change of envChanges(before.env, draft.env)) changes.push(change);
  return changes;
}

function environmentText({ environment }: Draft): string {
  return environment.kind === "existing" ? environment.path : (environment.python ?? environment.kind);
}

function staticText(draft: Draft): string {
  return draft.static.map((one) => `${one.urlPath} → ${one.directory}`).join(", ");
}

function persistentText(draft: Draft): string {
  return draft.persistent.map((one) => (one.kind === "directory" ? `${one.path}/` : one.path)).join(", ");
}

function envChanges(before: readonly EnvRow[], after: readonly EnvRow[]): Change[] {
  const changes: Change[] = [];
  const old = new Map(before.map((row) => [row.name, row]));
  const next = new Map(after.filter((row) => row.name !== "").map((row) => [row.name, row]));
  for (const [name, row] of next) {
    const was = old.get(name);
    if (was && sameEnv(was, row)) continue;
    changes.push({ path: `env.${name}`, from: was ? shownEnv(was) : "", to: shownEnv(row), cost: "rollout" });
  }
  for (const [name, row] of old)
    if (!next.has(name)) changes.push({ path: `env.${name}`, from: shownEnv(row), to: "", cost: "rollout" });
  return changes;
}

function sameEnv(was: EnvRow, row: EnvRow): boolean {
  if (was.secret !== row.secret) return false;
  return row.secret && row.saved ? row.value === "" : was.value === row.value;
}

function shownEnv(row: EnvRow): string {
  return row.secret ? "••••••" : row.value;
}

/** What to send: changed fields of objects, whole lists, changed variables by name. */
export function patchOf(site: SiteView, draft: Draft): ChangeSite {
  const changes = changesOf(site, draft);
  const patch: Record<string, unknown> = {};
  for (const { path } of changes) {
    const [group = "", ...rest] = path.split(".");
    const key = rest.join(".");
    if (group === "env") patch.env = { ...(patch.env as object), [key]: envValue(draft, key) };
    else if ((LISTS as readonly string[]).includes(group) || key === "")
      patch[group] = draft[group as keyof Draft];
    else
      patch[group] = {
        ...(patch[group] as object),
        [key]: (draft[group as keyof Draft] as Record<string, unknown>)[key],
      };
  }
  return patch as ChangeSite;
}

function envValue(draft: Draft, name: string): string | { value: string; secret: true } | null {
  const row = draft.env.findLast((one) => one.name === name);
  if (!row) return null;
  return row.secret ? { value: row.value, secret: true } : row.value;
}
