/** What visitors meet in front of the application: static files, forged headers, unknown names, rotated logs. */
import { mkdir, readdir, truncate, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LogLine } from "../../lib/schema/log-line.ts";
import { endStack } from "../../lib/testing/end-stack.ts";
import { makeSite, type StackSite, visit } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";

/** Answers with the headers it was given. */
const ECHO = `
import json

def app(environ, start_response):
    told = {name: value for name, value in environ.items() if name.startswith("HTTP_")}
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(told).encode()]
`;

let stack: Stack;
let echo: StackSite;

beforeAll(async () => {
  stack = await startStack();
  await stack.setUp();
  const folder = `${stack.folder}/apps/echo`;
  await mkdir(`${folder}/static`, { recursive: true });
  await writeFile(`${folder}/app.py`, ECHO);
  await writeFile(`${folder}/static/style.css`, "body { color: teal }\n");
  echo = await makeSite(stack, "echo", {
    folder,
    change: { static: [{ urlPath: "/static/", directory: "static" }] },
  });
});
afterAll(() => endStack(stack));

async function accessLine(requestId: unknown): Promise<LogLine> {
  return waitFor("the line of the request", async () => {
    const path = `/api/v1/sites/${echo.id}/logs?source=access&contains=${requestId}`;
    return (await stack.api<{ data: LogLine[] }>("GET", path)).body.data[0];
  });
}

test("a static file is served by nginx, and no worker is asked", async () => {
  const { status, headers, body } = await visit(stack, echo.domain, "/static/style.css");
  expect(status).toBe(200);
  expect(body).toBe("body { color: teal }\n");
  expect(headers["x-served-by"]).toBe("nginx");
  const { access } = await accessLine(headers["x-request-id"]);
  expect(access).toMatchObject({ servedBy: "nginx", upstreamMs: null });
  const dynamic = await visit(stack, echo.domain, "/");
  expect((await accessLine(dynamic.headers["x-request-id"])).access?.servedBy).toBe("worker");
});

test("what a visitor claims about proxies before is replaced by what nginx saw", async () => {
  const { body } = await visit(stack, echo.domain, "/", {
    headers: {
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "evil.example",
      "x-request-id": "mine",
      forwarded: "for=203.0.113.9",
    },
  });
  const told = JSON.parse(body) as Record<string, string>;
  expect(told.HTTP_X_FORWARDED_FOR).toBe("127.0.0.1");
  expect(told.HTTP_X_FORWARDED_PROTO).toBe("http");
  expect(told.HTTP_X_FORWARDED_HOST).not.toContain("evil");
  expect(told.HTTP_X_REQUEST_ID).toMatch(/^[0-9a-f]{32}$/);
  expect(body).not.toContain("203.0.113.9");
});

test("a name that no site has is hung up on", async () => {
  await expect(visit(stack, "unknown.example")).rejects.toThrow();
  await expect(visit(stack, `127.0.0.1:${stack.httpPort}`)).rejects.toThrow();
  expect((await visit(stack, echo.domain)).status).toBe(200);
});

test("a log that has grown too large is rotated, and stays readable from the newest line on", async () => {
  const before = await visit(stack, echo.domain, "/before-rotation");
  await accessLine(before.headers["x-request-id"]);
  // Sparse, so that it is large at once; nginx goes on writing behind it.
  await truncate(`${stack.data}/logs/echo/access.log`, 200 * 1024 ** 2);
  await waitFor(
    "the log to be rotated",
    async () => (await readdir(`${stack.data}/logs/echo`)).some((name) => name.startsWith("access.log.")),
    { deadlineMs: 60_000, intervalMs: 100 },
  );
  const after = await waitFor("a line in the new log", async () => {
    const { headers } = await visit(stack, echo.domain, "/after-rotation");
    return (await accessLine(headers["x-request-id"])).access;
  });
  expect(after?.path).toBe("/after-rotation");
});
