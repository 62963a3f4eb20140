import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestPanel, type TestPanel } from "../testing/test-panel.ts";

let panel: TestPanel;
let source: string;

beforeAll(async () => {
  panel = await createTestPanel();
  source = await panel.source();
});
afterAll(() => panel.close());

const create = (more: object) =>
  panel.asAdmin("POST", "/api/v1/sites", {
    body: { name: "shop", domains: ["shop.localhost"], source: { path: source }, ...more },
  });

describe("bad input is refused by its field, and nothing changes", () => {
  const domains = [
    "a;b",
    "a{b",
    "a\nb",
    "a$b",
    'a"b',
    "a'b",
    "a b",
    "例え.jp",
    "A.example",
    "a..b",
    "-a",
    "a/b",
    "*.x",
    "",
  ];
  test.each(domains)("domain %j", async (domain) => {
    const { status, body } = await create({ domains: [domain] });
    expect(status).toBe(422);
    expect(body.errors[0].path).toBe("domains.0");
    expect(panel.supervisor.desired().sites).toEqual([]);
  });

  test.each([
    ["pool.workers", { pool: { workers: 0 } }, "At least 1 worker."],
    ["pool.workers", { pool: { workers: -1 } }, "At least 1 worker."],
    ["pool.workers", { pool: { workers: 1e9 } }, "At most 64 workers."],
    ["pool.workers", { pool: { workers: "two" } }, "Give a whole number."],
    ["pool.workers", { pool: { workers: 1.5 } }, "Give a whole number."],
    ["pool.workers", { pool: { workers: null } }, "Give a whole number."],
    ["pool.timeoutMs", { pool: { timeoutMs: 0 } }, "At least 1,000."],
    [
      "pool.threads",
      { pool: { workerClass: "sync", threads: 4 } },
      "A sync worker has exactly 1 thread. Choose gthread for more.",
    ],
    ["pool.workerClass", { pool: { workerClass: "gevent" } }, "Choose one of: sync, gthread."],
    ["wrokers", { wrokers: 2 }, "Unknown field."],
    ["pool.thraeds", { pool: { thraeds: 2 } }, "Unknown field; did you mean threads?"],
    ["domans", { domans: [] }, "Unknown field; did you mean domains?"],
    ["name", { name: "Shop" }, "Use lower-case letters, digits and hyphens, such as my-shop."],
    ["name", { name: "../x" }, "Use lower-case letters, digits and hyphens, such as my-shop."],
    ["name", { name: "monban" }, "This name is Monban's own; choose another, such as my-shop."],
    ["name", { name: "x".repeat(33) }, "Use at most 32 characters."],
    ["domains", { domains: [] }, "Give at least one domain."],
    ["domains", { domains: "shop.localhost" }, "Give a list."],
    ["domains.1", { domains: ["a.example", "a.example"] }, "This domain is listed twice."],
    ["source.path", { source: { path: "relative" } }, "Give an absolute path that starts with /."],
    ["source.path", { source: { path: "/srv/../etc" } }, "Leave out .. and give the path itself."],
    [
      "source.path",
      { source: { path: "/srv/a$b" } },
      "Use letters, digits, spaces and _ @ % + = : , . ~ - / only.",
    ],
    [
      "source.path",
      { source: { path: "/srv/a\u0000" } },
      "Use letters, digits, spaces and _ @ % + = : , . ~ - / only.",
    ],
    ["source.path", { source: {} }, "This field is needed."],
    [
      "static.0.urlPath",
      { static: [{ urlPath: "/a;b/", directory: "s" }] },
      expect.stringContaining("Start and end"),
    ],
    [
      "static.0.directory",
      { static: [{ urlPath: "/s/", directory: "../etc" }] },
      expect.stringContaining("Leave out .."),
    ],
    ["health.path", { health: { path: "health" } }, expect.stringContaining("Start with a slash")],
    ["health.timeoutMs", { health: { timeoutMs: -5 } }, "At least 100."],
    ["env.A-B", { env: { "A-B": "x" } }, expect.stringContaining("Use letters, digits and underscores")],
    ["env.A", { env: { A: "x\u0000" } }, "An environment variable cannot hold a NUL character."],
    ["env.A", { env: { A: 5 } }, expect.stringContaining("Give the value as text")],
    ["env.A", { env: { A: { secret: true } } }, "Give the variable a value."],
    ["app.entry", { app: { entry: "run" } }, expect.stringContaining("Write it as module:variable")],
    ["app.entry", { app: { entry: "run:app('x')" } }, expect.stringContaining("Write it as module:variable")],
    ["environment.kind", { environment: { kind: "conda" } }, "Choose one of: managed, existing."],
    ["start", { start: "yes" }, "Give true or false."],
  ])("%s of %j", async (field, input, message) => {
    const { status, body } = await create(input);
    expect(status).toBe(422);
    expect(body.errors).toContainEqual({ path: field, message });
    expect(panel.supervisor.desired().sites).toEqual([]);
  });
});
