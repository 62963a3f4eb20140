/** `monban status`: is everything fine, and if not, where? Exit status 0 when it is, 1 when not, 2 when unknown. */
import type { Instance } from "../schema/instance.ts";
import type { SiteObservation } from "../schema/observed.ts";
import { askSupervisor } from "./ask-supervisor.ts";
import { panelUrl } from "./up.ts";

export async function status(instance: Instance, options: { json: boolean }): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const observed = await askSupervisor(instance).observed();
  const unwell = observed.sites.filter((site) => !["healthy", "stopped"].includes(site.health.status));
  if (options.json) {
    say(JSON.stringify(observed, null, 2));
    return unwell.length === 0 ? 0 : 1;
  }
  const healthy = observed.sites.filter((site) => site.health.status === "healthy").length;
  say(`${healthy} of ${observed.sites.length} sites healthy.  Panel ${await panelUrl(instance)}`);
  for (const notice of observed.notices) say(`! ${notice.detail}`);
  if (observed.sites.length > 0) say("");
  for (const line of table(observed.sites.sort(byTrouble).map(row))) say(line);
  say("");
  for (const name of ["keeper", "supervisor", "panel", "nginx"] as const) {
    const { pid, state, rssBytes, reason } = observed[name];
    say(
      `${name.padEnd(11)}${state.padEnd(9)}pid ${String(pid ?? "–").padEnd(9)}${megabytes(rssBytes)}${reason ? `  ${reason}` : ""}`,
    );
  }
  return unwell.length === 0 ? 0 : 1;
}

const order = ["down", "degraded", "unknown", "healthy", "stopped"];

function byTrouble(a: SiteObservation, b: SiteObservation): number {
  return order.indexOf(a.health.status) - order.indexOf(b.health.status) || a.name.localeCompare(b.name);
}

function row(site: SiteObservation): string[] {
  const { traffic, workers } = site;
  return [
    site.name,
    site.health.status,
    site.release === null ? "no release" : `release ${site.release}`,
    `${workers.ready}/${workers.wanted} workers`,
    `${traffic.requestsPerSecond.toFixed(1)} req/s`,
    traffic.p95Ms === null ? "–" : `p95 ${Math.round(traffic.p95Ms)} ms`,
    site.health.status === "healthy" ? "" : (site.health.reason ?? site.reason ?? ""),
  ];
}

function table(rows: string[][]): string[] {
  const widths =
    rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function megabytes(bytes: number | null): string {
  return bytes === null ? "" : `${(bytes / 1024 ** 2).toFixed(0)} MB`;
}
