/** What is wrong is refused with the field and the repair, by the whole chain, and nothing changes anywhere. */
import { mkdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createControlClient } from "../../lib/control/client.ts";
import { instancePaths } from "../../lib/core/layout.ts";
import type { Problem } from "../../lib/schema/problem.ts";
import { endStack } from "../../lib/testing/end-stack.ts";
import { makeSite, type StackSite, siteRequest } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { writeApp } from "../../lib/testing/write-app.ts";

let stack: Stack;
let shop: StackSite;
let good: Record<string, unknown>;
let before: unknown;
let token: string;

beforeAll(async () => {
  stack = await startStack();
  ({ token } = await stack.setUp());
  shop = await makeSite(stack, "shop");
  const folder = `${stack.folder}/apps/blog`;
  await writeApp(folder, "healthy");
  await mkdir(`${stack.folder}/files`);
  await writeFile(`${stack.folder}/files/app.py`, "app = 1\n");
  good = await siteRequest("blog", folder);
});
afterAll(() => endStack(stack));

beforeEach(async () => {
  before = await everything();
});
afterEach(async () => {
  expect(await everything()).toEqual(before);
});

/** The sites as the API tells them, without what is only observed, and what the supervisor was given. */
async function everything() {
  const { body } = await stack.api<{ data: Record<string, unknown>[] }>("GET", "/api/v1/sites");
  const control = createControlClient({ socketPath: instancePaths(await stack.instance()).supervisorSocket });
  return {
    sites: body.data.map(({ status: _status, state: _state, ...said }) => said),
    desired: await control.desired(),
  };
}

async function refused(method: string, path: string, body: unknown): Promise<Problem> {
  const answer = await stack.api<Problem>(method, path, body);
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(answer.body).toMatchObject({
    status: answer.status,
    code: expect.any(String),
    title: expect.any(String),
  });
  return answer.body;
}

/** What is answered to a body of this size before a byte of it was sent. */
function statusOfAnnounced(bytes: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request(`${stack.panelUrl}/api/v1/sites`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "content-length": bytes,
      },
    });
    asked.on("error", reject).on("response", (response) => {
      resolve(response.statusCode);
      asked
        .off("error", reject)
        .on("error", () => undefined)
        .destroy();
    });
    asked.flushHeaders();
  });
}

const domains = [
  "a;b.example",
  "a{b",
  "a}b",
  "a\nb",
  "a$b",
  'a"b',
  "a'b",
  "例え.jp",
  "shöp.example",
  "a b",
  "",
];

test.each(domains)("a domain such as %j is refused by its field, with the repair", async (domain) => {
  const problem = await refused("POST", "/api/v1/sites", { ...good, domains: [domain] });
  expect(problem.errors?.[0]).toMatchObject({
    path: "domains.0",
    message: expect.stringMatching(/host name|Give a domain/),
  });
  const changed = await refused("PATCH", `/api/v1/sites/${shop.id}`, { domains: [shop.domain, domain] });
  expect(changed.errors?.[0]?.path).toBe("domains.1");
});

test.each([0, -1, 1e9, "two", 1.5, null])("%j workers are refused by their field", async (workers) => {
  for (const [method, path, body] of [
    ["POST", "/api/v1/sites", { ...good, pool: { workers } }],
    ["PATCH", `/api/v1/sites/${shop.id}`, { pool: { workers } }],
  ] as const) {
    const problem = await refused(method, path, body);
    expect(problem.errors).toMatchObject([
      { path: "pool.workers", message: expect.stringMatching(/whole number|At (least|most)/) },
    ]);
  }
});

test("a folder that does not exist, a file for a folder, and a folder without the entry point are refused by their field", async () => {
  const folderProblem = await refused("POST", "/api/v1/sites", {
    ...good,
    source: { path: `${stack.folder}/nowhere` },
  });
  expect(folderProblem.errors?.map(({ path }) => path)).toEqual(["source.path"]);
  expect(folderProblem.errors?.[0]?.message).toMatch(/There is no folder/);
  const fileProblem = await refused("POST", "/api/v1/sites", {
    ...good,
    source: { path: `${stack.folder}/files/app.py` },
  });
  expect(fileProblem.errors?.map(({ path }) => path)).toEqual(["source.path"]);
  expect(fileProblem.errors?.[0]?.message).toMatch(/not a folder|is a file/);
  const entryProblem = await refused("POST", "/api/v1/sites", { ...good, app: { entry: "nowhere:app" } });
  expect(entryProblem.errors?.map(({ path }) => path)).toEqual(["app.entry"]);
});

test.each(["/etc", "/proc", "/proc/1", "/", "/dev", "/root/.ssh", "/sys"])(
  "%s is no source, and is not listed or inspected either",
  async (path) => {
    const problem = await refused("POST", "/api/v1/sites", { ...good, source: { path } });
    expect(problem.errors?.map((error) => error.path)).toContain("source.path");
    await refused("POST", "/api/v1/inspections", { path });
  },
);

test("Monban's own data and the folders above it are no source", async () => {
  for (const path of [
    stack.data,
    `${stack.data}/supervisor`,
    `${stack.data}/sites/shop/releases/1`,
    stack.folder,
  ]) {
    const problem = await refused("POST", "/api/v1/sites", { ...good, source: { path } });
    expect(
      problem.errors?.map((error) => error.path),
      path,
    ).toContain("source.path");
  }
});

test("a name or a domain that another site has is refused by its field, with the name of that site", async () => {
  const name = await refused("POST", "/api/v1/sites", { ...good, name: "shop" });
  expect(name.errors?.map(({ path }) => path)).toEqual(["name"]);
  const domain = await refused("POST", "/api/v1/sites", {
    ...good,
    domains: ["blog.localhost", shop.domain],
  });
  expect(domain.errors).toMatchObject([{ path: "domains.1", message: expect.stringContaining("shop") }]);
});

test("unknown fields, broken JSON, another kind of body and 5 MB are refused", async () => {
  const unknown = await refused("POST", "/api/v1/sites", { ...good, wrokers: 2 });
  expect(unknown.errors?.map(({ path }) => path)).toEqual(["wrokers"]);
  await refused("POST", "/api/v1/sites", '{"name": "blog"');
  await refused("POST", "/api/v1/sites", "[]");
  await refused("POST", "/api/v1/sites", "null");
  expect(await statusOfAnnounced(5 * 1024 ** 2)).toBe(413);
  const form = await stack.api<Problem>("POST", "/api/v1/sites", "name=blog", {
    "content-type": "application/x-www-form-urlencoded",
  });
  expect(form.status).toBeGreaterThanOrEqual(400);
  expect(form.status).toBeLessThan(500);
});

test("what is not there is told as that, for every method", async () => {
  for (const path of [
    "/api/v1/sites/site_0000000000000000",
    "/api/v1/operations/op_0000000000000000",
    "/api/v1/nothing",
  ]) {
    expect((await stack.api("GET", path)).status, path).toBe(404);
  }
  const put = await stack.api("PUT", `/api/v1/sites/${shop.id}`, {});
  expect([404, 405]).toContain(put.status);
});
