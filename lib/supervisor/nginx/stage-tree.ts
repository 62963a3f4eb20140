/**
 * Writes a configuration beside the live one and finds out what nginx thinks of exactly that. A site that does not
 * pass is replaced by a placeholder, or left out when even that does not pass; the others stay.
 */
import { instancePaths } from "../../core/layout.ts";
import { renderProxyTree, renderSite, siteFile } from "../../render/nginx/render-tree.ts";
import type { ProxySite } from "../../render/nginx/site-config.ts";
import { RefusedValue } from "../../render/nginx/values.ts";
import type { NginxVersion } from "../../render/nginx/version.ts";
import type { Instance } from "../../schema/instance.ts";
import type { System } from "../../system/system.ts";
import { readableByNginx } from "./folders.ts";
import { isHeld, processOutput, signalQuietly, spawnNginx, until } from "./nginx-process.ts";

export type Quarantined = { siteId: string; reason: string };

export type TreeContext = {
  system: System;
  instance: Instance;
  checkToken: string;
  nginxVersion: NginxVersion;
  sockets: readonly string[];
  listen: readonly string[];
};

export type Staged =
  /** `sites` as they were accepted: some may have become placeholders, some may be missing. */
  | { ok: true; sites: ProxySite[]; quarantined: Quarantined[] }
  /** Not even a configuration without any site passes. */
  | { ok: false; detail: string };

const TEST_DEADLINE_MS = 20_000;

/** Which sites can be rendered at all, each with its own domains; decided without asking nginx. */
export function admissible(
  sites: readonly ProxySite[],
  context: Pick<TreeContext, "listen" | "nginxVersion">,
): { sites: ProxySite[]; quarantined: Quarantined[] } {
  const admitted: ProxySite[] = [];
  const quarantined: Quarantined[] = [];
  const owners = new Map<string, string>();
  for (const site of sites) {
    const reason = refusal(site, context) ?? domainConflict(site, owners);
    const accepted = reason === null ? site : placeholderFor(site, owners, context);
    if (reason !== null) quarantined.push({ siteId: site.siteId, reason });
    if (!accepted) continue;
    for (const domain of accepted.spec.domains) owners.set(domain, site.name);
    admitted.push(accepted);
  }
  return { sites: admitted, quarantined };
}

/** Stages the tree as revision `revision` and tests it; what was staged is left in its folder only when it passed. */
export async function stageTree(
  context: TreeContext,
  sites: readonly ProxySite[],
  revision: number,
): Promise<Staged> {
  const { system, instance } = context;
  const folder = `${instancePaths(instance).nginxRevisions}/${revision}`;
  await system.files.remove(folder);
  const { sites: wanted, quarantined } = admissible(sites, context);
  await writeTree(context, folder, render(context, wanted, revision));
  const whole = await testTree(context, folder);
  if (whole.ok) return { ok: true, sites: wanted, quarantined };
  try {
    const sorted = await sortOut(context, folder, wanted, revision);
    if (!sorted.ok) {
      await system.files.remove(folder);
      return sorted;
    }
    const kept = new Set(sorted.sites.map(({ name }) => name));
    for (const { name } of wanted) {
      if (!kept.has(name)) await system.files.remove(`${folder}/${siteFile(name)}`);
    }
    return { ...sorted, quarantined: [...quarantined, ...sorted.quarantined] };
  } catch (error) {
    await system.files.remove(folder);
    throw error;
  }
}

/** Removes from `wanted` what does not pass, in halves: a few tests for one bad site among hundreds. */
async function sortOut(
  context: TreeContext,
  folder: string,
  wanted: readonly ProxySite[],
  revision: number,
): Promise<Staged> {
  const accepted: ProxySite[] = [];
  const quarantined: Quarantined[] = [];

  const passes = async (candidates: readonly ProxySite[]) => {
    await writeTree(context, folder, render(context, candidates, revision));
    return testTree(context, folder);
  };
  const admit = async (group: readonly ProxySite[]): Promise<void> => {
    if (group.length === 0) return;
    const test = await passes([...accepted, ...group]);
    if (test.ok) {
      accepted.push(...group);
      return;
    }
    const [site] = group;
    if (group.length > 1 || !site) {
      const half = Math.ceil(group.length / 2);
      await admit(group.slice(0, half));
      await admit(group.slice(half));
      return;
    }
    quarantined.push({ siteId: site.siteId, reason: test.reason });
    const placeholder: ProxySite = { ...site, state: "quarantined" };
    if (site.state === "live" && (await passes([...accepted, placeholder])).ok) accepted.push(placeholder);
  };

  const none = await passes([]);
  if (!none.ok) return { ok: false, detail: none.reason };
  await admit(wanted);
  const last = await passes(accepted);
  if (!last.ok) return { ok: false, detail: last.reason };
  return { ok: true, sites: accepted, quarantined };
}

/** The text of a tree; sites are known to be renderable. */
export function render(
  context: TreeContext,
  sites: readonly ProxySite[],
  revision: number,
): Map<string, string> {
  return renderProxyTree({ ...context, revision, sites });
}

async function writeTree(context: TreeContext, folder: string, files: Map<string, string>): Promise<void> {
  const { system, instance } = context;
  await system.files.makeFolder(folder, readableByNginx(system, instance, 0o750));
  await system.files.makeFolder(`${folder}/sites`, readableByNginx(system, instance, 0o750));
  const options = readableByNginx(system, instance, 0o640);
  for (const [path, text] of files) {
    if ((await system.files.readText(`${folder}/${path}`)) !== text) {
      await system.files.writeAtomic(`${folder}/${path}`, text, options);
    }
  }
}

/**
 * `nginx -t` as the user nginx runs as and with the sockets it will have: by itself it would try to bind them, and
 * could not bind a port below 1024.
 */
async function testTree(
  context: TreeContext,
  folder: string,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  const { system, instance } = context;
  const log = `${instancePaths(instance).nginx}/test.log`;
  await system.files.remove(log);
  const process = await spawnNginx({
    ...context,
    name: "nginx-test",
    configPath: `${folder}/nginx.conf`,
    extraArguments: ["-t"],
    log,
  });
  const ended = await until(system, TEST_DEADLINE_MS, async () => !(await isHeld(system, process)));
  if (!ended) {
    await signalQuietly(system, { ...process, signal: "SIGKILL", group: true });
    return { ok: false, reason: `nginx did not finish its test within ${TEST_DEADLINE_MS / 1_000} s` };
  }
  const lines = await processOutput(system, log, 0);
  if (lines.some((line) => line.endsWith("test is successful"))) return { ok: true };
  return { ok: false, reason: emergency(lines, folder) ?? lines.at(-1) ?? "nginx ended without a word" };
}

/** The first line of level emerg, with paths people know instead of those of the staging folder. */
export function emergency(lines: readonly string[], folder: string): string | null {
  const line = lines.find((candidate) => candidate.includes("[emerg]"));
  if (line === undefined) return null;
  return line
    .replace(/^.*?\[emerg\] (\d+#\d+: )?/, "")
    .replaceAll(`${folder}/`, "")
    .trim();
}

function refusal(site: ProxySite, context: Pick<TreeContext, "listen" | "nginxVersion">): string | null {
  try {
    renderSite(site, context);
    return null;
  } catch (error) {
    if (error instanceof RefusedValue) return error.message;
    throw error;
  }
}

/** Two servers of one name are only a warning to nginx, which then ignores the second. */
function domainConflict(site: ProxySite, owners: ReadonlyMap<string, string>): string | null {
  const taken = site.spec.domains.find((domain) => owners.has(domain));
  return taken === undefined ? null : `The domain ${taken} belongs to the site ${owners.get(taken)} already.`;
}

/** A 503 on the domains that are still free; null when there is none or the site's basics are what is refused. */
function placeholderFor(
  site: ProxySite,
  owners: ReadonlyMap<string, string>,
  context: Pick<TreeContext, "listen" | "nginxVersion">,
): ProxySite | null {
  const domains = site.spec.domains.filter((domain) => !owners.has(domain));
  const placeholder: ProxySite = { ...site, state: "quarantined", spec: { ...site.spec, domains } };
  return domains.length > 0 && refusal(placeholder, context) === null ? placeholder : null;
}
