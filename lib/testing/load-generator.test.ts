import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer, type Server as TcpServer } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LoadTarget, startLoad } from "./load-generator.ts";
import { gunicornAndFlask, pythonEnvironment } from "./python-environment.ts";
import { type RunningGunicorn, runGunicorn } from "./run-gunicorn.ts";
import { createTempFolder, type TempFolder } from "./temp-folder.ts";
import { waitFor } from "./wait-for.ts";
import { appKinds, writeApp } from "./write-app.ts";

let temp: TempFolder;
let server: Server | TcpServer | null = null;
let gunicorn: RunningGunicorn | null = null;
beforeEach(async () => {
  temp = await createTempFolder();
});
afterEach(async () => {
  if (server && "closeAllConnections" in server) server.closeAllConnections();
  server?.close();
  server = null;
  await gunicorn?.stop();
  gunicorn = null;
  await temp.remove();
});

async function listen(made: Server | TcpServer): Promise<LoadTarget> {
  server = made;
  await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
  return { host: "127.0.0.1", port: (made.address() as { port: number }).port };
}

function serve(answer: (request: IncomingMessage, response: ServerResponse, number: number) => void) {
  let number = 0;
  return listen(createServer((request, response) => answer(request, response, ++number)));
}

test("answered requests are counted with their latency, over new connections or kept ones", async () => {
  const target = await serve((_, response) => response.end('{"version": "v7"}'));
  const fresh = startLoad({ target, hostHeader: "x.test", clients: 4, expectBody: "v7" });
  await waitFor("some answers", () => fresh.snapshot().ok >= 100);
  const report = await fresh.stop();
  expect(report).toMatchObject({ failed: 0, sent: report.ok, connections: report.sent });
  expect(report.versions).toEqual({ v7: report.ok });
  expect(report.latency.max).toBeGreaterThanOrEqual(report.latency.p95);
  const kept = startLoad({ target, hostHeader: "x.test", clients: 4, keepAlive: true });
  await waitFor("some answers", () => kept.snapshot().ok >= 100);
  expect(await kept.stop()).toMatchObject({ failed: 0, connections: 4 });
});

test("each kind of failure is counted as what it is, and nothing is tried again", async () => {
  const target = await serve((_, response, number) => {
    if (number === 1) response.writeHead(503).end("busy");
    else if (number === 2) response.end("something else");
    else if (number === 3)
      response.writeHead(200, { "content-length": "10" }).write("half", () => response.destroy());
    else if (number === 4) response.socket?.resetAndDestroy();
    else if (number === 5) return;
    else response.end("right");
  });
  const load = startLoad({
    target,
    hostHeader: "x.test",
    clients: 1,
    expectBody: "right",
    requestTimeoutMs: 200,
  });
  await waitFor("the answers after the failures", () => load.snapshot().ok >= 3);
  const report = await load.stop();
  expect(report.failures).toEqual({ refused: 0, reset: 1, cut: 1, timeout: 1, status: 1, body: 1, other: 0 });
  expect(report.firstFailures.map(({ kind }) => kind)).toEqual(["status", "body", "cut", "reset", "timeout"]);
  expect(report.lastFailure).toEqual(report.firstFailures.at(-1));
  expect(report.sent).toBe(report.ok + 5);
});

test("nobody listening is a refused connection, on a port and on a socket", async () => {
  const load = startLoad({
    target: { socketPath: `${temp.path}/none.sock` },
    hostHeader: "x.test",
    clients: 2,
  });
  await waitFor("a refusal", () => load.snapshot().failures.refused >= 30);
  const report = await load.stop();
  expect(report).toMatchObject({ ok: 0, failed: report.sent });
  expect(report.firstFailures).toHaveLength(20);
});

test("what is no HTTP is told as such", async () => {
  const target = await listen(
    createTcpServer((socket) => socket.on("error", () => undefined).end("hello\r\n\r\n")),
  );
  const load = startLoad({ target, hostHeader: "x.test", clients: 1 });
  await waitFor("a failure", () => load.snapshot().failures.other >= 1);
  await load.stop();
});

test("chunked answers and answers without a length are read to their end", async () => {
  const target = await serve((_, response, number) => {
    if (number % 2 === 0) response.useChunkedEncodingByDefault = false;
    response.write("the first half, ");
    response.end("the second half");
  });
  const load = startLoad({
    target,
    hostHeader: "x.test",
    clients: 2,
    expectBody: "the first half, the second half",
  });
  await waitFor("some answers", () => load.snapshot().ok >= 20);
  expect(await load.stop()).toMatchObject({ failed: 0 });
});

test("the rate is kept to when one is asked for", async () => {
  const target = await serve((_, response) => response.end("ok"));
  const load = startLoad({ target, hostHeader: "x.test", clients: 8, requestsPerSecond: 100 });
  await waitFor("some answers", () => load.snapshot().ok >= 50);
  const { sent, durationMs } = await load.stop();
  expect(sent).toBeLessThanOrEqual((durationMs / 1000) * 100 + 8);
});

test("a POST that is lost or stored twice shows in the counts of the fixture", async () => {
  const { python } = await pythonEnvironment({ packages: gunicornAndFlask });
  const { entry } = await writeApp(temp.path, "counts-in-sqlite");
  gunicorn = runGunicorn({ python, folder: temp.path, entry, args: ["-k", "gthread", "--threads", "4"] });
  const target = { socketPath: gunicorn.socketPath };
  const ready = startLoad({ target, hostHeader: "x.test", clients: 1 });
  await waitFor("the application", () => ready.snapshot().ok > 0);
  await ready.stop();
  const load = startLoad({
    target,
    hostHeader: "x.test",
    clients: 6,
    posts: { share: 0.5, bodyBytes: 2_000 },
    tokens: true,
  });
  await waitFor("some answers", () => load.snapshot().posted >= 30);
  const report = await load.stop();
  expect(report).toMatchObject({ failed: 0, unsure: 0 });
  const last = startLoad({
    target,
    hostHeader: "x.test",
    clients: 1,
    expectBody: `"rows": ${report.posted}, "tokens": ${report.posted}`,
  });
  await waitFor("the count", () => last.snapshot().ok > 0);
  expect(await last.stop()).toMatchObject({ failed: 0 });
}, 300_000);

test("every fixture is written with its version and misbehaves as its name says", async () => {
  const { python } = await pythonEnvironment({ packages: gunicornAndFlask });
  const fails = [
    "raises-at-import",
    "exits-at-import",
    "needs-missing-package",
    "syntax-error",
    "missing-attribute",
    "factory-raises",
    "factory-returns-nothing",
  ];
  const skipped = new Set(["hangs-at-import", "crashes-after-cutover", "uploads"]);
  for (const kind of appKinds.filter((candidate) => !skipped.has(candidate))) {
    const folder = `${temp.path}/${kind}`;
    const { entry } = await writeApp(folder, kind, { version: "v3" });
    const running = runGunicorn({ python, folder, entry, args: ["-w", "1"] });
    gunicorn = running;
    if (fails.includes(kind)) {
      await waitFor(`${kind} to fail`, () => running.lines().some((line) => /exited with code/.test(line)));
    } else {
      const load = startLoad({
        target: { socketPath: running.socketPath },
        hostHeader: "x.test",
        clients: 1,
        paths: ["/health"],
      });
      const wanted = kind === "answers-500-on-health" ? "status" : null;
      await waitFor(`${kind} to answer`, () => {
        const { failures, versions } = load.snapshot();
        return wanted ? failures[wanted] > 0 : (versions.v3 ?? 0) > 0;
      });
      await load.stop();
    }
    await running.stop();
  }
}, 300_000);
