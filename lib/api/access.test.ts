import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestPanel, ORIGIN, type TestPanel } from "../testing/test-panel.ts";
import type { Route } from "./route.ts";

const SITE = "site_0000000000000000";
let panel: TestPanel;

beforeAll(async () => {
  panel = await createTestPanel();
});
afterAll(() => panel.close());

/** The only routes that strangers may use; a new one here is a decision, not an accident. */
const OPEN = [
  "get /healthz",
  "get /readyz",
  "get /metrics",
  "post /api/v1/setup",
  "post /api/v1/sessions",
  "get /api/v1/openapi.json",
];

function key({ method, path }: Route): string {
  return `${method} ${path}`;
}

function target({ path }: Route): string {
  return path
    .replace("{siteId}", SITE)
    .replace("{operationId}", "op_0000000000000000")
    .replace("{tokenId}", "tok_0000000000000000")
    .replace("{sessionId}", "ses_0000000000000000");
}

describe("without credentials", () => {
  test("only the named routes are open", () => {
    const open = panel.api.routes.filter((route) => route.access === "public").map(key);
    expect(open.sort()).toEqual([...OPEN].sort());
  });

  test("every other route answers 401 to every method", async () => {
    for (const route of panel.api.routes) {
      if (OPEN.some((open) => open.endsWith(` ${route.path}`))) continue;
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
        const answer = await panel.call(method, target(route));
        expect(`${method} ${route.path}: ${answer.status}`).toBe(`${method} ${route.path}: 401`);
      }
    }
  });

  test("a path that does not exist answers 401, too: strangers learn nothing", async () => {
    expect((await panel.call("GET", "/api/v1/nothing")).status).toBe(401);
    expect((await panel.call("POST", "/api/v1/backup")).status).toBe(401);
  });

  test("metrics are closed", async () => {
    expect((await panel.call("GET", "/metrics")).status).toBe(401);
  });
});

describe("with credentials that are wrong", () => {
  test.each([
    ["an unknown token", { authorization: "Bearer mbn_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" }],
    ["another scheme", { authorization: "Basic YWRtaW46YWRtaW4=" }],
    ["an unknown session", { cookie: "monban_session=AAAA" }],
    ["SQL in the cookie", { cookie: "monban_session=' OR 1=1 --" }],
    ["an empty token beside a session", { authorization: "Bearer " }],
  ])("%s answers 401", async (_, headers) => {
    expect((await panel.call("GET", "/api/v1/sites", { headers })).status).toBe(401);
  });
});

describe("a token", () => {
  test("that may only read is refused by every route that changes something", async () => {
    const headers = await panel.token(["sites:read"]);
    for (const route of panel.api.routes) {
      if (OPEN.includes(key(route)) || route.access === "anyone" || route.access === "sites:read") continue;
      const answer = await panel.call(route.method.toUpperCase(), target(route), { headers });
      expect(`${key(route)}: ${answer.status}`).toBe(`${key(route)}: 403`);
    }
  });

  test("for metrics reads metrics and nothing else", async () => {
    const headers = await panel.token(["metrics:read"]);
    const metrics = await panel.call("GET", "/metrics", { headers });
    expect(metrics.status).toBe(200);
    expect(metrics.body).toContain("monban_supervisor_reachable 1");
    for (const route of panel.api.routes) {
      if (OPEN.includes(key(route)) || route.access === "anyone") continue;
      const answer = await panel.call(route.method.toUpperCase(), target(route), { headers });
      expect(`${key(route)}: ${answer.status}`).toBe(`${key(route)}: 403`);
    }
  });

  test("that may write sites may read them, and makes no tokens", async () => {
    const headers = await panel.token(["sites:write"]);
    expect((await panel.call("GET", "/api/v1/sites", { headers })).status).toBe(200);
    const body = { name: "mine", scopes: ["admin"] };
    expect((await panel.call("POST", "/api/v1/tokens", { headers, body })).status).toBe(403);
  });

  test("is refused in the same moment it is revoked", async () => {
    const { body: token } = await panel.asAdmin("POST", "/api/v1/tokens", {
      body: { name: "ci", scopes: ["admin"] },
    });
    const headers = { authorization: `Bearer ${token.secret}` };
    expect((await panel.call("GET", "/api/v1/sites", { headers })).status).toBe(200);
    expect((await panel.asAdmin("DELETE", `/api/v1/tokens/${token.id}`)).status).toBe(204);
    expect((await panel.call("GET", "/api/v1/sites", { headers })).status).toBe(401);
  });

  test("past its date is refused", async () => {
    const other = await createTestPanel();
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const { body: token } = await other.asAdmin("POST", "/api/v1/tokens", {
      body: { name: "short", scopes: ["admin"], expiresAt },
    });
    const headers = { authorization: `Bearer ${token.secret}` };
    expect((await other.call("GET", "/api/v1/sites", { headers })).status).toBe(200);
    other.pass(61_000);
    expect((await other.call("GET", "/api/v1/sites", { headers })).status).toBe(401);
    await other.close();
  });

  test("is shown once and stored as a hash only", async () => {
    const { body: token } = await panel.asAdmin("POST", "/api/v1/tokens", {
      body: { name: "once", scopes: ["sites:read"] },
    });
    expect(token.secret).toMatch(/^mbn_[\w-]{43}$/);
    const { body: list } = await panel.asAdmin("GET", "/api/v1/tokens");
    expect(JSON.stringify(list)).not.toContain(token.secret);
    expect(list.data.find((it: { id: string }) => it.id === token.id)).toMatchObject({
      name: "once",
      prefix: token.secret.slice(0, 9),
    });
  });
});

describe("the origin of a request", () => {
  test("elsewhere is refused when it changes something with a session", async () => {
    const cookie = await panel.cookie();
    for (const origin of ["https://evil.example", "null", "http://panel.localhost.evil.example"]) {
      const answer = await panel.call("POST", "/api/v1/tokens", {
        headers: { cookie, origin },
        body: { name: "x", scopes: ["admin"] },
      });
      expect(answer.status).toBe(403);
      expect(answer.body.code).toBe("wrong-origin");
    }
  });

  test("has to be said with a session, unless the browser says that it is the same", async () => {
    const cookie = await panel.cookie();
    const body = { name: "y", scopes: ["sites:read"] };
    expect((await panel.call("POST", "/api/v1/tokens", { headers: { cookie }, body })).status).toBe(403);
    const headers = { cookie, "sec-fetch-site": "same-origin" };
    expect((await panel.call("POST", "/api/v1/tokens", { headers, body })).status).toBe(201);
  });

  test("elsewhere cannot sign anybody in or set Monban up", async () => {
    const headers = { origin: "https://evil.example" };
    const body = { username: "admin", password: "correct horse" };
    expect((await panel.call("POST", "/api/v1/sessions", { headers, body })).status).toBe(403);
    expect((await panel.call("POST", "/api/v1/setup", { headers, body })).status).toBe(403);
  });

  test("does not matter with a token, which no browser sends by itself", async () => {
    const headers = { ...(await panel.token(["admin"])), origin: "https://evil.example" };
    const body = { name: "z", scopes: ["sites:read"] };
    expect((await panel.call("POST", "/api/v1/tokens", { headers, body })).status).toBe(201);
  });

  test("on https gives a cookie that never goes over http", async () => {
    const host = "panel.example.org";
    const answer = await panel.call("POST", "/api/v1/sessions", {
      headers: { origin: `https://${host}`, host },
      body: { username: "admin", password: "correct horse" },
    });
    expect(answer.headers.get("set-cookie")).toMatch(/; Secure$/);
  });
});

test("the session cookie is out of reach of scripts and of other sites", async () => {
  await panel.cookie();
  const answer = await panel.call("POST", "/api/v1/sessions", {
    headers: { origin: ORIGIN },
    body: { username: "admin", password: "correct horse" },
  });
  const cookie = answer.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/^monban_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=2592000$/);
});

test("no answer of the API is kept in a cache", async () => {
  for (const path of ["/api/v1/sites", "/api/v1/status", "/api/v1/nothing", "/healthz"])
    expect((await panel.asAdmin("GET", path)).headers.get("cache-control")).toBe("no-store");
});
