import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { instancePaths } from "../../core/layout.ts";
import { freePort, proxyScenes, startLoad } from "../../testing/proxy-scene.ts";
import { waitFor } from "../../testing/wait-for.ts";
import { findNginx, workerPids } from "./nginx-process.ts";

const scenes = proxyScenes();

test("a site is live as soon as start has returned, and unchanged sites are not published again", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  await scene.serve(site);
  const started = await scene.proxy.start([site]);
  expect(started).toMatchObject({ ok: true, adopted: false, revision: 1 });
  expect(await scene.ask("shop.example.org", "/")).toMatchObject({ status: 200, body: "from the worker" });
  expect(await scene.proxy.publish([site])).toMatchObject({ ok: true, changed: false, revision: 1 });
  expect(await scene.proxy.observe()).toMatchObject({
    state: "ready",
    revision: 1,
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
});

test("a changed site is live as soon as publish has returned", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  await scene.serve(site);
  await scene.proxy.start([site]);
  const renamed = scene.aSite({ spec: { domains: ["new.example.org"] } });
  expect(await scene.proxy.publish([renamed])).toMatchObject({
    ok: true,
    changed: true,
    revision: 2,
    quarantined: [],
  });
  expect((await scene.ask("new.example.org", "/")).status).toBe(200);
  await expect(scene.ask("shop.example.org", "/")).rejects.toThrow();
});

test("a site nginx does not accept is quarantined by itself, with the reason, while the others go live", async () => {
  const scene = await scenes.open();
  const good = Array.from({ length: 5 }, (_, index) => scene.aSite({ name: `good-${index}` }));
  for (const site of good) await scene.serve(site);
  // Its log is a folder, which only nginx itself finds out.
  const bad = scene.aSite({ name: "bad", accessLog: `${scene.folder}/data` });
  const sites = [...good.slice(0, 2), bad, ...good.slice(2)];
  const started = await scene.proxy.start(sites);
  expect(started).toMatchObject({ ok: true });
  for (const site of good) expect((await scene.ask(`${site.name}.example.org`, "/")).status).toBe(200);
  const published = await scene.proxy.publish(sites);
  expect(published).toMatchObject({ ok: true, changed: false });
  expect(published.quarantined).toEqual([
    { siteId: bad.siteId, reason: expect.stringMatching(/Is a directory/) },
  ]);
});

test("a value nobody checked quarantines its site before nginx is asked, and its domains answer 503", async () => {
  const scene = await scenes.open();
  const good = scene.aSite({ name: "good" });
  await scene.serve(good);
  await scene.proxy.start([good]);
  const bad = scene.aSite({
    name: "bad",
    spec: { static: [{ urlPath: "/s/", directory: "/srv/$document_root" }] },
  });
  const published = await scene.proxy.publish([good, bad]);
  expect(published).toMatchObject({ ok: true, changed: true });
  expect(published.quarantined).toEqual([
    { siteId: bad.siteId, reason: expect.stringMatching(/^static\.0\.directory: .* letters, digits/) },
  ]);
  expect((await scene.ask("good.example.org", "/")).status).toBe(200);
  expect((await scene.ask("bad.example.org", "/")).status).toBe(503);
});

test("a domain that two sites claim stays with the first", async () => {
  const scene = await scenes.open();
  const first = scene.aSite({ name: "first", spec: { domains: ["both.example.org"] } });
  const second = scene.aSite({
    name: "second",
    spec: { domains: ["both.example.org", "second.example.org"] },
  });
  await scene.serve(first);
  await scene.proxy.start([first]);
  const published = await scene.proxy.publish([first, second]);
  expect(published.quarantined).toEqual([
    { siteId: second.siteId, reason: "The domain both.example.org belongs to the site first already." },
  ]);
  expect((await scene.ask("both.example.org", "/")).status).toBe(200);
  expect((await scene.ask("second.example.org", "/")).status).toBe(503);
});

test("a port that is taken is a sentence that names who has it, and works once it is free", async () => {
  const port = await freePort();
  const squatter = createServer();
  await new Promise<void>((resolve) => squatter.listen(port, "127.0.0.1", resolve));
  const scene = await scenes.open({ httpPort: port });
  try {
    const taken = await scene.proxy.ensureSockets();
    expect(taken).toMatchObject({ ok: false, code: "EADDRINUSE" });
    expect((taken as { detail: string }).detail).toContain(`Could not listen on 127.0.0.1:${port}`);
    expect((taken as { detail: string }).detail).toMatch(new RegExp(`in use by .+ \\(${process.pid}\\)`));
    expect(await scene.proxy.start([])).toMatchObject({ ok: false });
    expect(await scene.proxy.publish([])).toMatchObject({ ok: false });
  } finally {
    await new Promise((resolve) => squatter.close(resolve));
  }
  expect(await scene.proxy.ensureSockets()).toEqual({ ok: true });
  expect(await scene.proxy.start([])).toMatchObject({ ok: true });
});

test("when a HUP does not take effect the link goes back and the old configuration stays live", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  await scene.serve(site);
  await scene.proxy.start([site]);
  const { master } = await findNginx(scene.system);
  // What is tested is good; between the test and the reload somebody breaks it.
  const { files } = scene.system;
  const broken = scene.anotherProxy({
    ...scene.system,
    files: {
      ...files,
      async linkAtomic(target, path) {
        await files.linkAtomic(target, path);
        if (target.endsWith("/2")) await files.writeAtomic(`${path}/nginx.conf`, "broken {");
      },
    },
  });
  const moved = scene.aSite({ spec: { domains: ["moved.example.org"] } });
  const published = await broken.publish([moved]);
  expect(published).toMatchObject({ ok: false, revision: 1, changed: false });
  expect(published.detail).toMatch(/^nginx kept its old configuration: .+\. Revision 1 stays live/);
  expect(await files.readLink(instancePaths(scene.instance).nginxCurrent)).toBe("revisions/1");
  expect((await scene.ask("shop.example.org", "/")).status).toBe(200);
  expect((await findNginx(scene.system)).master?.pid).toBe(master?.pid);
  expect(await scene.proxy.publish([moved])).toMatchObject({ ok: true, changed: true });
});

test("a broken or missing configuration on disk is rendered anew at the start", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  await scene.serve(site);
  await scene.proxy.start([site]);
  await scene.proxy.stop();
  const { nginxCurrent, nginxRevisions } = instancePaths(scene.instance);
  await scene.system.files.writeAtomic(`${nginxCurrent}/nginx.conf`, "broken {");
  expect(await scene.proxy.start([site])).toMatchObject({ ok: true, revision: 2 });
  expect((await scene.ask("shop.example.org", "/")).status).toBe(200);
  await scene.proxy.stop();
  await scene.system.files.remove(nginxRevisions);
  expect(await scene.anotherProxy().start([site])).toMatchObject({ ok: true, revision: 3 });
  expect((await scene.ask("shop.example.org", "/")).status).toBe(200);
});

test("a supervisor that comes back adopts the living nginx", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  await scene.serve(site);
  const first = await scene.proxy.start([site]);
  const again = await scene.anotherProxy().start([site]);
  expect(again).toEqual({ ...first, adopted: true });
});

test("20 publishes under load lose no request", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  await scene.serve(site);
  await scene.proxy.start([site]);
  const load = startLoad(8, () => scene.ask("shop.example.org", "/"));
  for (let round = 1; round <= 20; round += 1) {
    const others = [scene.aSite({ name: `other-${round}`, state: "stopped" })];
    expect(await scene.proxy.publish([site, ...others])).toMatchObject({ ok: true, changed: true });
  }
  const { ok, failed } = await load.stop();
  expect(failed).toEqual([]);
  expect(ok).toBeGreaterThan(100);
  const { nginxRevisions } = instancePaths(scene.instance);
  expect((await scene.system.files.list(nginxRevisions)).length).toBe(20);
});

test("kill -9 of the nginx master under load: a new one takes over and no request fails", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  await scene.serve(site);
  await scene.proxy.start([site]);
  const { master } = await findNginx(scene.system);
  const orphans = await workerPids(scene.system, master!.pid);
  const load = startLoad(8, () => scene.ask("shop.example.org", "/"));
  const killedAt = performance.now();
  process.kill(master!.pid, "SIGKILL");
  await waitFor("the keeper to notice", async () => (await findNginx(scene.system)).master === null);
  const started = await scene.proxy.start([site]);
  console.log(`a new master was verified ${Math.round(performance.now() - killedAt)} ms after the kill`);
  expect(started).toMatchObject({ ok: true, adopted: false });
  await waitFor("the orphaned workers to leave", async () => {
    const { orphaned } = await findNginx(scene.system);
    return orphaned.length === 0;
  });
  const { ok, failed } = await load.stop();
  expect(failed).toEqual([]);
  expect(ok).toBeGreaterThan(50);
  const stats = await Promise.all(orphans.map((pid) => scene.system.machine.processStat(pid)));
  expect(stats.filter((stat) => stat !== null && stat.state !== "Z")).toEqual([]);
});

test("kill -9 of nginx with all its workers: who connects meanwhile is answered by the next one", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  await scene.serve(site);
  await scene.proxy.start([site]);
  const { master } = await findNginx(scene.system);
  process.kill(-master!.pid, "SIGKILL");
  await waitFor("nobody to be left", async () => (await scene.keeper.members(master!.pid)).length === 0);
  const waiting = scene.ask("shop.example.org", "/");
  expect(await scene.proxy.start([site])).toMatchObject({ ok: true });
  expect((await waiting).status).toBe(200);
});

test("logs that were renamed are written anew after nginx was told", async () => {
  const scene = await scenes.open();
  const site = scene.aSite();
  await scene.serve(site);
  await scene.proxy.start([site]);
  await scene.ask("shop.example.org", "/before");
  await scene.system.files.rename(site.accessLog, `${site.accessLog}.1`);
  const { nginx } = scene.instance.users ?? {};
  await scene.system.files.append(site.accessLog, "", {
    mode: 0o640,
    ...(nginx && { uid: nginx.uid, gid: nginx.gid }),
  });
  await scene.proxy.reopenLogs();
  await waitFor("a line in the new file", async () => {
    await scene.ask("shop.example.org", "/after");
    return (await readFile(site.accessLog, "utf8")).includes('"uri":"/after"');
  });
  expect(await readFile(`${site.accessLog}.1`, "utf8")).toContain('"uri":"/before"');
});

test("publishes asked for at the same time come one after the other, and the last one wins", async () => {
  const scene = await scenes.open();
  await scene.proxy.start([]);
  const results = await Promise.all(
    ["a", "b", "c"].map((name) => scene.proxy.publish([scene.aSite({ name, state: "stopped" })])),
  );
  expect(results.map(({ ok, revision }) => [ok, revision])).toEqual([
    [true, 2],
    [true, 3],
    [true, 4],
  ]);
  expect((await scene.ask("c.example.org", "/")).status).toBe(503);
});
