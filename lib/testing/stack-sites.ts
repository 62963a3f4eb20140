/** Sites of a running Monban: made through the API, visited as visitors do. */
import { type IncomingHttpHeaders, request } from "node:http";
import { dirname } from "node:path";
import type { Operation } from "../schema/operation.ts";
import type { SiteView } from "../schema/site-view.ts";
import { gunicornAndFlask, pythonEnvironment } from "./python-environment.ts";
import type { Stack } from "./start-stack.ts";
import { type AppKind, writeApp } from "./write-app.ts";

const VISIT_DEADLINE_MS = 20_000;

export type StackSite = { id: string; name: string; domain: string; folder: string };

export type StackSiteOptions = {
  kind?: AppKind;
  version?: string;
  /** An application that is there already, instead of one of a kind. */
  folder?: string;
  /** Fields of the request besides name, domains and source; each replaces the one of this helper. */
  change?: Record<string, unknown>;
};

/** The request that makes a small site quickly: no packages to install, one worker, nothing to watch. */
export async function siteRequest(name: string, folder: string): Promise<Record<string, unknown>> {
  return {
    name,
    domains: [`${name}.localhost`],
    source: { path: folder },
    app: { entry: "app:app" },
    pool: { workers: 1, threads: 4, gracefulTimeoutMs: 5_000 },
    environment: { kind: "existing", path: await environmentPath() },
    rollout: { watchWindowMs: 0 },
  };
}

/** A virtual environment with gunicorn and Flask, made once for all tests. */
export async function environmentPath(): Promise<string> {
  const { python } = await pythonEnvironment({ packages: gunicornAndFlask });
  return dirname(dirname(python));
}

/** Creates the site and waits until it serves; rejects with the operation's error when it does not. */
export async function makeSite(
  stack: Stack,
  name: string,
  options: StackSiteOptions = {},
): Promise<StackSite> {
  const { kind = "healthy", version = "v1", change = {} } = options;
  const folder = options.folder ?? `${stack.folder}/apps/${name}`;
  if (!options.folder) await writeApp(folder, kind, { version });
  const body = { ...(await siteRequest(name, folder)), ...change };
  const made = await stack.api<{ site: SiteView; operation: Operation }>("POST", "/api/v1/sites", body);
  if (made.status !== 202) throw new Error(`POST sites: ${made.status} ${JSON.stringify(made.body)}`);
  const operation = await stack.finished(made.body.operation.id);
  if (operation.state !== "succeeded")
    throw new Error(`${name} was not created: ${JSON.stringify(operation.error)}`);
  return { id: made.body.site.id, name, domain: `${name}.localhost`, folder };
}

/** Begins an action such as `reloads` and returns the operation as it began. */
export async function begin(
  stack: Stack,
  site: Pick<StackSite, "id">,
  action: string,
  body?: unknown,
): Promise<Operation> {
  const reply = await stack.api<{ operation: Operation }>("POST", `/api/v1/sites/${site.id}/${action}`, body);
  if (reply.status !== 202) throw new Error(`${action}: ${reply.status} ${JSON.stringify(reply.body)}`);
  return reply.body.operation;
}

/** Runs an action to its end, whatever that is. */
export async function act(
  stack: Stack,
  site: Pick<StackSite, "id">,
  action: string,
  body?: unknown,
): Promise<Operation> {
  return stack.finished((await begin(stack, site, action, body)).id);
}

export type VisitAnswer = { status: number; headers: IncomingHttpHeaders; body: string };

/** One request as a visitor sends it, through nginx. */
export function visit(
  stack: Pick<Stack, "httpPort">,
  host: string,
  path = "/",
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<VisitAnswer> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: "127.0.0.1",
        port: stack.httpPort,
        path,
        method: options.method ?? "GET",
        headers: { host, connection: "close", ...options.headers },
        agent: false,
        timeout: VISIT_DEADLINE_MS,
      },
      (response) => {
        let body = "";
        response
          .setEncoding("utf8")
          .on("data", (text: string) => {
            body += text;
          })
          .on("error", reject)
          .on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      },
    );
    asked.on("timeout", () => asked.destroy(new Error(`no answer within ${VISIT_DEADLINE_MS} ms`)));
    asked.on("error", reject);
    asked.end(options.body);
  });
}

/** Which version answers, by the JSON most test applications answer with. */
export async function versionOf(stack: Pick<Stack, "httpPort">, domain: string): Promise<string> {
  const { status, body } = await visit(stack, domain);
  if (status !== 200) throw new Error(`${domain} answered ${status}: ${body.slice(0, 200)}`);
  return (JSON.parse(body) as { version: string }).version;
}
