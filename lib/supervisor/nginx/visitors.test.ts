import { chmod, mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { createConnection } from "node:net";
import { expect, test } from "vitest";
import { parseAccessEntry } from "../../core/log-lines.ts";
import { CHECK_TOKEN, type ProxyScene, proxyScenes } from "../../testing/proxy-scene.ts";
import { runCommand } from "../../testing/run-command.ts";
import { waitFor } from "../../testing/wait-for.ts";

const scenes = proxyScenes();
const HOST = "shop.example.org";

test("a host nobody claimed gets no answer at all", async () => {
  const { scene } = await aLiveSite();
  await expect(scene.ask("evil.example.org", "/")).rejects.toThrow();
  await expect(scene.ask("127.0.0.1", "/")).rejects.toThrow();
  expect((await scene.ask(HOST, "/")).status).toBe(200);
});

test("what visitors claim about themselves is replaced or dropped before the worker sees it", async () => {
  const { scene, behind } = await aLiveSite();
  const answer = await scene.ask(`${HOST}:8080`, "/a%20b?x=1&y=%2F", {
    headers: {
      "x-forwarded-for": "6.6.6.6, 7.7.7.7",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "evil.example.org",
      "x-forwarded-prefix": "/evil",
      "x-forwarded-ssl": "on",
      "x-real-ip": "6.6.6.6",
      "x-request-id": "mine",
      "x-monban-check": "guess",
      forwarded: "for=6.6.6.6",
      proxy: "http://evil.example.org",
      script_name: "/evil",
    },
  });
  const { headers, url } = behind.seen[0]!;
  expect(url).toBe("/a%20b?x=1&y=%2F");
  expect(headers).toMatchObject({
    host: `${HOST}:8080`,
    "x-forwarded-for": "127.0.0.1",
    "x-real-ip": "127.0.0.1",
    "x-forwarded-proto": "http",
    "x-forwarded-host": `${HOST}:8080`,
    connection: "close",
  });
  for (const name of [
    "x-forwarded-prefix",
    "x-forwarded-ssl",
    "x-monban-check",
    "forwarded",
    "proxy",
    "script_name",
  ]) {
    expect(headers[name]).toBeUndefined();
  }
  expect(headers["x-request-id"]).toMatch(/^[0-9a-f]{32}$/);
  expect(answer.headers["x-request-id"]).toBe(headers["x-request-id"]);
});

test("a worker sees the visitor's cookies, and never the panel's session", async () => {
  const { scene, behind } = await aLiveSite();
  const sent: [string, string | undefined][] = [
    ["a=1; b=2", "a=1; b=2"],
    ["monban_session=secret", undefined],
    ["monban_session=secret; a=1; b=2", "a=1; b=2"],
    ["a=1; monban_session=secret; b=2", "a=1; b=2"],
    ["a=1; monban_session=secret", "a=1"],
    ["my_monban_session=mine; a=1", "my_monban_session=mine; a=1"],
    // A site can set a second one of that name for a path of its own, to have only that taken away.
    ["monban_session=decoy; a=1; monban_session=secret", undefined],
  ];
  for (const [cookie] of sent) await scene.ask(HOST, "/", { headers: { cookie } });
  expect(behind.seen.map(({ headers }) => headers.cookie)).toEqual(sent.map(([, seen]) => seen));
});

test("the host in the request line wins over a forged Host header", async () => {
  const { scene, behind } = await aLiveSite();
  await raw(
    scene.port,
    `GET http://${HOST}/ HTTP/1.1\r\nHost: evil.example.org\r\nConnection: close\r\n\r\n`,
  );
  expect(behind.seen[0]?.headers.host).toBe(HOST);
});

test("only WebSocket may upgrade", async () => {
  const { scene, behind } = await aLiveSite();
  await scene.ask(HOST, "/", { headers: { connection: "Upgrade", upgrade: "h2c" } });
  expect(behind.seen[0]?.headers).toMatchObject({ connection: "close" });
  expect(behind.seen[0]?.headers.upgrade).toBeUndefined();
});

test("static files come from nginx, from the current release, with a type and an ETag, and links do not lead out", async () => {
  const { scene, folder } = await aLiveSite({ static: true });
  const found = await scene.ask(HOST, "/static/site.css");
  expect(found).toMatchObject({ status: 200, body: "body{}" });
  expect(found.headers).toMatchObject({
    "x-served-by": "nginx",
    "content-type": "text/css",
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
  });
  expect(found.headers.etag).toBeDefined();
  expect((await scene.ask(HOST, "/static/app.0123abcd.js")).headers["cache-control"]).toContain("immutable");
  expect((await scene.ask(HOST, "/static/link")).status).toBe(403);
  expect((await scene.ask(HOST, "/static/uploads/photo.txt")).body).toBe("a photo");
  expect((await scene.ask(HOST, "/static/none.css")).status).toBe(404);
  // The next release is served at once, without nginx being told.
  await mkdir(`${folder}/r2/static`, { recursive: true });
  await writeFile(`${folder}/r2/static/site.css`, "new");
  await scene.system.files.linkAtomic(`${folder}/r2`, `${folder}/current`);
  expect((await scene.ask(HOST, "/static/site.css")).body).toBe("new");
});

test.each([
  "/static../secret.txt",
  "/static/../secret.txt",
  "/static/%2e%2e/secret.txt",
  "/static/..%2fsecret.txt",
  "/static/..%5csecret.txt",
  "/static/%2e%2e%2fsecret.txt",
  "/static//../secret.txt",
  "/static/./../secret.txt",
  "/static/.env",
  "/static/.git/config",
  "/static/sub/.hidden",
  "/static/%2eenv",
  "/static/link",
  "/static/linked/secret.txt",
  "/static/uploads/out",
])("%s does not give away a file", async (path) => {
  const { scene } = await aLiveSite({ static: true });
  const text = await raw(scene.port, `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
  expect(text).not.toContain("secret");
  expect(text).toMatch(/^HTTP\/1\.1 (200 OK[\s\S]*from the worker|40[034])/);
});

test("every request is one line of JSON that says who served it, and the path never carries the query", async () => {
  const { scene, site } = await aLiveSite({ static: true });
  await scene.ask(HOST, "/a?token=hidden", { headers: { "user-agent": 'say "hi"\\' } });
  await scene.ask(HOST, "/static/site.css");
  await raw(scene.port, `GET /n%0a%22x%e3%81 HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`);
  const lines = await logged(site.accessLog, 3);
  expect(lines.join("\n")).not.toContain("hidden");
  const [worker, file, odd] = lines.map(parseAccessEntry);
  expect(worker).toMatchObject({
    method: "GET",
    path: "/a",
    status: 200,
    servedBy: "worker",
    userAgent: 'say "hi"\\',
  });
  expect(worker?.remoteAddress).toBe("127.0.0.1");
  expect(worker?.requestId).toMatch(/^[0-9a-f]{32}$/);
  expect(worker?.upstreamMs).not.toBeNull();
  expect(file).toMatchObject({
    path: "/static/site.css",
    status: 200,
    servedBy: "nginx",
    upstreamMs: null,
    bytesSent: 6,
  });
  expect(odd?.path).toMatch(/^\/n\n"x/);
});

test("Monban's own checks stand in no log; a wrong token does", async () => {
  const { scene, site, behind } = await aLiveSite();
  await scene.ask(HOST, "/check", { headers: { "x-monban-check": CHECK_TOKEN } });
  await scene.ask(HOST, "/guess", { headers: { "x-monban-check": `${CHECK_TOKEN}0` } });
  await scene.ask(HOST, "/last");
  const lines = await logged(site.accessLog, 2);
  expect(lines.map((line) => parseAccessEntry(line)?.path)).toEqual(["/guess", "/last"]);
  expect(behind.seen[0]?.headers["x-monban-check"]).toBeUndefined();
});

test("without a worker visitors get a small page with the id of their request, in both languages", async () => {
  const { scene, site, behind } = await aLiveSite();
  await behind.close();
  const answer = await scene.ask(HOST, "/");
  expect(answer.status).toBe(502);
  expect(answer.headers).toMatchObject({
    "x-served-by": "nginx",
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
  });
  expect(answer.body).toContain(`Request ${answer.headers["x-request-id"]}`);
  expect(answer.body).toContain("This site is temporarily unavailable");
  expect(answer.body).toContain("このサイトは一時的に利用できません");
  expect(answer.body).not.toMatch(/nginx|502|sock|tmp/);
  const [line] = await logged(site.accessLog, 1);
  expect(parseAccessEntry(line!)).toMatchObject({ status: 502, servedBy: "nginx" });
  expect((await scene.ask(HOST, "/", { method: "POST", body: "x=1" })).status).toBe(502);
});

test("stopped and quarantined sites answer 503 with the same page, whatever is asked", async () => {
  const scene = await scenes.open();
  const sites = [
    scene.aSite({ name: "stopped", state: "stopped" }),
    scene.aSite({ name: "odd", state: "quarantined" }),
  ];
  expect(await scene.proxy.start(sites)).toMatchObject({ ok: true });
  for (const { name } of sites) {
    const answer = await scene.ask(`${name}.example.org`, "/any?thing", { method: "POST", body: "x" });
    expect(answer.status).toBe(503);
    expect(answer.headers["retry-after"]).toBe("5");
    expect(answer.body).toContain(`Request ${answer.headers["x-request-id"]}`);
    expect(answer.body).not.toContain(name);
  }
});

test("the worker's own errors reach the visitor as they are", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  await scene.serve(site, (_, answer) => {
    answer.statusCode = 503;
    answer.end("the worker's own words");
  });
  await scene.proxy.start([site]);
  expect(await scene.ask(HOST, "/")).toMatchObject({ status: 503, body: "the worker's own words" });
  const [line] = await logged(site.accessLog, 1);
  expect(parseAccessEntry(line!)).toMatchObject({ status: 503, servedBy: "worker" });
});

test("a body above the limit is refused by nginx and never reaches the worker", async () => {
  const scene = await scenes.open();
  const site = scene.aSite({ spec: { maxBodyBytes: 1_000 } });
  const behind = await scene.serve(site);
  await scene.proxy.start([site]);
  expect((await scene.ask(HOST, "/", { method: "POST", body: "x".repeat(1_001) })).status).toBe(413);
  expect((await scene.ask(HOST, "/", { method: "POST", body: "x".repeat(1_000) })).status).toBe(200);
  expect(behind.seen).toHaveLength(1);
});

test("a request that failed half way is not sent to the worker twice", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  const behind = await scene.serve(site, (asked) => asked.socket.destroy());
  await scene.proxy.start([site]);
  expect((await scene.ask(HOST, "/pay", { method: "POST", body: "x=1" })).status).toBe(502);
  expect((await scene.ask(HOST, "/pay")).status).toBe(502);
  expect(behind.seen).toHaveLength(2);
});

test("text is compressed for those who ask for it", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  await scene.serve(site, (_, answer) => {
    answer.setHeader("content-type", "application/json");
    answer.end(JSON.stringify("x".repeat(5_000)));
  });
  await scene.proxy.start([site]);
  const { headers } = await scene.ask(HOST, "/", { headers: { "accept-encoding": "gzip" } });
  expect(headers).toMatchObject({ "content-encoding": "gzip", vary: "Accept-Encoding" });
});

test.runIf(process.getuid?.() === 0)(
  "a site that exchanges its static folder for a link gets nothing of another user's out of nginx",
  async () => {
    const scene = await scenes.open();
    const folder = `${scene.folder}/site`;
    await writeStaticFiles(scene, folder);
    const own = async (path: string, uid: number) => {
      runCommand("chown", ["-Rh", `${uid}:${uid}`, `${folder}/${path}`]);
    };
    for (const path of ["r1", "kept"]) await own(path, 65_001);
    await own("elsewhere", 65_002);
    const site = scene.aSite({
      staticRoot: `${folder}/current`,
      persistentFolders: ["static/uploads"],
      ownUsers: true,
      spec: { static: [{ urlPath: "/static/", directory: "static" }] },
    });
    await scene.serve(site);
    expect(await scene.proxy.start([site])).toMatchObject({ ok: true });
    const statusOf = async (path: string) => (await scene.ask(HOST, path)).status;
    expect(await statusOf("/static/site.css")).toBe(200);
    expect(await statusOf("/static/uploads/photo.txt")).toBe(200);
    for (const path of ["/static/link", "/static/linked/secret.txt", "/static/uploads/out"])
      expect([403, 404], path).toContain(await statusOf(path));

    await rename(`${folder}/r1/static`, `${folder}/r1/aside`);
    await symlink(`${folder}/elsewhere`, `${folder}/r1/static`);
    await own("r1/static", 65_001);
    expect([403, 404]).toContain(await statusOf("/static/secret.txt"));
  },
);

/** A site with a worker, and with static files when asked for. */
async function aLiveSite(options: { static?: boolean } = {}) {
  const scene = await scenes.open();
  const folder = `${scene.folder}/site`;
  const site = scene.aSite({
    staticRoot: `${folder}/current`,
    persistentFolders: ["static/uploads"],
    spec: { static: options.static ? [{ urlPath: "/static/", directory: "static" }] : [] },
  });
  if (options.static) await writeStaticFiles(scene, folder);
  const behind = await scene.serve(site);
  expect(await scene.proxy.start([site])).toMatchObject({ ok: true });
  return { scene, site, behind, folder };
}

async function writeStaticFiles(scene: ProxyScene, folder: string): Promise<void> {
  const files: Record<string, string> = {
    "r1/static/site.css": "body{}",
    "r1/static/app.0123abcd.js": "1",
    "r1/static/.env": "secret",
    "r1/static/.git/config": "secret",
    "r1/static/sub/.hidden": "secret",
    "r1/secret.txt": "secret",
    "kept/photo.txt": "a photo",
    "elsewhere/secret.txt": "secret",
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
    await writeFile(`${folder}/${path}`, text);
    await chmod(`${folder}/${path}`, 0o644);
  }
  await symlink(`${folder}/kept`, `${folder}/r1/static/uploads`);
  await symlink(`${folder}/elsewhere/secret.txt`, `${folder}/r1/static/link`);
  await symlink(`${folder}/elsewhere`, `${folder}/r1/static/linked`);
  await symlink(`${folder}/elsewhere/secret.txt`, `${folder}/kept/out`);
  await scene.system.files.linkAtomic(`${folder}/r1`, `${folder}/current`);
}

/** Bytes as they are, because clients tidy up paths. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: "127.0.0.1", port });
    let answer = "";
    socket.setEncoding("utf8");
    socket.on("data", (chunk: string) => {
      answer += chunk;
    });
    socket.on("end", () => resolve(answer));
    socket.on("error", reject);
    socket.write(text);
  });
}

/** nginx writes the line after the answer is out. */
function logged(path: string, count: number): Promise<string[]> {
  return waitFor(`${count} lines in the access log`, async () => {
    const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
    return lines.length >= count && lines;
  });
}
