/** Sites: create, change, remove, and everything that is done with them. Every change goes through the supervisor first. */
import type * as z from "zod";
import { ControlProblem } from "../control/client.ts";
import type { ConfigFile, LogPage, LogQuery } from "../control/contract.ts";
import { insertAuditEntry, listReleases, saveOperation, saveRelease } from "../db/history.ts";
import { findSite, listSites, markSiteRemoved, type StoredSite, saveSite, type Wanted } from "../db/sites.ts";
import type { Inspection } from "../schema/inspection.ts";
import type { Operation } from "../schema/operation.ts";
import type { FieldError } from "../schema/problem.ts";
import type { SiteSpec } from "../schema/site.ts";
import type { ChangeSite, createSiteSchema } from "../schema/site-request.ts";
import type { ReleaseView, SiteChange, SiteHealthView, SiteView } from "../schema/site-view.ts";
import type { Caller, Context } from "./context.ts";
import type { Desired } from "./desired.ts";
import { newId, releaseId } from "./ids.ts";
import { asPanelError, invalid, problem } from "./problems.ts";
import { changedSpec, needsInspection, newSpec } from "./site-spec.ts";
import { healthView, redact, siteView } from "./site-views.ts";

/** The revision somebody saw, when they said so; null changes whatever is there. */
export type Seen = { revision: number | null };
export type OperationStart = { site: SiteView; operation: Operation };
export type Sites = ReturnType<typeof createSites>;

export function createSites(context: Context, desired: Desired) {
  const { database, control, observer, now, cores } = context;
  const { db } = database;

  async function list(): Promise<SiteView[]> {
    const [sites, observed] = await Promise.all([listSites(db), observer.observed()]);
    const seen = new Map(observed?.sites.map((site) => [site.siteId, site]));
    return sites.map((site) => siteView(site, seen.get(site.id) ?? null));
  }

  async function find(idOrName: string): Promise<SiteView | null> {
    const site = await findSite(db, idOrName);
    return site && show(site);
  }

  async function show(site: StoredSite): Promise<SiteView> {
    return siteView(site, await observer.site(site.id));
  }

  async function stored(id: string): Promise<StoredSite> {
    const site = await findSite(db, id);
    if (!site) throw problem("unknown-site", "There is no such site.");
    return site;
  }

  async function create(caller: Caller, input: z.output<typeof createSiteSchema>): Promise<SiteChange> {
    refuseTaken(await listSites(db), { id: null, name: input.name, domains: input.domains });
    const found = needsInspection(input) ? await inspectSource(input.source.path) : null;
    const outcome = newSpec(input, { found, cores });
    if (!outcome.ok) throw invalid(outcome.errors);
    await refuseUnfit(outcome.spec);
    const at = new Date(now()).toISOString();
    const site: StoredSite = {
      id: newId("site"),
      spec: outcome.spec,
      wanted: input.start ? "started" : "stopped",
      revision: 1,
      createdAt: at,
      updatedAt: at,
    };
    return desired.exclusively(async () => {
      const others = await listSites(db);
      refuseTaken(others, { id: null, ...outcome.spec });
      return hand(caller, { others, site, action: "site.create", detail: { domains: site.spec.domains } });
    });
  }

  async function change(caller: Caller, id: string, input: ChangeSite, seen: Seen): Promise<SiteChange> {
    const before = await stored(id);
    refuseStale(before, seen);
    const outcome = changedSpec(before.spec, input);
    if (!outcome.ok) throw invalid(outcome.errors);
    const fields = changedFields(before.spec, outcome.spec);
    if (fields.length === 0) return { site: await show(before), operation: null };
    await refuseUnfit(outcome.spec, id);
    return desired.exclusively(async () => {
      const all = await listSites(db);
      const current = all.find((site) => site.id === id);
      if (!current) throw problem("unknown-site", "There is no such site.");
      if (current.revision !== before.revision)
        throw problem(
          "site-changed",
          "Somebody else changed this site at the same moment. Look at it and try again.",
        );
      refuseTaken(all, { id, name: current.spec.name, domains: outcome.spec.domains });
      const site = next({ ...current, spec: outcome.spec });
      const others = all.filter((other) => other.id !== id);
      return hand(caller, { others, site, action: "site.change", detail: { fields } });
    });
  }

  async function setWanted(caller: Caller, id: string, wanted: Wanted, seen: Seen): Promise<OperationStart> {
    const before = await stored(id);
    refuseStale(before, seen);
    if (before.wanted === wanted) return repeatWanted(caller, before);
    const changed = await desired.exclusively(async () => {
      const current = await stored(id);
      refuseStale(current, seen);
      const others = (await listSites(db)).filter((other) => other.id !== id);
      const action = wanted === "started" ? "site.start" : "site.stop";
      return hand(caller, { others, site: next({ ...current, wanted }), action, detail: {} });
    });
    return {
      site: changed.site,
      operation: changed.operation ?? (await settled(changed.site, wanted, caller)),
    };
  }

  /** Starting what is started mends it when it failed; otherwise there is nothing to do, and that is said. */
  async function repeatWanted(caller: Caller, site: StoredSite): Promise<OperationStart> {
    if (site.wanted === "stopped") throw problem("already-stopped", "This site is stopped already.");
    const state = (await observer.site(site.id))?.state;
    if (state === "failed" || state === "backoff" || state === "stopped")
      return start(caller, site.id, "restart", { revision: null });
    throw problem("already-started", "This site is started already.");
  }

  /** The supervisor had nothing to do, such as stopping a site that never came up: an operation that is over. */
  async function settled(site: SiteView, wanted: Wanted, caller: Caller): Promise<Operation> {
    const at = new Date(now()).toISOString();
    const operation: Operation = {
      id: newId("op"),
      kind: wanted === "started" ? "start" : "stop",
      state: "succeeded",
      siteId: site.id,
      steps: [],
      warnings: [],
      createdAt: at,
      finishedAt: at,
      actor: caller.viewer.actor,
    };
    await saveOperation(db, operation);
    return operation;
  }

  async function remove(
    caller: Caller,
    id: string,
    options: Seen & { purge: boolean },
  ): Promise<{ operation: Operation | null }> {
    return desired.exclusively(async () => {
      const site = await stored(id);
      refuseStale(site, options);
      const others = (await listSites(db)).filter((other) => other.id !== id);
      const at = new Date(now());
      const operations = await desired.handOver({
        sites: others,
        actor: caller.viewer.actor,
        purge: options.purge ? [id] : [],
        async write(transaction) {
          await markSiteRemoved(transaction, id, at);
          await insertAuditEntry(transaction, {
            at,
            actor: caller.viewer.actor,
            action: "site.remove",
            target: site.spec.name,
            siteId: id,
            address: caller.address,
            detail: { purge: options.purge },
          });
        },
      });
      return { operation: await keepOperationOf(id, operations) };
    });
  }

  async function start(
    caller: Caller,
    id: string,
    kind: "reload" | "restart",
    seen: Seen,
  ): Promise<OperationStart> {
    const site = await stored(id);
    refuseStale(site, seen);
    if (site.wanted === "stopped")
      throw problem("site-stopped", "This site is stopped.", { hint: "Start it first." });
    const { actor } = caller.viewer;
    return started(caller, site, await control.startOperation({ kind, siteId: id, actor }));
  }

  async function rollBack(caller: Caller, id: string, release: string, seen: Seen): Promise<OperationStart> {
    const site = await stored(id);
    refuseStale(site, seen);
    if (site.wanted === "stopped")
      throw problem("site-stopped", "This site is stopped.", { hint: "Start it first." });
    const target = (await releases(id)).find((candidate) => candidate.id === release);
    if (!target) throw problem("unknown-release", "This site has no such release.");
    if (!target.kept)
      throw invalid([{ path: "releaseId", message: "The code of this release was removed to save space." }]);
    const { actor } = caller.viewer;
    const { number } = target;
    return started(
      caller,
      site,
      await control.startOperation({ kind: "rollback", siteId: id, release: number, actor }),
    );
  }

  async function started(caller: Caller, site: StoredSite, operation: Operation): Promise<OperationStart> {
    observer.forget();
    await saveOperation(db, operation);
    await insertAuditEntry(db, {
      at: new Date(now()),
      actor: caller.viewer.actor,
      action: `site.${operation.kind}`,
      target: site.spec.name,
      siteId: site.id,
      address: caller.address,
      detail: { operationId: operation.id, ...(operation.release ? { release: operation.release } : {}) },
    });
    return { site: await show(site), operation };
  }

  /** Hands a new or changed site over and writes it down. */
  async function hand(
    caller: Caller,
    change: { others: StoredSite[]; site: StoredSite; action: string; detail: Record<string, unknown> },
  ): Promise<SiteChange> {
    const { others, site, action, detail } = change;
    const operations = await desired.handOver({
      sites: [...others, site],
      actor: caller.viewer.actor,
      async write(transaction) {
        await saveSite(transaction, site);
        await insertAuditEntry(transaction, {
          at: new Date(now()),
          actor: caller.viewer.actor,
          action,
          target: site.spec.name,
          siteId: site.id,
          address: caller.address,
          detail,
        });
      },
    });
    const operation = await keepOperationOf(site.id, operations);
    return { site: await show(site), operation };
  }

  async function keepOperationOf(siteId: string, operations: Operation[]): Promise<Operation | null> {
    for (const operation of operations) await saveOperation(db, operation);
    return operations.find((operation) => operation.siteId === siteId) ?? null;
  }

  function next(site: StoredSite): StoredSite {
    return { ...site, revision: site.revision + 1, updatedAt: new Date(now()).toISOString() };
  }

  async function inspectSource(path: string): Promise<Inspection> {
    try {
      return await control.inspect(path);
    } catch (error) {
      const errors = error instanceof ControlProblem ? error.problem.errors : undefined;
      if (!errors) throw error;
      throw invalid(errors.map((it) => ({ ...it, path: it.path === "path" ? "source.path" : it.path })));
    }
  }

  /** Asks the machine: does the folder exist, can the entry point be there, may it be read. */
  async function refuseUnfit(spec: SiteSpec, siteId?: string): Promise<void> {
    const errors = await control.check(spec, siteId);
    if (errors.length > 0) throw invalid(errors);
  }

  /** From the supervisor, and from the panel's own history for what it has forgotten or while it is away. */
  async function releases(id: string): Promise<ReleaseView[]> {
    await stored(id);
    let away = false;
    const live = await control.releases(id).catch((error) => {
      if (asPanelError(error) === null) throw error;
      away = true;
      return [];
    });
    const known = new Map((await listReleases(db, id)).map((release) => [release.number, release]));
    for (const release of live) {
      const view = { ...release, id: releaseId(id, release.number), siteId: id };
      if (JSON.stringify(known.get(release.number)) !== JSON.stringify(view)) await saveRelease(db, view);
      known.set(release.number, view);
    }
    const heard = new Set(live.map((release) => release.number));
    return [...known.values()]
      .map((release) =>
        away || heard.has(release.number) ? release : { ...release, kept: false, current: false },
      )
      .sort((a, b) => b.number - a.number);
  }

  async function ofKnown<T>(id: string, ask: (site: StoredSite) => Promise<T>): Promise<T> {
    return ask(await stored(id));
  }

  return {
    list,
    find,
    get: async (id: string) => show(await stored(id)),
    create,
    change,
    remove,
    start: (caller: Caller, id: string, seen: Seen) => setWanted(caller, id, "started", seen),
    stop: (caller: Caller, id: string, seen: Seen) => setWanted(caller, id, "stopped", seen),
    reload: (caller: Caller, id: string, seen: Seen) => start(caller, id, "reload", seen),
    restart: (caller: Caller, id: string, seen: Seen) => start(caller, id, "restart", seen),
    rollBack,
    releases,
    health: (id: string): Promise<SiteHealthView> =>
      ofKnown(id, async () => healthView(await observer.site(id))),
    workers: (id: string) => ofKnown(id, () => control.workers(id)),
    history: (id: string, minutes: number) => ofKnown(id, () => control.history(id, minutes)),
    configFiles: (id: string): Promise<ConfigFile[]> =>
      ofKnown(id, async ({ spec }) => {
        const files = await control.configFiles(id);
        return files.map((file) => ({ ...file, text: redact(file.text, spec.env) }));
      }),
    logs: (id: string, query: LogQuery): Promise<LogPage> => ofKnown(id, () => control.logs(id, query)),
    downloadLogs: (id: string, source: LogQuery["source"], signal: AbortSignal) =>
      ofKnown(id, async ({ spec }) => ({
        fileName: `${spec.name}-${source}.log`,
        bytes: await control.downloadLogs(id, source, signal),
      })),
  };
}

function refuseStale(site: StoredSite, { revision }: Seen): void {
  if (revision === null || revision === site.revision) return;
  throw problem(
    "stale-revision",
    "This site was changed since you looked at it. Look at it again before you change it.",
  );
}

/** Names and domains belong to one site each. */
function refuseTaken(all: StoredSite[], wish: { id: string | null; name: string; domains: string[] }): void {
  const others = all.filter((site) => site.id !== wish.id);
  if (others.some((site) => site.spec.name === wish.name)) {
    const message = `Another site is named ${wish.name} already.`;
    throw problem("name-taken", message, { errors: [{ path: "name", message }] });
  }
  const errors: FieldError[] = [];
  for (const [index, domain] of wish.domains.entries()) {
    const owner = others.find((site) => site.spec.domains.includes(domain));
    if (owner)
      errors.push({
        path: `domains.${index}`,
        message: `${domain} belongs to the site ${owner.spec.name} already.`,
      });
  }
  if (errors[0]) throw problem("domain-taken", errors[0].message, { errors });
}

/** Names only: values may be secret. */
function changedFields(before: SiteSpec, after: SiteSpec): string[] {
  const text = (value: unknown) => JSON.stringify(value);
  const fields: string[] = [];
  for (const key of Object.keys(after) as (keyof SiteSpec)[]) {
    const [old, now] = [before[key], after[key]];
    if (text(old) === text(now)) continue;
    if (typeof now !== "object" || Array.isArray(now)) fields.push(key);
    else
      for (const [name, value] of Object.entries(now))
        if (text((old as Record<string, unknown>)[name]) !== text(value)) fields.push(`${key}.${name}`);
  }
  return fields;
}
