/** The owner's shell: `monban …` against a whole Monban, with its words and exit statuses. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeSite, type StackSite } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";

const PROGRAM = fileURLToPath(new URL("../../dist/monban.mjs", import.meta.url));
const COMMAND_DEADLINE_MS = 60_000;

let stack: Stack;
let site: StackSite;
beforeAll(async () => {
  stack = await startStack();
  await stack.setUp();
  site = await makeSite(stack, "shop");
  await waitFor("the first health check", async () => {
    const { body } = await stack.api<{ status: string }>("GET", `/api/v1/sites/${site.id}/health`);
    return body.status === "healthy";
  });
});
afterAll(() => stack?.stop());

type Answer = { code: number; out: string; err: string };

function monban(...args: string[]): Promise<Answer> {
  const command = [PROGRAM, ...args, "--data", stack.data];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { timeout: COMMAND_DEADLINE_MS }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err }),
    );
  });
}

test("status says that all is fine, and where the panel is", async () => {
  const { code, out } = await monban("status");
  expect(out).toContain(`1 of 1 sites healthy.  Panel ${stack.panelUrl}/`);
  expect(out).toMatch(/^shop +healthy +release 1 /m);
  expect(code).toBe(0);
});

test("a reload prints its steps and has nothing to warn of", async () => {
  const { code, out, err } = await monban("site", "reload", "shop");
  expect(out).toMatch(/✔ probe .*\n✔ cut-over +release 1 → 2\n/);
  expect(out).not.toContain("!");
  expect(err).toBe("");
  expect(code).toBe(0);
});

test("a reload that fails says why, what it means for visitors, and what to do", async () => {
  await writeFile(`${site.folder}/app.py`, "import nothing_like_that\n");
  const { code, out, err } = await monban("site", "reload", "shop");
  expect(out).toContain("✖ ready");
  expect(err).toContain("No module named 'nothing_like_that'");
  expect(err).toContain("Nothing changed for visitors");
  expect(code).toBe(1);
});

test("a token from the shell opens the API, and is the only thing on the standard output", async () => {
  const { code, out, err } = await monban("token", "create", "--name", "ci", "--scope", "sites:read");
  expect(out).toMatch(/^mbn_\S+\n$/);
  expect(err).toContain("sites:read");
  expect(code).toBe(0);
  const headers = { Authorization: `Bearer ${out.trim()}` };
  expect((await fetch(`${stack.panelUrl}/api/v1/sites`, { headers })).status).toBe(200);
});

test("what is not understood ends with 2 and says what would be", async () => {
  for (const [words, answer] of [
    [["nonsense"], "There is no command nonsense."],
    [["site"], "Usage: monban site list"],
    [["site", "reload", "blog"], "There is no site blog. Sites: shop"],
    [["status", "--bogus"], "Unknown option '--bogus'"],
  ] as const) {
    const { code, err } = await monban(...words);
    expect(err).toContain(answer);
    expect(code).toBe(2);
  }
});

test("after down, a Monban that is not up is said to be that", async () => {
  expect(await monban("down")).toMatchObject({ code: 0, err: "" });
  expect(await stack.ended()).toBe(0);
  for (const words of [["status"], ["site", "list"], ["site", "reload", "shop"]]) {
    const { code, err } = await monban(...words);
    expect(err).toBe(`Monban is not up on ${stack.data}. Start it with npm start.\n`);
    expect(code).toBe(2);
  }
  expect(await monban("down")).toMatchObject({ code: 0, out: `Monban is not up on ${stack.data}.\n` });
});
