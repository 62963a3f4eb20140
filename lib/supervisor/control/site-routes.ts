/** What there is to know about one site: workers, releases, history, generated files, logs. */
import * as z from "zod";
import { type ConfigFile, logQuerySchema } from "../../control/contract.ts";
import { sitePaths } from "../../core/layout.ts";
import { logLevelSchema, logSourceSchema } from "../../schema/log-line.ts";
import { followLog } from "../logs/follow-log.ts";
import { LogCursorError, openParts } from "../logs/log-parts.ts";
import { logPath, readLogPage } from "../logs/read-page.ts";
import { observedWorkers } from "../pool/observed-workers.ts";
import { listReleases } from "../releases/release-records.ts";
import { findStrays } from "../releases/strays.ts";
import type { SiteRuntime } from "../site-runtime.ts";
import { boundedNumber, type Call, Refusal, type Route } from "./http.ts";
import type { ControlParts } from "./parts.ts";

const MAX_HISTORY_MINUTES = 2 * 24 * 60;
/** Half a second of work at most; a page that did not find enough says where to go on. */
const MAX_SCAN_BYTES = 16 * 1024 ** 2;
const DOWNLOAD_BLOCK_BYTES = 256 * 1024;
const streamQuerySchema = z.object({
  source: logSourceSchema,
  contains: z.string().max(200).optional(),
  level: logLevelSchema.optional(),
  after: z.string().max(100).optional(),
});

export function siteRoutes({ context }: ControlParts): Route[] {
  const ofSite = (call: Call): SiteRuntime => {
    for (const runtime of context.sites.values()) if (runtime.siteId === call.params.siteId) return runtime;
    throw new Refusal({
      status: 404,
      code: "site-unknown",
      title: "Unknown site",
      detail: `There is no site ${call.params.siteId}.`,
    });
  };
  const pathsOf = (runtime: SiteRuntime) => sitePaths(context.instance, runtime.name);

  return [
    {
      method: "GET",
      pattern: "/v1/sites/:siteId/workers",
      handler: async (call) => ({
        status: 200,
        json: { data: await observedWorkers(context, ofSite(call)) },
      }),
    },
    {
      method: "GET",
      pattern: "/v1/sites/:siteId/releases",
      handler: async (call) => {
        const runtime = ofSite(call);
        const site = context.desired.get().sites.find((candidate) => candidate.id === runtime.siteId);
        const releases = await listReleases(context, runtime.name);
        const data = await Promise.all(
          releases.map(async (release) =>
            release.current && site
              ? { ...release, strays: await findStrays(context, site, release.number) }
              : release,
          ),
        );
        return { status: 200, json: { data } };
      },
    },
    {
      method: "GET",
      pattern: "/v1/sites/:siteId/history",
      handler: async (call) => {
        const minutes = boundedNumber(call.query.get("minutes"), 60, MAX_HISTORY_MINUTES);
        return { status: 200, json: { data: await ofSite(call).metrics.history(Math.max(1, minutes)) } };
      },
    },
    {
      method: "GET",
      pattern: "/v1/sites/:siteId/config-files",
      handler: async (call) => ({ status: 200, json: { data: await configFiles(ofSite(call)) } }),
    },
    {
      method: "GET",
      pattern: "/v1/sites/:siteId/logs",
      handler: async (call) => {
        const query = parseQuery(call, logQuerySchema);
        try {
          const page = await readLogPage(pathsOf(ofSite(call)), query, {
            files: context.logFiles,
            clock: context.system.clock,
            maxScanBytes: MAX_SCAN_BYTES,
          });
          return { status: 200, json: page };
        } catch (cause) {
          if (!(cause instanceof LogCursorError)) throw cause;
          const errors = [{ path: query.before ? "before" : "after", message: cause.message }];
          throw new Refusal({
            status: 422,
            code: "invalid",
            title: "Invalid",
            detail: cause.message,
            errors,
          });
        }
      },
    },
    {
      method: "GET",
      pattern: "/v1/sites/:siteId/logs/stream",
      handler: async (call) => {
        const query = parseQuery(call, streamQuerySchema);
        const paths = pathsOf(ofSite(call));
        call.response.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store" });
        call.response.flushHeaders();
        for await (const line of followLog(paths, query, call.signal, {
          files: context.logFiles,
          clock: context.system.clock,
        })) {
          if (!call.response.write(`${JSON.stringify(line)}\n`)) await drained(call);
        }
        call.response.end();
        return undefined;
      },
    },
    {
      method: "GET",
      pattern: "/v1/sites/:siteId/logs/download",
      handler: async (call) => {
        const query = parseQuery(call, streamQuerySchema);
        const parts = await openParts(context.logFiles, logPath(pathsOf(ofSite(call)), query.source));
        try {
          call.response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
          for (const part of [...parts].reverse()) {
            for (let offset = 0; offset < part.size && !call.signal.aborted; offset += DOWNLOAD_BLOCK_BYTES) {
              const bytes = await part.handle.read(
                offset,
                Math.min(DOWNLOAD_BLOCK_BYTES, part.size - offset),
              );
              if (!call.response.write(bytes)) await drained(call);
            }
          }
          call.response.end();
        } finally {
          for (const part of parts) await part.handle.close();
        }
        return undefined;
      },
    },
  ];

  async function configFiles(runtime: SiteRuntime): Promise<ConfigFile[]> {
    const current = `${context.paths.nginxCurrent}`;
    const revision = (await context.proxy.observe()).revision;
    const candidates: { kind: ConfigFile["kind"]; path: string; revision: number | null }[] = [
      { kind: "nginx", path: `${current}/sites/${runtime.name}.conf`, revision },
      { kind: "nginx-main", path: `${current}/nginx.conf`, revision },
    ];
    if (runtime.current) {
      const { number } = runtime.current;
      candidates.push({
        kind: "gunicorn",
        path: pathsOf(runtime).generationConfig(number),
        revision: number,
      });
    }
    const found: ConfigFile[] = [];
    for (const candidate of candidates) {
      const text = await context.system.files.readText(candidate.path);
      if (text === null) continue;
      const stat = await context.system.files.stat(candidate.path);
      found.push({ ...candidate, text, updatedAt: stat ? new Date(stat.mtimeMs).toISOString() : null });
    }
    return found;
  }
}

function parseQuery<T>(call: Call, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(Object.fromEntries(call.query));
  if (parsed.success) return parsed.data;
  throw new Refusal({
    status: 422,
    code: "invalid",
    title: "Invalid",
    detail: "Some parameters are not as they have to be.",
    errors: parsed.error.issues.map((issue) => ({ path: issue.path.join("."), message: issue.message })),
  });
}

/** Waits until the reader has taken what was written, or has gone. */
function drained(call: Call): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      call.response.off("drain", done);
      call.signal.removeEventListener("abort", done);
      resolve();
    };
    call.response.once("drain", done);
    call.signal.addEventListener("abort", done);
  });
}
