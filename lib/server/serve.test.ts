import fs from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import Sqlite from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { asPanel } from "../panel/create-panel.ts";
import { readEvents } from "../testing/read-events.ts";
import { createTempFolder } from "../testing/temp-folder.ts";
import { createTestPanel, type TestPanel } from "../testing/test-panel.ts";
import { waitFor } from "../testing/wait-for.ts";
import { isOwnHost } from "./hosts.ts";
import { openPanel } from "./open-panel.ts";
import { troubleNotice } from "./plain-page.ts";
import { type PanelServer, serve } from "./serve.ts";

const MIGRATIONS = path.join(import.meta.dirname, "../../prisma/migrations");
let server: PanelServer;
let panel: TestPanel | null;
let logged: string[];

beforeEach(async () => {
  logged = [];
  panel = null;
  server = await serve({
    address: { host: "127.0.0.1", port: 0 },
    rules: { panelHost: "127.0.0.1", extraHosts: ["panel.example.org"] },
    dev: false,
    log: (sentence) => logged.push(sentence),
  });
});
afterEach(async () => {
  await panel?.panel.context.hub.close();
  await server.close();
  await panel?.close();
});

type Received = { status: number; headers: http.IncomingHttpHeaders; text: string };

async function withPanel(): Promise<TestPanel> {
  panel = await createTestPanel();
  server.usePanel(asPanel(panel.panel, panel.api.fetch));
  return panel;
}

function send(
  target: string,
  options: { method?: string; headers?: Record<string, string>; body?: Buffer | AsyncIterable<Buffer> } = {},
): Promise<Received> {
  return new Promise((resolve, reject) => {
    const { method = "GET", headers = {}, body } = options;
    const request = http.request({
      host: "127.0.0.1",
      port: server.port,
      path: target,
      method,
      headers,
      agent: false,
    });
    let isAnswered = false;
    request.on("response", (response) => {
      isAnswered = true;
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
      response.on("error", reject);
    });
    // A server that refuses a body may close before it is sent; the answer is what counts.
    request.on("error", (error) => isAnswered || reject(error));
    if (body === undefined || Buffer.isBuffer(body)) request.end(body);
    else
      void (async () => {
        for await (const chunk of body)
          if (!request.write(chunk)) await new Promise((go) => request.once("drain", go));
        request.end();
      })();
  });
}

describe("before there is a panel", () => {
  test("everybody is told that it is starting", async () => {
    const answer = await send("/healthz");
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toMatchObject({
      code: "starting",
      detail: "The panel is starting. Sites are not affected.",
    });
    const page = await send("/", { headers: { accept: "text/html", "accept-language": "ja" } });
    expect(page.status).toBe(503);
    expect(page.text).toContain("パネルを起動しています");
  });

  test("a damaged database is a clear sentence and not a crash, and a repaired one is taken", async () => {
    const folder = await createTempFolder();
    const databaseFile = path.join(folder.path, "monban.db");
    await fs.writeFile(databaseFile, "this is not a database".repeat(200));
    const stopping = new AbortController();
    const opening = openPanel({
      databaseFile,
      migrations: MIGRATIONS,
      signal: stopping.signal,
      panel: {
        socketPath: path.join(folder.path, "nobody.sock"),
        version: "1",
        ports: { panel: 1, http: 2, https: null },
        setupTokenFile: path.join(folder.path, "setup-token"),
      },
      trouble: (trouble) => server.useNotice(troubleNotice(trouble)),
    });
    await waitFor(
      "the trouble to be told",
      async () => JSON.parse((await send("/healthz")).text).code === "database-damaged",
    );
    const page = await send("/", { headers: { accept: "text/html" } });
    expect(page.status).toBe(503);
    expect(page.text).toContain("Put a backup of monban.db in its place");
    await fs.rm(databaseFile);
    const opened = await opening;
    if (opened) server.usePanel(opened.panel);
    expect((await send("/healthz")).status).toBe(200);
    stopping.abort();
    await opened?.core.close();
    await folder.remove();
  });

  test("a locked database is waited for", async () => {
    const folder = await createTempFolder();
    const databaseFile = path.join(folder.path, "monban.db");
    const other = new Sqlite(databaseFile);
    other.exec("PRAGMA journal_mode=WAL; BEGIN IMMEDIATE");
    const troubles: string[] = [];
    const opening = openPanel({
      databaseFile,
      migrations: MIGRATIONS,
      signal: new AbortController().signal,
      panel: {
        socketPath: path.join(folder.path, "nobody.sock"),
        version: "1",
        ports: { panel: 1, http: 2, https: null },
        setupTokenFile: path.join(folder.path, "setup-token"),
      },
      trouble: (trouble) => troubles.push(trouble.code),
    });
    await waitFor("the trouble to be told", () => troubles.length > 0);
    expect(troubles).toEqual(["database-locked"]);
    other.close();
    const opened = await opening;
    expect(opened).not.toBeNull();
    await opened?.core.close();
    await folder.remove();
  });
});

describe("a request", () => {
  test("reaches the API and gets the headers that protect it", async () => {
    await withPanel();
    const answer = await send("/api/v1/openapi.json");
    expect(answer.status).toBe(200);
    expect(answer.headers["content-security-policy"]).toMatch(
      /script-src 'self' 'nonce-[\w+/=]+';.*frame-ancestors 'none'/,
    );
    expect(answer.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "same-origin",
      "cache-control": "no-store",
    });
    const again = await send("/api/v1/openapi.json");
    expect(again.headers["content-security-policy"]).not.toBe(answer.headers["content-security-policy"]);
  });

  test("with a host name of somebody else is refused, whatever it asks for", async () => {
    await withPanel();
    for (const host of ["evil.example", "127.0.0.1.evil.example", "evil.example:4600", "192.0.2.1"]) {
      const answer = await send("/healthz", { headers: { host } });
      expect([400, 421]).toContain(answer.status);
    }
    expect((await send("/healthz", { headers: { host: "panel.example.org" } })).status).toBe(200);
    expect((await send("/healthz", { headers: { host: "localhost:9000" } })).status).toBe(200);
  });

  test("cannot choose the address that it seems to come from", async () => {
    const { call } = await withPanel();
    await call("POST", "/api/v1/setup", {
      body: { setupToken: "test-setup-token", username: "admin", password: "correct horse" },
    });
    const body = Buffer.from(JSON.stringify({ username: "admin", password: "wrong" }));
    await send("/api/v1/sessions", {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-monban-address": "192.0.2.99",
        "x-forwarded-for": "192.0.2.98",
      },
    });
    const { body: audit } = await (panel as TestPanel).asAdmin("GET", "/api/v1/audit");
    const failed = audit.data.find((entry: { action: string }) => entry.action === "session.failed");
    expect(failed.address).toBe("127.0.0.1");
  });

  test("with 5 MB is refused with 413, announced or not, and the server goes on", async () => {
    const { token } = await withPanel();
    const headers = { ...(await token(["admin"])), "content-type": "application/json" };
    const announced = await send("/api/v1/sites", {
      method: "POST",
      headers,
      body: Buffer.alloc(5 * 1024 ** 2, 0x20),
    });
    expect(announced.status).toBe(413);
    async function* chunks() {
      for (let i = 0; i < 80; i++) yield Buffer.alloc(64 * 1024, 0x20);
    }
    const streamed = await send("/api/v1/sites", {
      method: "POST",
      headers: { ...headers, "transfer-encoding": "chunked" },
      body: chunks(),
    });
    expect(streamed.status).toBe(413);
    expect((await send("/healthz")).status).toBe(200);
  });

  test("for a whole URL, another protocol or no path at all is refused", async () => {
    await withPanel();
    for (const target of ["http://evil.example/healthz", "//evil.example/healthz"])
      expect((await send(target)).status).toBe(400);
    const raw = await new Promise<string>((resolve) => {
      const socket = net.connect(server.port, "127.0.0.1", () =>
        socket.write("GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
      );
      let text = "";
      socket.on("data", (chunk) => {
        text += chunk;
        socket.end();
      });
      socket.on("close", () => resolve(text));
    });
    expect(raw).toMatch(/^HTTP\/1\.1 4/);
  });

  test("to upgrade the connection is closed, because nothing here takes one", async () => {
    await withPanel();
    const closed = await new Promise<boolean>((resolve) => {
      const request = http.request({
        host: "127.0.0.1",
        port: server.port,
        path: "/api/v1/stream",
        headers: { connection: "upgrade", upgrade: "websocket" },
      });
      request.on("upgrade", () => resolve(false));
      request.on("response", () => resolve(false));
      request.on("error", () => resolve(true));
      request.end();
    });
    expect(closed).toBe(true);
  });

  test("for a page goes to the dashboard, with the nonce that its scripts need", async () => {
    await withPanel();
    expect((await send("/")).status).toBe(503);
    let seen = "";
    server.usePages({
      async handle(request, response) {
        seen = String(request.headers["content-security-policy"]);
        response.end("the dashboard");
      },
      close: async () => {},
    });
    const answer = await send("/sites", {
      headers: { "content-security-policy": "script-src 'nonce-evil'" },
    });
    expect(answer.text).toBe("the dashboard");
    expect(seen).toBe(answer.headers["content-security-policy"]);
    server.usePages("failed");
    expect(JSON.parse((await send("/sites")).text).code).toBe("pages-failed");
    expect((await send("/healthz")).status).toBe(200);
  });
});

test("a closed tab frees its reader at once", async () => {
  const { createSite, cookie, supervisor } = await withPanel();
  const site = await createSite.call(panel, "blog");
  const request = http.request({
    host: "127.0.0.1",
    port: server.port,
    path: `/api/v1/sites/${site.id}/logs/stream?source=app`,
    headers: { cookie: await cookie() },
  });
  request.on("error", () => undefined);
  request.on("response", (response) => response.on("error", () => undefined).resume());
  request.end();
  await waitFor("the follower", () => supervisor.followers() === 1);
  request.destroy();
  await waitFor("the follower to leave", () => supervisor.followers() === 0);
});

test("stopping ends open streams and waits for nothing else", async () => {
  const { cookie, panel: core } = await withPanel();
  const headers = { cookie: await cookie() };
  const reader = readEvents(await fetch(`http://127.0.0.1:${server.port}/api/v1/stream`, { headers }));
  await reader.next(({ event }) => event === "status");
  core.context.hub.close();
  await server.close();
  await reader.ended();
  await expect(fetch(`http://127.0.0.1:${server.port}/healthz`)).rejects.toThrow();
});

test.each([
  ["localhost", true],
  ["LOCALHOST:4600", true],
  ["panel.localhost", true],
  ["127.0.0.1:1", true],
  ["127.8.8.8", true],
  ["[::1]:4600", true],
  ["panel.internal", true],
  ["extra.example.org:8443", true],
  ["10.0.0.5", true],
  ["10.0.0.6", false],
  ["localhost.evil.example", false],
  ["evil-localhost", false],
  ["localhost:99999", false],
  ["panel.internal.evil.example", false],
  ["user@localhost", false],
  ["localhost/", false],
  ["", false],
  [undefined, false],
])("the host %j is the panel's own: %s", (host, isOwn) => {
  const rules = { panelHost: "panel.internal", extraHosts: ["extra.example.org"] };
  expect(isOwnHost(host, rules, "::ffff:10.0.0.5")).toBe(isOwn);
});
