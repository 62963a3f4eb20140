/** How Monban ends: with nothing left, whenever that is asked for, and only where it was asked for. */
import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { endStack } from "../../lib/testing/end-stack.ts";
import { anatomyOf, isListening, pathsBelow, processesOf } from "../../lib/testing/leftovers.ts";
import { begin, makeSite, siteRequest, versionOf } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { writeApp } from "../../lib/testing/write-app.ts";

const PROGRAM = fileURLToPath(new URL("../../dist/monban.mjs", import.meta.url));
const run = promisify(execFile);

let stack: Stack | undefined;
afterEach(async () => {
  await endStack(stack);
  stack = undefined;
});

async function runningStack(): Promise<Stack> {
  stack = await startStack();
  await stack.setUp();
  return stack;
}

/** Runs one of Monban's commands on the data of `running`; the exit status is part of the answer. */
async function monban(running: Stack, ...argv: string[]) {
  const env = {
    ...process.env,
    MONBAN_DATA: running.data,
    MONBAN_PANEL_ADDRESS: `127.0.0.1:${running.panelPort}`,
    MONBAN_HTTP_PORT: String(running.httpPort),
    MONBAN_HTTP_ADDRESS: "127.0.0.1",
    MONBAN_SAMPLE: "0",
  };
  return run(process.execPath, [PROGRAM, ...argv], { env, timeout: 60_000 }).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      text: `${error.stdout}${error.stderr}`,
    }),
  );
}

/** What of this Monban is left on the machine outside the records in its data. */
async function leftovers(running: Stack): Promise<string[]> {
  const { run: runFolder, facts } = await running.instance();
  const memory = await readdir("/dev/shm").catch(() => []);
  return [
    ...(await processesOf(running.data)).map(({ pid, command }) => `process ${pid} ${command}`),
    ...(await pathsBelow(runFolder)).filter(
      (path) => !/^(s|keeper\.lock|keeper\.config\.json|instance\.json)$/.test(path),
    ),
    ...memory.filter((name) => facts === `/dev/shm/${name}`),
    ...(await pathsBelow(running.data)).filter((path) =>
      /\.(tmp|new|partial|sock|pid)$|monban\.db-/.test(path),
    ),
    ...((await isListening(running.httpPort)) ? ["the port of the sites"] : []),
    ...((await isListening(running.panelPort)) ? ["the port of the panel"] : []),
  ];
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "%s leaves no process, no socket and no temporary file",
  async (signal) => {
    const running = await runningStack();
    await makeSite(running, "shop");
    running.signal(signal);
    expect(await running.ended()).toBe(0);
    expect(running.output()).toContain("Everything is stopped.");
    expect(await leftovers(running)).toEqual([]);
  },
);

test("Ctrl-C in the middle of a reload leaves nothing, and the next start serves one version", async () => {
  const running = await runningStack();
  const shop = await makeSite(running, "shop");
  for (const awaited of ["boot", "watch"] as const) {
    await writeApp(shop.folder, awaited === "boot" ? "slow-import" : "healthy", { version: awaited });
    const patched = await running.api("PATCH", `/api/v1/sites/${shop.id}`, {
      rollout: { watchWindowMs: 2_000 },
    });
    expect(patched.status).toBeLessThan(300);
    const { id } = await begin(running, shop, "reloads");
    await waitFor(`the reload to be at ${awaited}`, async () => {
      const { body } = await running.api<{ steps: { name: string; state: string }[] }>(
        "GET",
        `/api/v1/operations/${id}`,
      );
      return body.steps.some(({ name, state }) => name === awaited && state !== "pending");
    });
    running.signal("SIGINT");
    expect(await running.ended()).toBe(0);
    expect(await leftovers(running)).toEqual([]);
    await running.start();
    await waitFor("the site to serve", async () =>
      ["v1", awaited].includes(await versionOf(running, shop.domain)),
    );
    const { body } = await running.api<{ state: string }>("GET", `/api/v1/operations/${id}`);
    expect(["succeeded", "failed"]).toContain(body.state);
  }
});

test("Ctrl-C while an environment is built ends the programs that build it", async () => {
  const running = await runningStack();
  const folder = `${running.folder}/apps/new`;
  await writeApp(folder, "healthy");
  const { environment: _, ...body } = await siteRequest("new", folder);
  const made = await running.api("POST", "/api/v1/sites", body);
  expect(made.status).toBe(202);
  await waitFor(
    "programs that build the environment",
    async () =>
      (await processesOf(running.data)).some(({ command }) =>
        /-m (venv|pip|ensurepip)|\buv (venv|pip)\b/.test(command),
      ),
    { deadlineMs: 20_000 },
  );
  running.signal("SIGINT");
  expect(await running.ended()).toBe(0);
  expect(await leftovers(running)).toEqual([]);
});

test("a second `monban up` on the same data says so, ends with an error and harms nothing", async () => {
  const running = await runningStack();
  const shop = await makeSite(running, "shop");
  const before = await anatomyOf(running.data);
  const second = await monban(running, "up");
  expect(second.code).toBe(1);
  expect(second.text).toContain(`already up on ${running.data}`);
  const pids = ({ all }: typeof before) => all.map(({ pid }) => pid).sort();
  expect(pids(await anatomyOf(running.data))).toEqual(pids(before));
  expect(await versionOf(running, shop.domain)).toBe("v1");
  expect((await running.api("GET", "/readyz")).status).toBe(200);
});

test("`monban down` stops everything from another terminal, and says so when there is nothing to stop", async () => {
  const running = await runningStack();
  await makeSite(running, "shop");
  expect(await monban(running, "down")).toMatchObject({
    code: 0,
    text: expect.stringContaining("Everything is stopped."),
  });
  expect(await running.ended()).toBe(0);
  expect(await leftovers(running)).toEqual([]);
  expect(await monban(running, "down")).toMatchObject({
    code: 0,
    text: expect.stringContaining("is not up"),
  });
});
