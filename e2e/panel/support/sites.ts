/** Sites a journey begins with, made quickly through the API, and the folders they come from. */
import { writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Operation } from "../../../lib/schema/operation.ts";
import type { SiteView } from "../../../lib/schema/site-view.ts";
import { gunicornAndFlask, pythonEnvironment } from "../../../lib/testing/python-environment.ts";
import { type AppKind, writeApp } from "../../../lib/testing/write-app.ts";
import type { Monban } from "./monban.ts";

export type Made = { id: string; name: string; host: string; folder: string };

export type SiteOptions = {
  kind?: AppKind;
  /** The text of app.py, instead of an application of a kind. */
  code?: string;
  /** Fields of the request besides name and source; each replaces the one of this helper. */
  change?: Record<string, unknown>;
};

/** A folder with an application in it, of which nothing is known to Monban yet. */
export async function writeFolder(
  monban: Monban,
  name: string,
  kind: AppKind = "healthy",
  version = "v1",
): Promise<string> {
  const folder = `${monban.folder}/apps/${name}`;
  await writeApp(folder, kind, { version });
  return folder;
}

/** A site that serves; its environment is one that is there already, so that nothing is installed. */
export async function makeSite(
  monban: Monban,
  name: string,
  { kind = "healthy", code, change = {} }: SiteOptions = {},
): Promise<Made> {
  const folder = await writeFolder(monban, name, kind);
  if (code) await writeFile(`${folder}/app.py`, code);
  const { python } = await pythonEnvironment({ packages: gunicornAndFlask });
  const made = await monban.api<{ site: SiteView; operation: Operation }>("POST", "/api/v1/sites", {
    name,
    domains: [`${name}.localhost`],
    source: { path: folder },
    app: { entry: "app:app" },
    pool: { workers: 1, threads: 2, gracefulTimeoutMs: 5_000 },
    environment: { kind: "existing", path: dirname(dirname(python)) },
    rollout: { watchWindowMs: 0 },
    ...change,
  });
  if (made.status !== 202) throw new Error(`POST sites: ${made.status} ${JSON.stringify(made.body)}`);
  const operation = await monban.finished(made.body.operation.id);
  if (operation.state !== "succeeded")
    throw new Error(`${name} was not created: ${JSON.stringify(operation.error)}`);
  return { id: made.body.site.id, name, host: `${name}.localhost`, folder };
}

/** Takes a site away again, so that the next journey meets an installation where all is well. */
export async function removeSite(monban: Monban, { id }: Pick<Made, "id">): Promise<void> {
  const { body } = await monban.api<{ operation: Operation }>("DELETE", `/api/v1/sites/${id}?purge=true`);
  if (body.operation) await monban.finished(body.operation.id);
}

export async function siteNamed(monban: Monban, name: string): Promise<SiteView | undefined> {
  const { body } = await monban.api<{ data: SiteView[] }>("GET", "/api/v1/sites");
  return body.data.find((site) => site.name === name);
}
