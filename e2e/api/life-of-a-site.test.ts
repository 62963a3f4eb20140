/** The whole life of a site through the REST API of a whole Monban. */
import { access, readdir, stat } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LogLine } from "../../lib/schema/log-line.ts";
import type { Operation } from "../../lib/schema/operation.ts";
import type { ReleaseView, SiteView } from "../../lib/schema/site-view.ts";
import type { StatusView } from "../../lib/schema/status-view.ts";
import { endStack } from "../../lib/testing/end-stack.ts";
import { readEvents } from "../../lib/testing/read-events.ts";
import { siteRequest, versionOf, visit } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { writeApp } from "../../lib/testing/write-app.ts";

type Begun = { site: SiteView; operation: Operation };

let stack: Stack;
let folder: string;
let token: string;
let site: SiteView;
let path: string;

beforeAll(async () => {
  stack = await startStack();
  ({ token } = await stack.setUp());
  folder = `${stack.folder}/apps/shop`;
  await writeApp(folder, "healthy");
});
afterAll(() => endStack(stack));

async function list<Item>(below: string): Promise<Item[]> {
  const { status, body } = await stack.api<{ data: Item[] }>("GET", `${path}/${below}`);
  expect(status).toBe(200);
  return body.data;
}

async function view(): Promise<SiteView> {
  return (await stack.api<SiteView>("GET", path)).body;
}

/** Begins an action and waits for its end. */
async function act(action: string, body?: unknown, headers?: Record<string, string>): Promise<Operation> {
  const begun = await stack.api<Begun>("POST", `${path}/${action}`, body, headers);
  expect(begun.status).toBe(202);
  return stack.finished(begun.body.operation.id);
}

test("creating a site is accepted at once, with the place where its operation is told", async () => {
  const made = await stack.api<Begun>("POST", "/api/v1/sites", await siteRequest("shop", folder));
  expect(made.status).toBe(202);
  expect(made.headers.get("location")).toBe(`/api/v1/operations/${made.body.operation.id}`);
  expect(made.headers.get("etag")).not.toBeNull();
  const operation = await stack.finished(made.body.operation.id);
  expect(operation).toMatchObject({ kind: "create", state: "succeeded" });
  expect(operation.steps.every(({ state }) => state === "succeeded")).toBe(true);
  site = made.body.site;
  path = `/api/v1/sites/${site.id}`;
  expect(await versionOf(stack, "shop.localhost")).toBe("v1");
  const { body } = await stack.api<{ data: SiteView[] }>("GET", "/api/v1/sites");
  expect(body.data.map(({ name }) => name)).toEqual(["shop"]);
});

test("its workers, health, configuration, history and releases can be read", async () => {
  expect(await list("workers")).toMatchObject([{ pid: expect.any(Number) }]);
  await waitFor("the site to be healthy", async () => {
    const { body } = await stack.api<{ status: string; checks: unknown[] }>("GET", `${path}/health`);
    return body.status === "healthy" && body.checks.length > 0;
  });
  const files = await list<{ kind: string; text: string }>("config-files");
  expect(files.find(({ kind }) => kind === "nginx")?.text).toContain("shop.localhost");
  expect(files.map(({ kind }) => kind)).toContain("gunicorn");
  expect(Array.isArray(await list("history"))).toBe(true);
  expect(await list("releases")).toMatchObject([{ number: 1, current: true, result: "succeeded" }]);
});

test("a request is found in the access log by the id that its answer had", async () => {
  const { headers } = await visit(stack, "shop.localhost", "/found?by=id");
  const requestId = String(headers["x-request-id"]);
  expect(requestId).toMatch(/^[0-9a-f]{32}$/);
  const line = await waitFor("the line of the request", async () => {
    const lines = await list<LogLine>(`logs?source=access&contains=${requestId}`);
    return lines[0];
  });
  expect(line.access).toMatchObject({ requestId, method: "GET", status: 200, servedBy: "worker" });
  expect(line.access?.path).toContain("/found");
});

test("a log is told as it is written, and a reader that goes away is let go of", async () => {
  const readers = async () => (await stack.api<StatusView>("GET", "/api/v1/status")).body.logReaders;
  const before = await readers();
  const leaving = new AbortController();
  const response = await fetch(`${stack.panelUrl}${path}/logs/stream?source=access`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leaving.signal,
  });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  const reader = readEvents(response);
  await waitFor("the reader to be counted", async () => (await readers()) === (before ?? 0) + 1, {
    deadlineMs: 5_000,
  });
  const asked = await visit(stack, "shop.localhost", "/while-watching");
  const message = await reader.next(({ event }) => event === "line");
  expect((message.data as LogLine).access?.requestId).toBe(asked.headers["x-request-id"]);
  leaving.abort();
  await waitFor("the reader to be let go of", async () => (await readers()) === before, {
    deadlineMs: 5_000,
  });
});

test("a reload is begun once for one idempotency key, and refused for a site that changed meanwhile", async () => {
  await writeApp(folder, "healthy", { version: "v2" });
  const headers = { "idempotency-key": "reload-of-this-test", "if-match": `"${(await view()).revision}"` };
  const first = await stack.api<Begun>("POST", `${path}/reloads`, undefined, headers);
  const again = await stack.api<Begun>("POST", `${path}/reloads`, undefined, headers);
  expect([first.status, again.status]).toEqual([202, 202]);
  expect(again.body.operation.id).toBe(first.body.operation.id);
  expect(await stack.finished(first.body.operation.id)).toMatchObject({ kind: "reload", state: "succeeded" });
  expect(await versionOf(stack, "shop.localhost")).toBe("v2");
  expect((await list<ReleaseView>("releases")).map(({ number }) => number)).toEqual([2, 1]);
  const stale = await stack.api("POST", `${path}/reloads`, undefined, { "if-match": '"999"' });
  expect(stale.status).toBe(412);
});

test("a change is applied when it was made to what was seen, and 412 otherwise", async () => {
  const seen = await stack.api<SiteView>("GET", path);
  const etag = seen.headers.get("etag") ?? "";
  const changed = await stack.api<Begun>("PATCH", path, { pool: { threads: 2 } }, { "if-match": etag });
  expect(changed.status).toBe(202);
  expect(await stack.finished(changed.body.operation.id)).toMatchObject({
    kind: "apply",
    state: "succeeded",
  });
  expect((await view()).pool.threads).toBe(2);
  const stale = await stack.api<{ code: string }>(
    "PATCH",
    path,
    { pool: { threads: 3 } },
    { "if-match": etag },
  );
  expect(stale.status).toBe(412);
  expect((await view()).pool.threads).toBe(2);
});

test("stop, start and restart do what they say", async () => {
  expect(await act("stops")).toMatchObject({ kind: "stop", state: "succeeded" });
  expect((await visit(stack, "shop.localhost")).status).toBe(503);
  expect((await view()).state).toBe("stopped");
  expect(await act("starts")).toMatchObject({ kind: "start", state: "succeeded" });
  expect(await versionOf(stack, "shop.localhost")).toBe("v2");
  const [before] = await list<{ pid: number }>("workers");
  expect(await act("restarts")).toMatchObject({ kind: "restart", state: "succeeded" });
  const [after] = await list<{ pid: number }>("workers");
  expect(after?.pid).not.toBe(before?.pid);
});

test("a rollback serves the older release", async () => {
  const releases = await list<ReleaseView>("releases");
  const first = releases.find(({ number }) => number === 1);
  expect(await act("rollbacks", { releaseId: first?.id })).toMatchObject({
    kind: "rollback",
    state: "succeeded",
  });
  expect(await versionOf(stack, "shop.localhost")).toBe("v1");
  expect((await list<ReleaseView>("releases")).find(({ current }) => current)?.number).toBe(1);
});

test("a token may do what its scopes say, and nothing once it is revoked", async () => {
  const session = await stack.api("POST", "/api/v1/sessions", stack.admin, { origin: stack.panelUrl });
  const cookie = session.headers
    .getSetCookie()
    .map((line) => line.split(";")[0])
    .join("; ");
  const asAdmin = { cookie, origin: stack.panelUrl, "content-type": "application/json" };
  const created = await fetch(`${stack.panelUrl}/api/v1/tokens`, {
    method: "POST",
    headers: asAdmin,
    body: JSON.stringify({ name: "reader", scopes: ["sites:read"] }),
  });
  expect(created.status).toBe(201);
  const { id, secret } = (await created.json()) as { id: string; secret: string };
  const asReader = { authorization: `Bearer ${secret}` };
  expect((await stack.api("GET", path, undefined, asReader)).status).toBe(200);
  expect((await stack.api("POST", `${path}/reloads`, undefined, asReader)).status).toBe(403);
  expect((await stack.api("GET", "/metrics", undefined, asReader)).status).toBe(403);
  const revoked = await fetch(`${stack.panelUrl}/api/v1/tokens/${id}`, {
    method: "DELETE",
    headers: asAdmin,
  });
  expect(revoked.status).toBe(204);
  expect((await stack.api("GET", path, undefined, asReader)).status).toBe(401);
});

test("events are read by a cursor without a gap, and metrics name the site", async () => {
  const page = await stack.api<{ data: { seq: number }[]; next: number }>(
    "GET",
    "/api/v1/events?after=0&limit=5",
  );
  expect(page.body.data.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  const next = await stack.api<{ data: { seq: number }[] }>(
    "GET",
    `/api/v1/events?after=${page.body.next}&limit=5`,
  );
  expect(next.body.data[0]?.seq).toBe(6);
  const metrics = await stack.api<string>("GET", "/metrics");
  expect(metrics.status).toBe(200);
  expect(metrics.body).toContain('"shop"');
});

test("a removed site keeps its files; one that is purged does not, and its source is untouched", async () => {
  const removed = await stack.api<{ operation: Operation }>("DELETE", path);
  expect(removed.status).toBe(202);
  expect(await stack.finished(removed.body.operation.id)).toMatchObject({
    kind: "remove",
    state: "succeeded",
  });
  expect((await stack.api("GET", path)).status).toBe(404);
  // nginx hangs up on names it does not know.
  await expect(visit(stack, "shop.localhost")).rejects.toThrow();
  expect(await readdir(`${stack.data}/sites/shop/releases`)).toContain("2");
  expect((await stat(`${stack.data}/logs/shop/access.log`)).size).toBeGreaterThan(0);

  const again = await stack.api<Begun>("POST", "/api/v1/sites", await siteRequest("shop", folder));
  expect(again.status).toBe(202);
  expect(await stack.finished(again.body.operation.id)).toMatchObject({ state: "succeeded" });
  const purged = await stack.api<{ operation: Operation }>(
    "DELETE",
    `/api/v1/sites/${again.body.site.id}?purge=true`,
  );
  // The same name again while the old one still goes: what is new is not purged.
  const third = await stack.api<Begun>("POST", "/api/v1/sites", await siteRequest("shop", folder));
  expect(await stack.finished(purged.body.operation.id)).toMatchObject({ state: "succeeded" });
  if (third.status === 202) {
    const { id } = third.body.site;
    await waitFor(
      "the new site to serve",
      async () => {
        const { body } = await stack.api<SiteView>("GET", `/api/v1/sites/${id}`);
        return body.state === "ready" && body.status.operationId === null;
      },
      { deadlineMs: 30_000 },
    );
    expect(await versionOf(stack, "shop.localhost")).toBe("v2");
    const last = await stack.api<{ operation: Operation }>(
      "DELETE",
      `/api/v1/sites/${third.body.site.id}?purge=true`,
    );
    expect(await stack.finished(last.body.operation.id)).toMatchObject({ state: "succeeded" });
  } else expect(third.status).toBe(409);
  await expect(access(`${stack.data}/sites/shop`)).rejects.toThrow("ENOENT");
  await expect(access(`${stack.data}/logs/shop`)).rejects.toThrow("ENOENT");
  await access(`${folder}/app.py`);
});
