/** The revisions on disk: numbered folders, and one link that says which of them is live. */
import { instancePaths } from "../../core/layout.ts";
import type { ProxySite } from "../../render/nginx/site-config.ts";
import type { Instance } from "../../schema/instance.ts";
import type { System } from "../../system/system.ts";
import { ensureProxyFolders, ensureSiteLogs } from "./folders.ts";
import { type Quarantined, render, stageTree, type TreeContext } from "./stage-tree.ts";

const KEPT_REVISIONS = 20;

export type Prepared =
  | {
      ok: true;
      revision: number;
      /** False when the linked revision says the same already. */
      changed: boolean;
      quarantined: Quarantined[];
    }
  | { ok: false; detail: string };

/** Stages and tests the sites as the next revision, unless the linked one says the same. Links nothing. */
export async function prepareRevision(context: TreeContext, sites: readonly ProxySite[]): Promise<Prepared> {
  const { system, instance } = context;
  await ensureProxyFolders(system, instance);
  for (const site of sites) {
    // When this fails for one site, nginx will say why for that site, and the others go on.
    await ensureSiteLogs(system, instance, site).catch(() => undefined);
  }
  const linked = await linkedRevision(system, instance);
  if (linked !== null && (await holdsExactly(context, linked, sites))) {
    return { ok: true, revision: linked, changed: false, quarantined: [] };
  }
  const revision = await nextRevision(system, instance);
  const staged = await stageTree(context, sites, revision);
  if (!staged.ok) return staged;
  const { quarantined } = staged;
  // What a site in quarantine looks like is known only now.
  if (linked !== null && quarantined.length > 0 && (await holdsExactly(context, linked, staged.sites))) {
    await removeRevision(system, instance, revision);
    return { ok: true, revision: linked, changed: false, quarantined };
  }
  return { ok: true, revision, changed: true, quarantined };
}

/** Number of the revision the link points at, or null when there is none with a configuration in it. */
export async function linkedRevision(system: System, instance: Instance): Promise<number | null> {
  const { nginxCurrent } = instancePaths(instance);
  const target = await system.files.readLink(nginxCurrent);
  const number = /^revisions\/(\d+)$/.exec(target ?? "")?.[1];
  if (number === undefined || (await system.files.stat(`${nginxCurrent}/nginx.conf`)) === null) return null;
  return Number(number);
}

/** Makes the revision the one nginx reads next, by one rename. */
export async function linkRevision(system: System, instance: Instance, revision: number): Promise<void> {
  await system.files.linkAtomic(`revisions/${revision}`, instancePaths(instance).nginxCurrent);
}

export async function removeRevision(system: System, instance: Instance, revision: number): Promise<void> {
  await system.files.remove(`${instancePaths(instance).nginxRevisions}/${revision}`);
}

/** Keeps the newest ones and the live one. */
export async function pruneRevisions(system: System, instance: Instance, live: number): Promise<void> {
  const others = (await numbersOnDisk(system, instance)).filter((number) => number !== live);
  const old = others.sort((one, other) => other - one).slice(KEPT_REVISIONS - 1);
  for (const number of old) await removeRevision(system, instance, number);
}

/** Never one that was given before, also when its folder is gone and only the link remembers it. */
async function nextRevision(system: System, instance: Instance): Promise<number> {
  const target = await system.files.readLink(instancePaths(instance).nginxCurrent);
  const linked = Number(/(\d+)$/.exec(target ?? "")?.[1] ?? 0);
  return Math.max(0, linked, ...(await numbersOnDisk(system, instance))) + 1;
}

async function numbersOnDisk(system: System, instance: Instance): Promise<number[]> {
  const names = await system.files.list(instancePaths(instance).nginxRevisions);
  return names.filter((name) => /^\d{1,15}$/.test(name)).map(Number);
}

async function holdsExactly(
  context: TreeContext,
  revision: number,
  sites: readonly ProxySite[],
): Promise<boolean> {
  const domains = sites.flatMap((site) => site.spec.domains);
  if (new Set(domains).size < domains.length) return false;
  const folder = `${instancePaths(context.instance).nginxRevisions}/${revision}`;
  let files: Map<string, string>;
  try {
    files = render(context, sites, revision);
  } catch {
    return false; // a value is refused; staging tells which
  }
  for (const [path, text] of files) {
    if ((await context.system.files.readText(`${folder}/${path}`)) !== text) return false;
  }
  return true;
}
