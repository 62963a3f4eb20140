import fs from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openDatabase } from "../db/client.ts";
import { createTestPanel, firstError, type TestPanel } from "../testing/test-panel.ts";
import { waitFor } from "../testing/wait-for.ts";

let panel: TestPanel;
let source: string;

beforeEach(async () => {
  panel = await createTestPanel();
  source = await panel.source("shop-source");
});
afterEach(() => panel.close());

const create = (more: object = {}, headers: Record<string, string> = {}) =>
  panel.asAdmin("POST", "/api/v1/sites", {
    body: { name: "shop", domains: ["shop.localhost"], source: { path: source }, ...more },
    headers,
  });
const change = (id: string, body: object, headers: Record<string, string> = {}) =>
  panel.asAdmin("PATCH", `/api/v1/sites/${id}`, { body, headers });

describe("creating a site", () => {
  test("begins an operation and says where to watch it", async () => {
    const { status, headers, body } = await create();
    expect(status).toBe(202);
    expect(body.operation).toMatchObject({
      kind: "create",
      siteId: body.site.id,
      actor: { kind: "user", name: "admin" },
    });
    expect(headers.get("location")).toBe(`/api/v1/operations/${body.operation.id}`);
    expect(headers.get("etag")).toBe('"1"');
    expect(await panel.ended(body.operation)).toMatchObject({ state: "succeeded" });
    const site = await panel.asAdmin("GET", `/api/v1/sites/${body.site.id}`);
    expect(site.body).toMatchObject({
      name: "shop",
      state: "ready",
      revision: 1,
      status: { health: "healthy", workers: { ready: 2, wanted: 2 }, release: { number: 1 } },
    });
  });

  test("finds what was left out in the source, and takes the measured defaults", async () => {
    await fs.mkdir(path.join(source, "instance"));
    const { body } = await create();
    expect(body.site).toMatchObject({
      app: { entry: "run:app", framework: "flask" },
      static: [{ urlPath: "/static/", directory: "static" }],
      persistent: [{ path: "instance", kind: "directory" }],
      health: { path: "/health" },
      pool: { server: "gunicorn", workerClass: "gthread", workers: 2, threads: 8 },
    });
  });

  test("takes what was said over what was found", async () => {
    const { body } = await create({
      app: { entry: "run:app" },
      static: [],
      health: { path: "/" },
      pool: { workers: 1, workerClass: "sync" },
    });
    expect(body.site).toMatchObject({
      app: { entry: "run:app", framework: "flask" },
      static: [],
      health: { path: "/" },
      pool: { workers: 1, workerClass: "sync", threads: 1 },
    });
  });

  test("hands the whole state over and writes it down", async () => {
    const { body } = await create();
    const desired = panel.supervisor.desired();
    expect(desired).toMatchObject({
      revision: 1,
      sites: [{ id: body.site.id, wanted: "started", revision: 1 }],
    });
    const database = await openDatabase(panel.databaseFile);
    const [row] = await database.db.site.findMany({ include: { domains: true } });
    await database.close();
    expect(row).toMatchObject({ id: body.site.id, liveName: "shop", domains: [{ name: "shop.localhost" }] });
  });

  test("can leave it stopped", async () => {
    const { status, body } = await create({ start: false });
    expect(status).toBe(202);
    expect(body.operation).toBeNull();
    expect(body.site).toMatchObject({ wanted: "stopped", state: "stopped" });
  });

  test("with a name or a domain that is taken is refused, with the field", async () => {
    await create();
    const sameName = await create({ domains: ["other.localhost"] });
    expect(sameName.status).toBe(409);
    expect(sameName.body).toMatchObject({ code: "name-taken", errors: [{ path: "name" }] });
    const sameDomain = await create({ name: "blog", domains: ["blog.localhost", "shop.localhost"] });
    expect(sameDomain.status).toBe(409);
    expect(sameDomain.body).toMatchObject({ code: "domain-taken", errors: [{ path: "domains.1" }] });
  });

  test("twice at the same moment gives the domain to one of them", async () => {
    const answers = await Promise.all([create(), create({ name: "blog" }), create({ name: "wiki" })]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409, 409]);
    expect(panel.supervisor.desired().sites).toHaveLength(1);
  });

  test("with an entry point that does not exist is a field error", async () => {
    const { status, body } = await create({ app: { entry: "wsgi:application" } });
    expect(status).toBe(422);
    expect(firstError(body)).toBe("app.entry: There is no module wsgi in the source folder.");
  });

  test("from a folder without an application asks for the entry point", async () => {
    const empty = path.join(panel.folder, "empty");
    await fs.mkdir(empty);
    const { status, body } = await create({ source: { path: empty } });
    expect(status).toBe(422);
    expect(firstError(body)).toMatch(/^app\.entry: No Flask/);
  });

  test("from a path that does not exist or is a file is a field error", async () => {
    expect(firstError((await create({ source: { path: "/nowhere/at-all" } })).body)).toBe(
      "source.path: This folder does not exist.",
    );
    const file = await create({ source: { path: path.join(source, "run.py") } });
    expect(firstError(file.body)).toBe("source.path: This is not a folder.");
    const named = await create({
      source: { path: "/nowhere/at-all" },
      app: { entry: "run:app" },
      static: [],
      persistent: [],
      health: { path: "/" },
    });
    expect(firstError(named.body)).toBe("source.path: This folder does not exist.");
  });
});

describe("changing a site", () => {
  test("merges objects, replaces lists and raises the revision", async () => {
    const site = await panel.createSite("blog");
    const answer = await change(site.id, {
      pool: { workers: 3 },
      domains: ["blog.localhost", "www.blog.localhost"],
    });
    expect(answer.status).toBe(202);
    expect(answer.body.operation).toMatchObject({ kind: "apply", siteId: site.id });
    expect(answer.body.site).toMatchObject({
      revision: 2,
      pool: { workers: 3, threads: 8 },
      domains: ["blog.localhost", "www.blog.localhost"],
      health: { path: "/health" },
    });
  });

  test("that changes nothing answers 200 and begins nothing", async () => {
    const site = await panel.createSite("blog");
    const answer = await change(site.id, { pool: { workers: site.pool.workers } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ operation: null, site: { revision: 1 } });
  });

  test("with the revision that was seen succeeds, with an older one is refused", async () => {
    const site = await panel.createSite("blog");
    expect((await change(site.id, { pool: { workers: 3 } }, { "if-match": '"1"' })).status).toBe(202);
    const stale = await change(site.id, { pool: { workers: 4 } }, { "if-match": '"1"' });
    expect(stale.status).toBe(412);
    expect(stale.body.code).toBe("stale-revision");
    expect((await change(site.id, { pool: { workers: 4 } }, { "if-match": 'W/"2"' })).status).toBe(202);
    expect((await change(site.id, { pool: { workers: 5 } }, { "if-match": "latest" })).status).toBe(400);
  });

  test("by two at the same moment is saved for one of them", async () => {
    const site = await panel.createSite("blog");
    const answers = await Promise.all([3, 4, 5].map((workers) => change(site.id, { pool: { workers } })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([202, 409, 409]);
  });

  test("cannot take a domain of another site, or another name", async () => {
    const blog = await panel.createSite("blog");
    await panel.createSite("wiki");
    expect((await change(blog.id, { domains: ["wiki.localhost"] })).status).toBe(409);
    expect(firstError((await change(blog.id, { name: "log" })).body)).toMatch(
      /^name: The name of a site never changes/,
    );
  });

  test("keeps secrets secret: they go in and never come out", async () => {
    const site = await panel.createSite("blog", {
      env: { PLAIN: "visible", API_KEY: { value: "s3cr3t-value", secret: true } },
    });
    expect(site.env).toEqual({ PLAIN: "visible", API_KEY: { secret: true } });
    const stored = () => panel.supervisor.desired().sites[0]?.spec.env;
    // Sent back as it was answered, absent, and beside another change: the value stays.
    expect((await change(site.id, { env: site.env })).status).toBe(200);
    await change(site.id, { env: { OTHER: "1" } });
    expect(stored()).toContainEqual({ name: "API_KEY", value: "s3cr3t-value", secret: true });
    // A new value, given plainly, stays secret.
    await change(site.id, { env: { API_KEY: "n3w-value" } });
    expect(stored()).toContainEqual({ name: "API_KEY", value: "n3w-value", secret: true });
    const shown = await change(site.id, { env: { API_KEY: { secret: false } } });
    expect(firstError(shown.body)).toBe("env.API_KEY: Give the value again to stop keeping it secret.");
    await change(site.id, { env: { API_KEY: null } });
    expect(stored()?.map((variable) => variable.name)).toEqual(["PLAIN", "OTHER"]);
  });

  test("no answer holds a secret, not even generated files or the audit log", async () => {
    const site = await panel.createSite("blog", {
      env: { API_KEY: { value: "s3cr3t-value", secret: true } },
    });
    for (const target of [
      `/sites/${site.id}`,
      "/sites",
      `/sites/${site.id}/config-files`,
      "/audit",
      "/events",
      "/operations",
    ]) {
      const { status, body } = await panel.asAdmin("GET", `/api/v1${target}`);
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain("s3cr3t-value");
    }
    const { body } = await panel.asAdmin("GET", `/api/v1/sites/${site.id}/config-files`);
    expect(body.data[1].text).toContain("API_KEY=••••••");
  });
});

describe("while the supervisor is away", () => {
  test("a change is refused with 503 and nothing is saved", async () => {
    const site = await panel.createSite("blog");
    await panel.supervisorLeaves();
    const answer = await change(site.id, { pool: { workers: 5 } });
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({
      code: "supervisor-away",
      detail: expect.stringContaining("Sites keep serving"),
    });
    expect(answer.headers.get("retry-after")).toBe("2");
    for (const verb of ["reloads", "restarts", "stops"])
      expect((await panel.asAdmin("POST", `/api/v1/sites/${site.id}/${verb}`)).status).toBe(503);
    expect((await panel.asAdmin("DELETE", `/api/v1/sites/${site.id}`)).status).toBe(503);
    expect((await create()).status).toBe(503);
    const { body } = await panel.asAdmin("GET", `/api/v1/sites/${site.id}`);
    expect(body).toMatchObject({
      revision: 1,
      pool: { workers: 2 },
      state: "unknown",
      status: { health: "unknown" },
    });
  });

  test("sites, operations, releases and the status can still be read", async () => {
    const site = await panel.createSite("blog");
    await panel.asAdmin("GET", `/api/v1/sites/${site.id}/releases`);
    await panel.supervisorLeaves();
    expect((await panel.asAdmin("GET", "/api/v1/sites")).body.data).toMatchObject([
      { name: "blog", state: "unknown" },
    ]);
    expect((await panel.asAdmin("GET", "/api/v1/operations")).body.data).toMatchObject([{ kind: "create" }]);
    expect((await panel.asAdmin("GET", `/api/v1/sites/${site.id}/releases`)).body.data).toMatchObject([
      { number: 1 },
    ]);
    expect((await panel.asAdmin("GET", "/api/v1/status")).body).toMatchObject({
      supervisorReachable: false,
      supervisor: { state: "unknown", pid: null },
      notices: [{ code: "supervisor-away" }],
    });
    expect((await panel.call("GET", "/healthz")).status).toBe(200);
    expect((await panel.call("GET", "/readyz")).status).toBe(503);
    expect((await panel.asAdmin("GET", `/api/v1/sites/${site.id}/workers`)).status).toBe(503);
  });

  test("it is brought in step when it returns with an older state", async () => {
    const site = await panel.createSite("blog");
    await panel.supervisorLeaves();
    await panel.supervisorReturns();
    await waitFor("the sites to be handed over", () => panel.supervisor.desired().sites[0]?.id === site.id);
  });

  test("what the panel wrote down counts over what a supervisor holds from an interrupted change", async () => {
    const site = await panel.createSite("blog");
    const desired = structuredClone(panel.supervisor.desired());
    await panel.supervisorLeaves();
    const [blog] = desired.sites;
    if (blog) blog.spec.pool.workers = 60;
    await panel.supervisorReturns({ desired: { ...desired, revision: 40 } });
    await waitFor("the panel's state to be handed over", () => panel.supervisor.desired().revision > 40);
    expect(panel.supervisor.desired().sites).toMatchObject([{ id: site.id, spec: { pool: { workers: 2 } } }]);
    expect((await change(site.id, { pool: { workers: 3 } })).status).toBe(202);
  });
});

describe("removing a site", () => {
  test("frees its name and domain, and purges only when that is said", async () => {
    const site = await panel.createSite("blog");
    const { status, body } = await panel.asAdmin("DELETE", `/api/v1/sites/${site.id}`);
    expect(status).toBe(202);
    expect(body.operation).toMatchObject({ kind: "remove" });
    expect(panel.supervisor.purged).toEqual([]);
    expect((await panel.asAdmin("GET", `/api/v1/sites/${site.id}`)).status).toBe(404);
    const again = await panel.createSite("blog");
    await panel.asAdmin("DELETE", `/api/v1/sites/${again.id}?purge=true`);
    expect(panel.supervisor.purged).toEqual([again.id]);
    expect(firstError((await panel.asAdmin("DELETE", `/api/v1/sites/${again.id}?purge=yes`)).body)).toBe(
      "purge: Choose one of: true, false.",
    );
  });
});

describe("actions", () => {
  test.each(["reloads", "restarts"])("%s begin an operation", async (verb) => {
    const site = await panel.createSite("blog");
    const { status, headers, body } = await panel.asAdmin("POST", `/api/v1/sites/${site.id}/${verb}`);
    expect(status).toBe(202);
    expect(headers.get("location")).toBe(`/api/v1/operations/${body.operation.id}`);
    expect(await panel.ended(body.operation)).toMatchObject({ kind: verb.slice(0, -1), state: "succeeded" });
  });

  test("stop and start, and say when there is nothing to do", async () => {
    const site = await panel.createSite("blog");
    const post = (verb: string) => panel.asAdmin("POST", `/api/v1/sites/${site.id}/${verb}`);
    expect((await post("starts")).body.code).toBe("already-started");
    const stop = await post("stops");
    expect(stop.body).toMatchObject({
      operation: { kind: "stop" },
      site: { wanted: "stopped", revision: 2 },
    });
    await panel.ended(stop.body.operation);
    expect((await post("stops")).body.code).toBe("already-stopped");
    expect((await post("reloads")).body.code).toBe("site-stopped");
    const start = await post("starts");
    expect(start.body).toMatchObject({ operation: { kind: "start" }, site: { wanted: "started" } });
  });

  test("a start of a site that failed is a restart", async () => {
    const site = await panel.createSite("blog");
    panel.supervisor.alter((observed) => {
      for (const seen of observed.sites) seen.state = "failed";
    });
    panel.pass(1_000);
    const { status, body } = await panel.asAdmin("POST", `/api/v1/sites/${site.id}/starts`);
    expect(status).toBe(202);
    expect(body.operation.kind).toBe("restart");
  });

  test("a second one while the first is under way is refused", async () => {
    const site = await panel.createSite("blog");
    panel.supervisor.hold();
    expect((await panel.asAdmin("POST", `/api/v1/sites/${site.id}/reloads`)).status).toBe(202);
    const second = await panel.asAdmin("POST", `/api/v1/sites/${site.id}/reloads`);
    expect(second.status).toBe(409);
    expect(second.body.code).toBe("site-busy");
    panel.supervisor.release();
  });

  test("roll back to a release by its id", async () => {
    const site = await panel.createSite("blog");
    await panel.ended((await panel.asAdmin("POST", `/api/v1/sites/${site.id}/reloads`)).body.operation);
    const { body } = await panel.asAdmin("GET", `/api/v1/sites/${site.id}/releases`);
    expect(body.data.map((release: { number: number }) => release.number)).toEqual([2, 1]);
    const rollBack = (releaseId: string) =>
      panel.asAdmin("POST", `/api/v1/sites/${site.id}/rollbacks`, { body: { releaseId } });
    const answer = await rollBack(body.data[1].id);
    expect(answer.status).toBe(202);
    expect(await panel.ended(answer.body.operation)).toMatchObject({ kind: "rollback", release: 1 });
    expect((await rollBack("rel_0000000000000000")).status).toBe(404);
    expect((await rollBack("1")).status).toBe(422);
  });

  test("a failed one keeps its reason", async () => {
    const site = await panel.createSite("blog");
    panel.supervisor.failNext("reload", "ready", "ModuleNotFoundError: No module named 'stripe'");
    const { body } = await panel.asAdmin("POST", `/api/v1/sites/${site.id}/reloads`);
    const operation = await panel.ended(body.operation);
    expect(operation).toMatchObject({ state: "failed", error: { code: "ready-failed" } });
    expect(operation.steps.find((step) => step.state === "failed")?.detail).toContain("stripe");
  });
});

describe("an Idempotency-Key", () => {
  test("makes the same request act once, also at the same moment", async () => {
    const site = await panel.createSite("blog");
    const reload = () =>
      panel.asAdmin("POST", `/api/v1/sites/${site.id}/reloads`, { headers: { "idempotency-key": "again" } });
    const first = await reload();
    const second = await reload();
    expect(second.status).toBe(202);
    expect(second.body).toEqual(first.body);
    expect(second.headers.get("location")).toBe(first.headers.get("location"));
    expect(second.headers.get("idempotent-replayed")).toBe("true");
    await panel.ended(first.body.operation);
    const created = await Promise.all([1, 2].map(() => create({}, { "idempotency-key": "one-shop" })));
    expect(created.map((answer) => answer.status).sort()).toEqual([202, 409]);
    expect((await create({}, { "idempotency-key": "one-shop" })).status).toBe(202);
    expect((await panel.asAdmin("GET", "/api/v1/sites")).body.data).toHaveLength(2);
  });

  test("that was used for another request is refused", async () => {
    await create({}, { "idempotency-key": "k" });
    const other = await create({ name: "blog", domains: ["b.localhost"] }, { "idempotency-key": "k" });
    expect(other.status).toBe(422);
    expect(other.body.code).toBe("key-reused");
  });

  test("does not keep a refusal: the repaired request may use it", async () => {
    expect((await create({ domains: ["a;b"] }, { "idempotency-key": "k" })).status).toBe(422);
    expect((await create({}, { "idempotency-key": "k" })).status).toBe(202);
  });
});

test("a list of sites comes in pages", async () => {
  for (const name of ["a", "b", "c"]) await panel.createSite(name);
  const first = await panel.asAdmin("GET", "/api/v1/sites?limit=2");
  expect(first.body.data.map((site: { name: string }) => site.name)).toEqual(["a", "b"]);
  const second = await panel.asAdmin("GET", `/api/v1/sites?limit=2&cursor=${first.body.nextCursor}`);
  expect(second.body).toMatchObject({ data: [{ name: "c" }], nextCursor: null });
});
