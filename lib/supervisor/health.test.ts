import { expect, it } from "vitest";
import { failure } from "../system/fake-files.ts";
import { aSceneSite, openSupervisorScene, type SupervisorScene } from "../testing/supervisor-scene.ts";

const site = aSceneSite({ pool: { workers: 2, timeoutMs: 10_000, gracefulTimeoutMs: 5_000 } });

async function openHealthy(): Promise<SupervisorScene> {
  const scene = await openSupervisorScene();
  await scene.start();
  await scene.serve(site);
  await scene.clock.advance(20_000);
  return scene;
}

const changes = async (scene: SupervisorScene) =>
  (await scene.events("health")).map(({ from, to }) => `${from} → ${to}`);

it("a site that becomes healthy is told once, however long it stays so", async () => {
  const scene = await openHealthy();
  await scene.clock.advance(600_000);
  expect(await changes(scene)).toEqual(["unknown → healthy"]);
  expect((await scene.observed(site)).health.checks.map(({ via, ok }) => `${via} ${ok}`)).toEqual([
    "socket true",
    "nginx true",
  ]);
});

it("one failing check is no news; as many as the threshold are, once, with what was answered", async () => {
  const scene = await openHealthy();
  const pool = scene.pools.of("shop");
  if (!pool) throw new Error("no pool");
  pool.behaviour.status = 503;
  await scene.clock.advance(11_000);
  expect(await changes(scene)).toEqual(["unknown → healthy"]);
  await scene.clock.advance(120_000);
  expect(await changes(scene)).toEqual(["unknown → healthy", "healthy → down"]);
  const [, down] = await scene.events("health");
  expect(down?.reason).toContain("GET / answered 503");
  expect(await scene.observed(site)).toMatchObject({ state: "unhealthy" });
  pool.behaviour.status = 200;
  await scene.clock.advance(30_000);
  expect(await changes(scene)).toEqual(["unknown → healthy", "healthy → down", "down → healthy"]);
  const words = (await scene.events("site-state")).map(({ state }) => state);
  expect(words).toEqual(["ready", "unhealthy", "ready"]);
});

it("workers that answer while nginx does not make the site degraded", async () => {
  const scene = await openHealthy();
  const { probe } = scene.system;
  scene.system.probe = async (asked) =>
    "socketPath" in asked.target
      ? probe(asked)
      : { status: 502, headers: {}, body: "", durationMs: 1, detail: "502" };
  await scene.clock.advance(60_000);
  expect((await changes(scene)).at(-1)).toBe("healthy → degraded");
  expect((await scene.observed(site)).health.reason).toContain("through nginx");
});

it("the death of a worker is told with its cause, and the site is well again when it is replaced", async () => {
  const scene = await openHealthy();
  const [worker] = scene.pools.of("shop")?.workers() ?? [];
  worker?.onSignal("SIGTERM");
  await scene.clock.advance(5_000);
  const exits = await scene.events("worker-exit");
  expect(exits).toMatchObject([{ pid: worker?.pid, generation: 1 }]);
  expect((await scene.observed(site)).workers).toMatchObject({ wanted: 2, ready: 2 });
  await scene.clock.advance(60_000);
  expect(await scene.events("worker-exit")).toHaveLength(1);
});

it("a request that never ends is told once, and its worker is asked to leave", async () => {
  const scene = await openHealthy();
  const pool = scene.pools.of("shop");
  const [worker] = pool?.workers() ?? [];
  await pool?.serve("GET /slow?token=secret");
  await scene.clock.advance(8_000);
  expect(worker?.signals).toEqual([]);
  await scene.clock.advance(6_000);
  expect(worker?.signals).toEqual(["SIGTERM"]);
  const told = (await scene.events("notice")).filter(({ code }) => code === "hung-request");
  expect(told).toHaveLength(1);
  expect(told[0]?.detail).toMatch(/^GET \/slow has been running/);
});

it("a full disk is told, sites keep serving, and its end is told too", async () => {
  const scene = await openHealthy();
  const { revision } = scene.nginx;
  scene.files.onChange = (operation, path) => {
    if (operation === "append" || operation === "writeAtomic") throw failure("ENOSPC", path);
  };
  scene.keeper.alive("panel")?.exit(1);
  await scene.clock.advance(60_000);
  const { notices } = scene.parts().context;
  expect(notices.all().map(({ code }) => code)).toContain("journal-disk");
  expect(await scene.visit(site)).toBe("release 1");
  expect(scene.nginx.revision).toBe(revision);
  scene.files.onChange = () => undefined;
  scene.keeper.alive("panel")?.exit(1);
  await scene.clock.advance(200_000);
  expect(notices.all()).toEqual([]);
});

it("on a full disk a master that dies is started again all the same", async () => {
  const scene = await openHealthy();
  scene.files.onChange = (operation, path) => {
    // Facts of workers are in memory.
    if (path.startsWith(scene.instance.facts)) return;
    if (operation === "append" || operation === "writeAtomic" || operation === "linkAtomic")
      throw failure("ENOSPC", path);
  };
  scene.pools.of("shop")?.master.exit(null, "SIGKILL");
  await scene.clock.advance(30_000);
  expect(await scene.visit(site)).toBe("release 1");
});
