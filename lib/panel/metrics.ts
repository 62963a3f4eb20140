/** Prometheus text of what was observed. Pure. */
import type { ProcessInfo, SiteObservation } from "../schema/observed.ts";
import type { SiteView } from "../schema/site-view.ts";
import type { StatusView } from "../schema/status-view.ts";

type Sample = { labels?: Record<string, string>; value: number | null };

/** Unknown values are left out: a missing sample says "unknown", a zero would not. */
export function metricsText(status: StatusView, sites: SiteView[], seen: SiteObservation[]): string {
  const processes: [string, ProcessInfo][] = [
    ["keeper", status.keeper],
    ["supervisor", status.supervisor],
    ["panel", status.panel],
    ["nginx", status.nginx],
  ];
  const perSite = (read: (site: SiteObservation) => number | null): Sample[] =>
    seen.map((site) => ({ labels: { site: site.name }, value: read(site) }));
  const families: [name: string, help: string, samples: Sample[]][] = [
    ["monban_info", "Always 1; the version is a label.", [{ labels: { version: status.version }, value: 1 }]],
    [
      "monban_supervisor_reachable",
      "1 while the panel reaches the supervisor.",
      [{ value: status.supervisorReachable ? 1 : 0 }],
    ],
    ["monban_sites", "Sites that exist.", [{ value: sites.length }]],
    [
      "monban_process_up",
      "1 while a process of Monban is ready.",
      processes.map(([name, it]) => ({
        labels: { process: name },
        value: it.state === "unknown" ? null : it.state === "ready" ? 1 : 0,
      })),
    ],
    [
      "monban_process_resident_memory_bytes",
      "Resident memory of a process of Monban.",
      processes.map(([name, it]) => ({ labels: { process: name }, value: it.rssBytes })),
    ],
    [
      "monban_process_restarts",
      "How often a process was restarted.",
      processes.map(([name, it]) => ({
        labels: { process: name },
        value: it.state === "unknown" ? null : it.restarts,
      })),
    ],
    [
      "monban_log_readers",
      "Logs being followed for somebody; closing a log frees its reader.",
      [{ value: status.logReaders }],
    ],
    [
      "monban_site_up",
      "1 while a site is healthy or degraded, 0 while it is down or stopped.",
      perSite(({ health: { status: health } }) =>
        health === "unknown" ? null : health === "healthy" || health === "degraded" ? 1 : 0,
      ),
    ],
    ["monban_site_workers", "Workers that are ready.", perSite((site) => site.workers.ready)],
    ["monban_site_workers_busy", "Workers that serve a request.", perSite((site) => site.workers.busy)],
    ["monban_site_workers_wanted", "Workers that are wanted.", perSite((site) => site.workers.wanted)],
    [
      "monban_site_requests_per_second",
      "Requests per second over the last minute.",
      perSite((site) => site.traffic.requestsPerSecond),
    ],
    [
      "monban_site_error_ratio",
      "Share of answers with a server error over the last minute.",
      perSite((site) => site.traffic.errorRate),
    ],
    [
      "monban_site_latency_p95_seconds",
      "95th percentile of the time to answer over the last minute.",
      perSite((site) => (site.traffic.p95Ms === null ? null : site.traffic.p95Ms / 1_000)),
    ],
    [
      "monban_site_queue_waiting_ratio",
      "Share of the last five minutes in which connections waited for a worker.",
      perSite((site) => site.traffic.queueWaitingShare5m),
    ],
    ["monban_site_release", "Number of the release that serves.", perSite((site) => site.release)],
    [
      "monban_site_quarantined",
      "1 while a site is quarantined.",
      perSite((site) => (site.quarantine ? 1 : 0)),
    ],
  ];
  return families.map(([name, help, samples]) => family(name, help, samples)).join("");
}

function family(name: string, help: string, samples: Sample[]): string {
  const known = samples.filter(({ value }) => value !== null);
  if (known.length === 0) return "";
  const lines = known.map(({ labels = {}, value }) => {
    const text = Object.entries(labels).map(([label, it]) => `${label}="${escapeLabel(it)}"`);
    return `${name}${text.length > 0 ? `{${text.join(",")}}` : ""} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join("")}`;
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
