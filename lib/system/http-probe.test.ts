import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { httpProbe, MAX_PROBE_BODY_BYTES } from "./http-probe.ts";

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

const base = { path: "/", hostHeader: "shop.example.org", timeoutMs: 10_000 };

it("an answer over a unix socket comes with status, headers and body, and names the site it asked for", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mb-pr-"));
  endings.push(() => rm(folder, { recursive: true }));
  const socketPath = join(folder, "s");
  await serve((request, response) => {
    const { host, connection, "x-extra": extra } = request.headers;
    response.setHeader("x-a", "1").end(JSON.stringify({ host, connection, extra, url: request.url }));
  }, socketPath);
  const result = await httpProbe({
    ...base,
    target: { socketPath },
    path: "/health?full=1",
    headers: { "x-extra": "e" },
  });
  expect(result).toMatchObject({ status: 200, detail: "200 OK", headers: { "x-a": "1" } });
  expect(JSON.parse(result.body)).toEqual({
    host: "shop.example.org",
    connection: "close",
    extra: "e",
    url: "/health?full=1",
  });
});

it("a redirect is an answer and is not followed", async () => {
  let asked = 0;
  const target = await serve((_request, response) => {
    asked += 1;
    response.writeHead(302, { location: "/elsewhere" }).end();
  });
  const result = await httpProbe({ ...base, target });
  expect(result).toMatchObject({ status: 302, headers: { location: "/elsewhere" } });
  expect(asked).toBe(1);
});

it("a long body is cut at the limit, even one without end", async () => {
  const target = await serve((_request, response) => {
    const more = () => response.destroyed || response.write("x".repeat(16_384), () => setImmediate(more));
    more();
  });
  const result = await httpProbe({ ...base, target });
  expect(result.status).toBe(200);
  expect(result.body.length).toBe(MAX_PROBE_BODY_BYTES);
});

it("no answer has no status and says why", async () => {
  const silent = await serve(() => {});
  expect(await httpProbe({ ...base, target: silent, timeoutMs: 100 })).toMatchObject({
    status: null,
    detail: "no answer within 100 ms",
  });

  const half = await serve((_request, response) => response.writeHead(200).write("begun"));
  expect(await httpProbe({ ...base, target: half, timeoutMs: 300 })).toMatchObject({
    status: null,
    detail: "the answer began with status 200 but did not end within 300 ms",
  });

  const missing = await httpProbe({ ...base, target: { socketPath: "/tmp/mb-no-such-socket" } });
  expect(missing.status).toBeNull();
  expect(missing.detail).toContain("ENOENT");

  const noise = createTcpServer((socket) => socket.resume().end("not http at all\r\n\r\n")).listen(
    0,
    "127.0.0.1",
  );
  await new Promise((resolve) => noise.once("listening", resolve));
  endings.push(() => new Promise((resolve) => noise.close(resolve)));
  const { port } = noise.address() as AddressInfo;
  const garbage = await httpProbe({ ...base, target: { host: "127.0.0.1", port } });
  expect(garbage.status).toBeNull();
  expect(garbage.detail).toContain("Parse Error");
});

async function serve(listener: RequestListener, path?: string): Promise<{ host: string; port: number }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) =>
    path ? server.listen(path, resolve) : server.listen(0, "127.0.0.1", resolve),
  );
  endings.push(
    () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(resolve);
      }),
  );
  const address = server.address();
  return { host: "127.0.0.1", port: typeof address === "object" && address ? address.port : 0 };
}
