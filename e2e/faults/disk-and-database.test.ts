/** A disk without room, and a database that cannot be opened: the sites do not notice, and people are told. */
import { execFile } from "node:child_process";
import { chmod, copyFile, mkdir, open, rm, writeFile } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { createControlClient } from "../../lib/control/client.ts";
import { instancePaths } from "../../lib/core/layout.ts";
import type { JournalEvent } from "../../lib/schema/event.ts";
import type { Actor, Operation } from "../../lib/schema/operation.ts";
import type { SiteView } from "../../lib/schema/site-view.ts";
import type { StatusView } from "../../lib/schema/status-view.ts";
import { endStack } from "../../lib/testing/end-stack.ts";
import { startLoad } from "../../lib/testing/load-generator.ts";
import { act, makeSite, versionOf } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { createTempFolder } from "../../lib/testing/temp-folder.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { writeApp } from "../../lib/testing/write-app.ts";

const run = promisify(execFile);
const actor: Actor = { kind: "cli", name: "test" };
const MEGABYTE = 1024 ** 2;

let stack: Stack | undefined;
let undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  const cleanUp = undo.reverse();
  undo = [];
  await endStack(stack).catch(() => undefined);
  for (const step of cleanUp) await step();
  stack = undefined;
});

test("on a full disk sites keep answering and it is said plainly; with room again a reload works and the journal goes on", async () => {
  const { path: folder, remove } = await createTempFolder();
  undo.push(remove);
  await mkdir(`${folder}/data`);
  const mounted = await run("mount", [
    "-t",
    "tmpfs",
    "-o",
    "size=160m,mode=0755",
    "tmpfs",
    `${folder}/data`,
  ]).then(
    () => true,
    () => false,
  );
  if (mounted) undo.push(() => run("umount", ["-l", `${folder}/data`]));
  const running = await startStack({ folder });
  stack = running;
  await running.setUp();
  const shop = await makeSite(running, "shop");
  const load = startLoad({
    target: { host: "127.0.0.1", port: running.httpPort },
    hostHeader: shop.domain,
    clients: 2,
    requestsPerSecond: 40,
  });

  const free = mounted ? await fillUp(`${running.data}/ballast`) : await forbidWriting(running.data);
  await writeApp(shop.folder, "healthy", { version: "v2" });
  const control = createControlClient({
    socketPath: instancePaths(await running.instance()).supervisorSocket,
  });
  const begun = await control.startOperation({ kind: "reload", siteId: shop.id, actor });
  const refused = await control.operation(begun.id, { waitMs: 30_000 });
  expect(refused.state).toBe("failed");
  expect(refused.error?.detail).toContain("Nothing changed for visitors");
  if (mounted) {
    expect(`${refused.error?.detail} ${refused.error?.hint}`).toMatch(/free|space|room/i);
    const { status, body } = await running.api("POST", `/api/v1/sites/${shop.id}/reloads`);
    expect(status).toBe(503);
    expect(body).toMatchObject({
      code: "database-full",
      detail: expect.stringContaining("the disk is full"),
    });
  }
  const notice = await waitFor(
    "somebody to say it",
    async () => {
      const { notices } = await control.observed();
      return notices.find(({ code }) => /^(disk-low|disk-full|journal-disk)$/.test(code));
    },
    { deadlineMs: 30_000, intervalMs: 100 },
  );
  expect(notice.detail).toMatch(/Sites keep serving/);
  expect(await versionOf(running, shop.domain)).toBe("v1");

  await free();
  await waitFor(
    "a reload to work again",
    async () => {
      const { status, body } = await running.api<{ operation: Operation }>(
        "POST",
        `/api/v1/sites/${shop.id}/reloads`,
      );
      return status === 202 && (await running.finished(body.operation.id)).state === "succeeded";
    },
    { deadlineMs: 30_000 },
  );
  expect(await versionOf(running, shop.domain)).toBe("v2");
  await waitFor(
    "the notices to go",
    async () => (await running.api<StatusView>("GET", "/api/v1/status")).body.notices.length === 0,
    { deadlineMs: 45_000, intervalMs: 100 },
  );
  const report = await load.stop();
  expect(report.firstFailures).toEqual([]);
  expect(report.ok).toBeGreaterThan(40);

  running.signal("SIGTERM");
  expect(await running.ended()).toBe(0);
  await running.start();
  const events = await waitFor("the newest event", async () => {
    const all: JournalEvent[] = [];
    for (let after = 0; ; after = all.at(-1)?.seq ?? 0) {
      const page = await running.api<{ data: JournalEvent[] }>(
        "GET",
        `/api/v1/events?after=${after}&limit=200`,
      );
      if (page.body.data.length === 0) break;
      all.push(...page.body.data);
    }
    return all.some((event) => event.type === "process" && event.change === "started") ? all : null;
  });
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
});

describe("a database that cannot be opened when Monban starts", () => {
  async function stoppedStack() {
    const running = await startStack();
    stack = running;
    await running.setUp();
    const shop = await makeSite(running, "shop");
    running.signal("SIGTERM");
    expect(await running.ended()).toBe(0);
    return { running, shop, database: `${running.data}/monban.db` };
  }

  async function inTrouble(running: Stack, domain: string, words: RegExp): Promise<void> {
    running.startInTrouble();
    await waitFor(
      "the site to be served without the panel",
      async () => (await versionOf(running, domain)) === "v1",
      {
        deadlineMs: 30_000,
      },
    );
    const problem = await waitFor("the panel to say what is wrong", async () => {
      const { status, body } = await running.api<{ detail: string; hint: string; code: string }>(
        "GET",
        "/healthz",
      );
      return status === 503 && body.code !== "starting" ? body : null;
    });
    expect(problem.detail).toMatch(words);
    expect(problem.hint).not.toBe("");
    const page = await fetch(`${running.panelUrl}/`, { headers: { accept: "text/html" } });
    expect(page.status).toBe(503);
    expect(await page.text()).toContain(problem.detail);
    await waitFor("monban up to say it as well", () => words.test(running.output()), { deadlineMs: 30_000 });
  }

  test("damaged: the sites serve, the panel and the terminal say so, and a copy put in its place is taken up", async () => {
    const { running, shop, database } = await stoppedStack();
    await copyFile(database, `${running.folder}/backup.db`);
    await writeFile(database, "this is no database ".repeat(400));
    await inTrouble(running, shop.domain, /damaged or is not a database/);
    for (const companion of ["-wal", "-shm"]) await rm(`${database}${companion}`, { force: true });
    await copyFile(`${running.folder}/backup.db`, database);
    await waitFor("the panel to be back", async () => (await running.api("GET", "/readyz")).status === 200, {
      deadlineMs: 30_000,
    });
    const { body } = await running.api<{ data: SiteView[] }>("GET", "/api/v1/sites");
    expect(body.data.map(({ name }) => name)).toEqual(["shop"]);
    expect(await versionOf(running, shop.domain)).toBe("v1");
  });

  test("locked: the sites serve, it is said, and the panel comes by itself when the lock is gone", async () => {
    const { running, shop, database } = await stoppedStack();
    const holder = new DatabaseSync(database);
    holder.exec("PRAGMA journal_mode=DELETE");
    holder.exec("BEGIN EXCLUSIVE");
    undo.push(async () => holder.isOpen && holder.close());
    await inTrouble(running, shop.domain, /holds the panel's database locked/);
    holder.close();
    await waitFor("the panel to be back", async () => (await running.api("GET", "/readyz")).status === 200, {
      deadlineMs: 30_000,
    });
    expect(await act(running, shop, "reloads")).toMatchObject({ state: "succeeded" });
  });
});

/** Writes until there is no room for a single byte; returns how to make room again. */
async function fillUp(path: string): Promise<() => Promise<void>> {
  const file = await open(path, "w");
  try {
    for (const piece of [Buffer.alloc(MEGABYTE), Buffer.alloc(1)]) {
      for (;;) {
        const { bytesWritten } = await file.write(piece).catch(() => ({ bytesWritten: 0 }));
        if (bytesWritten < piece.length) break;
      }
    }
  } finally {
    await file.close();
  }
  return () => rm(path);
}

/** Where no small disk can be mounted: what a full disk refuses is refused by its permissions. */
async function forbidWriting(data: string): Promise<() => Promise<void>> {
  const journal = `${data}/supervisor/journal.jsonl`;
  const releases = `${data}/sites/shop/releases`;
  await chmod(journal, 0o400);
  await chmod(releases, 0o500);
  return async () => {
    await chmod(journal, 0o600);
    await chmod(releases, 0o711);
  };
}
