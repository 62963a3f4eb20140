import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestPanel, ORIGIN, type TestPanel } from "../testing/test-panel.ts";
import { japanese } from "./messages/ja.ts";
import { translate } from "./messages/translate.ts";
import { problemsOf } from "./openapi.ts";

let panel: TestPanel;

beforeAll(async () => {
  panel = await createTestPanel();
});
afterAll(() => panel.close());

const JSON_TYPE = { "content-type": "application/json" };

describe("every failure is a problem document", () => {
  test.each([
    [
      "malformed JSON",
      "POST",
      "/api/v1/sites",
      { raw: '{"name": ', headers: JSON_TYPE },
      400,
      "malformed-json",
    ],
    ["an empty body", "POST", "/api/v1/sites", { raw: "", headers: JSON_TYPE }, 400, "malformed-json"],
    [
      "bytes that are not UTF-8",
      "POST",
      "/api/v1/sites",
      { raw: new Uint8Array([0x22, 0xff, 0x22]), headers: JSON_TYPE },
      400,
      "malformed-json",
    ],
    [
      "a form",
      "POST",
      "/api/v1/sites",
      { raw: "name=shop", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
      "wrong-content-type",
    ],
    [
      "text that could be JSON",
      "POST",
      "/api/v1/sites",
      { raw: "{}", headers: { "content-type": "text/plain" } },
      415,
      "wrong-content-type",
    ],
    ["JSON that is no object", "POST", "/api/v1/sites", { raw: "[]", headers: JSON_TYPE }, 422, "invalid"],
    [
      "5 MB",
      "POST",
      "/api/v1/sites",
      { raw: `"${"x".repeat(5 * 1024 ** 2)}"`, headers: JSON_TYPE },
      413,
      "too-large",
    ],
    ["an id of another kind", "GET", "/api/v1/sites/op_0000000000000000", {}, 422, "invalid"],
    ["a path in place of an id", "GET", "/api/v1/sites/..%2f..%2fetc", {}, 422, "invalid"],
    ["an unknown id", "GET", "/api/v1/sites/site_0000000000000000", {}, 404, "unknown-site"],
    ["an unknown path", "GET", "/api/v1/nothing", {}, 404, "unknown-path"],
    ["an unknown path outside of the API", "GET", "/etc/passwd", {}, 404, "unknown-path"],
    ["another method", "PUT", "/api/v1/sites", {}, 405, "wrong-method"],
    ["another method of an open path", "DELETE", "/api/v1/setup", {}, 405, "wrong-method"],
    ["an unknown query field", "GET", "/api/v1/sites?pgae=2", {}, 422, "invalid"],
    ["a query field twice", "GET", "/api/v1/sites?limit=1&limit=2", {}, 422, "invalid"],
    ["a limit beyond the bound", "GET", "/api/v1/operations?limit=201", {}, 422, "invalid"],
    [
      "a wait beyond the bound",
      "GET",
      "/api/v1/operations/op_0000000000000000?waitMs=3600000",
      {},
      422,
      "invalid",
    ],
    [
      "an If-Match that is no revision",
      "DELETE",
      "/api/v1/sites/site_0000000000000000",
      { headers: { "if-match": "x" } },
      400,
      "malformed-request",
    ],
    [
      "an Idempotency-Key with spaces",
      "POST",
      "/api/v1/sites",
      { body: {}, headers: { "idempotency-key": "a b" } },
      400,
      "malformed-request",
    ],
    [
      "a folder that does not exist",
      "GET",
      "/api/v1/folders?path=/nowhere/at-all",
      {},
      422,
      "folder-unusable",
    ],
    [
      "an inspection of nothing",
      "POST",
      "/api/v1/inspections",
      { body: { path: "/nowhere/at-all" } },
      422,
      "folder-unusable",
    ],
  ])("%s", async (_, method, target, options, status, code) => {
    const answer = await panel.asAdmin(method, target, options);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body).toMatchObject({
      type: "about:blank",
      status,
      code,
      requestId: expect.stringMatching(/^req_/),
    });
    expect(answer.body.detail).toMatch(/\.$/);
    expect(answer.headers.get("x-request-id")).toBe(answer.body.requestId);
    expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.ts:|node_modules/);
  });

  test("a stream of bytes without an announced length is cut off at the bound", async () => {
    const chunk = new Uint8Array(64 * 1024).fill(0x20);
    let sent = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += chunk.length;
        controller.enqueue(chunk);
      },
    });
    const headers = { ...JSON_TYPE, ...(await panel.token(["admin"])) };
    const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
    const answer = await panel.api.fetch(new Request(`${ORIGIN}/api/v1/sites`, init));
    expect(answer.status).toBe(413);
    expect(sent).toBeLessThan(2 * 1024 ** 2);
  });

  test("405 says what is possible", async () => {
    expect((await panel.asAdmin("PUT", "/api/v1/sites")).headers.get("allow")).toBe("GET, HEAD, POST");
  });

  test("what nobody foresaw is 500 without details, and stands in the log under its request id", async () => {
    const { panel: core } = panel;
    const { list } = core.sites;
    core.sites.list = () => Promise.reject(new Error("a secret of the inside"));
    const answer = await panel.asAdmin("GET", "/api/v1/sites");
    core.sites.list = list;
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer.body)).not.toContain("secret of the inside");
    expect(panel.logged.join("\n")).toContain(
      `${answer.body.requestId} GET /api/v1/sites: Error: a secret of the inside`,
    );
  });

  test("HEAD answers like GET without a body, and opens no stream", async () => {
    const cookie = await panel.cookie();
    for (const path of ["/api/v1/sites", "/api/v1/stream"]) {
      const response = await panel.send("HEAD", path, { headers: { cookie } });
      expect(response.status).toBe(200);
      expect(await response.text()).toBe("");
    }
  });
});

describe("the OpenAPI document", () => {
  test("is open, is 3.1 and describes every route that exists", async () => {
    const { status, body } = await panel.call("GET", "/api/v1/openapi.json");
    expect(status).toBe(200);
    expect(body.openapi).toBe("3.1.0");
    for (const route of panel.api.routes) expect(body.paths[route.path]?.[route.method]).toBeDefined();
    const operations = Object.values(body.paths as Record<string, object>).flatMap((path) =>
      Object.keys(path),
    );
    expect(operations).toHaveLength(panel.api.routes.length);
  });

  test("names each operation once and says what it needs and may answer", async () => {
    const { body } = await panel.call("GET", "/api/v1/openapi.json");
    const ids = new Set<string>();
    for (const route of panel.api.routes) {
      const operation = body.paths[route.path][route.method];
      ids.add(operation.operationId);
      expect(operation.security.length > 0).toBe(route.access !== "public");
      for (const status of [route.status, ...problemsOf(route)])
        expect(operation.responses[status]).toBeDefined();
      expect(Boolean(operation.requestBody)).toBe(Boolean(route.body));
    }
    expect(ids.size).toBe(panel.api.routes.length);
  });

  test("refers only to components that it has", async () => {
    const { body } = await panel.call("GET", "/api/v1/openapi.json");
    const names = [...JSON.stringify(body).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
      (match) => match[1],
    );
    expect(names.length).toBeGreaterThan(20);
    for (const name of names) expect(body.components.schemas).toHaveProperty(String(name));
    expect(JSON.stringify(body)).not.toContain("$defs");
  });

  test("asks for exactly what the door asks for", async () => {
    const { body } = await panel.call("GET", "/api/v1/openapi.json");
    const { CreateSite, Site } = body.components.schemas;
    expect(CreateSite.required.sort()).toEqual(["domains", "name", "source"]);
    expect(CreateSite.additionalProperties).toBe(false);
    expect(Site.required).toContain("status");
  });
});

describe("a language", () => {
  const refused = (headers: Record<string, string>) =>
    panel.asAdmin("POST", "/api/v1/sites", {
      body: { name: "Shop", domains: [], source: { path: "x" }, pool: { wrokers: 1, workers: 99 } },
      headers,
    });

  test("is asked for by header or cookie, and English is what is left", async () => {
    const english = await refused({ "accept-language": "de, fr;q=0.5" });
    expect(english.body.detail).toBe("Some fields do not fit. Nothing was changed.");
    const japaneseAnswer = await refused({ "accept-language": "ja, en;q=0.8" });
    expect(japaneseAnswer.headers.get("content-language")).toBe("ja");
    expect(japaneseAnswer.body.detail).toBe(japanese["Some fields do not fit. Nothing was changed."]);
    for (const { message } of japaneseAnswer.body.errors) expect(message).toMatch(/[ぁ-んァ-ン一-龠]/);
    const cookie = `${await panel.cookie()}; locale=ja`;
    expect((await refused({ cookie })).headers.get("content-language")).toBe("ja");
  });

  test("puts names and numbers into its own sentence", () => {
    expect(translate("Another site is named shop already.", "ja")).toContain("shop");
    expect(translate("shop.example belongs to the site blog already.", "ja")).toMatch(
      /shop\.example.*blog|blog.*shop\.example/,
    );
    expect(translate("Unknown field; did you mean threads?", "ja")).toContain("threads");
  });

  test("falls back to the English sentence where it has none", () => {
    expect(translate("A sentence that nobody wrote down.", "ja")).toBe("A sentence that nobody wrote down.");
  });
});
