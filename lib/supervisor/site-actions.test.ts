import { describe, expect, it } from "vitest";
import type { DesiredSite } from "../schema/desired.ts";
import { failure } from "../system/fake-files.ts";
import { aSceneSite, openSupervisorScene, type SupervisorScene } from "../testing/supervisor-scene.ts";

const site = aSceneSite({ pool: { workers: 2, gracefulTimeoutMs: 5_000 } });
const stopped: DesiredSite = { ...site, wanted: "stopped", revision: 2 };
const withWorkers = (workers: number): DesiredSite => ({
  ...site,
  revision: 1 + workers,
  spec: { ...site.spec, pool: { ...site.spec.pool, workers } },
});

async function openServing(): Promise<SupervisorScene> {
  const scene = await openSupervisorScene();
  await scene.start();
  await scene.serve(site);
  return scene;
}

const heldPools = async (scene: SupervisorScene) =>
  (await scene.keeper.status()).sockets.map(({ name }) => name).filter((name) => name.startsWith("pool-"));

describe("workers", () => {
  it("come one by one, each confirmed before the next is asked for", async () => {
    const scene = await openServing();
    const master = scene.pools.of("shop")?.master;
    const [operation] = await scene.desire([withWorkers(5)]);
    await scene.clock.advance(100);
    expect(master?.signals).toEqual(["SIGTTIN"]);
    expect((await scene.ended(operation!)).steps[0]?.detail).toBe("2 → 5 workers");
    expect(master?.signals).toEqual(["SIGTTIN", "SIGTTIN", "SIGTTIN"]);
    expect(scene.pools.of("shop")?.workers()).toHaveLength(5);
    expect(await scene.isAsDesired()).toBe(true);
  });

  it("go one by one, and none of them is told as a death", async () => {
    const scene = await openServing();
    await scene.serve(withWorkers(5));
    await scene.serve(withWorkers(1));
    expect(scene.pools.of("shop")?.workers()).toHaveLength(1);
    expect(scene.pools.of("shop")?.master.signals.filter((signal) => signal === "SIGTTOU")).toHaveLength(4);
    await scene.clock.advance(5_000);
    expect((await scene.events("worker-exit")).map(({ cause }) => cause)).toEqual(
      Array(4).fill("scaled-down"),
    );
  });

  it("that were added are there again after the death of the master", async () => {
    const scene = await openServing();
    await scene.serve(withWorkers(4));
    scene.pools.of("shop")?.master.exit(null, "SIGKILL");
    await scene.clock.advance(2_000);
    expect(scene.pools.of("shop")?.workers()).toHaveLength(4);
  });

  it("that do not come are told, and asked for again after a pause only", async () => {
    const scene = await openServing();
    const pool = scene.pools.of("shop");
    if (pool) pool.master.onSignal = () => undefined;
    const [operation] = await scene.desire([withWorkers(3)]);
    const ended = await scene.ended(operation!);
    expect(ended.error?.code).toBe("scale-unconfirmed");
    expect(ended.error?.detail).toContain("The site runs with 2 workers.");
    await scene.clock.advance(180_000);
    expect(pool?.master.signals.length).toBeLessThan(5);
    expect(await scene.visit(site)).toBe("release 1");
  });
});

describe("a stop", () => {
  it("takes the site out of nginx, lets workers finish and holds nothing", async () => {
    const scene = await openServing();
    const [operation] = await scene.desire([stopped]);
    expect(await scene.ended(operation!)).toMatchObject({ kind: "stop", state: "succeeded", warnings: [] });
    expect(scene.keeper.all.flatMap(({ signals }) => signals)).toEqual(["SIGTERM"]);
    expect(await heldPools(scene)).toEqual([]);
    expect(await scene.visit(site)).toBe("503");
    await scene.clock.advance(30_000);
    expect(await scene.observed(stopped)).toMatchObject({ state: "stopped", health: { status: "stopped" } });
    expect(await scene.plan()).toEqual([]);
  });

  it("ends also when nginx takes no configuration, which is told", async () => {
    const scene = await openServing();
    scene.nginx.refuses = "nginx: [emerg] no room";
    const [operation] = await scene.desire([stopped]);
    const ended = await scene.ended(operation!);
    expect(ended.state).toBe("succeeded");
    expect(ended.warnings.join()).toContain("no room");
    expect(await heldPools(scene)).toEqual([]);
    scene.nginx.refuses = null;
    await scene.until("nginx to know", scene.isAsDesired);
    expect(await scene.visit(site)).toBe("503");
  });

  it("interrupted by the death of the supervisor is finished by the next one", async () => {
    const scene = await openServing();
    scene.keeper.setWaiting("pool-shop-g1", true);
    await scene.desire([stopped]);
    await scene.clock.advance(1_000);
    scene.pools.of("shop")?.master.exit(0);
    await scene.restart();
    scene.keeper.setWaiting("pool-shop-g1", false);
    await scene.until("all to be as desired", scene.isAsDesired);
    expect(await heldPools(scene)).toEqual([]);
  });

  it("that cannot be done is tried again after a pause, not all the time", async () => {
    const scene = await openServing();
    scene.keeper.unlisten = async () => {
      throw new Error("unlisten does not work");
    };
    scene.files.onChange = (operation, path) => {
      if (operation === "remove") throw failure("EIO", path);
    };
    await scene.desire([]);
    await scene.clock.advance(60_000);
    expect(scene.parts().context.operations.list({ limit: 200 }).length).toBeLessThan(15);
  });
});

describe("a start", () => {
  it("serves the release the site had, whatever lies in the source by now", async () => {
    const scene = await openServing();
    await scene.serve(stopped);
    await scene.files.writeAtomic("/srv/shop/run.py", "app = 'half written'\n");
    const [operation] = await scene.desire([{ ...site, revision: 3 }]);
    expect(await scene.ended(operation!)).toMatchObject({ kind: "start", state: "succeeded" });
    expect(await scene.visit(site)).toBe("release 1");
    expect(await scene.files.list(scene.sitePaths("shop").releases)).not.toContain("2");
  });

  it("with settings that changed meanwhile serves the same release with them", async () => {
    const scene = await openServing();
    await scene.serve(stopped);
    const env = [{ name: "A", value: "1", secret: false }];
    const [operation] = await scene.desire([{ ...site, revision: 3, spec: { ...site.spec, env } }]);
    expect(await scene.ended(operation!)).toMatchObject({ state: "succeeded", release: 1 });
    expect(await scene.visit(site)).toBe("release 1");
    expect(scene.pools.of("shop")?.master.request?.env.A).toBe("1");
    expect(await scene.traces(site, 1)).toEqual([]);
  });

  it("with settings that do not work is tried once; the former ones start it again", async () => {
    const scene = await openServing();
    await scene.serve(stopped);
    scene.pools.behave = () => ({ boot: "dies" });
    const env = [{ name: "A", value: "1", secret: false }];
    const changed = { ...site, revision: 3, spec: { ...site.spec, env } };
    await scene.desire([changed]);
    await scene.clock.advance(120_000);
    expect(scene.pools.all).toHaveLength(2);
    expect((await scene.observed(changed)).state).toBe("failed");
    scene.pools.behave = () => ({});
    await scene.serve({ ...site, revision: 4 });
    expect(await scene.visit(site)).toBe("release 1");
  });

  it("that fails is tried again with growing pauses", async () => {
    const scene = await openServing();
    await scene.serve(stopped);
    scene.pools.behave = () => ({ boot: "dies" });
    await scene.desire([{ ...site, revision: 3 }]);
    await scene.clock.advance(300_000);
    expect(scene.pools.all.length).toBeGreaterThan(5);
    expect(scene.pools.all.length).toBeLessThan(18);
    scene.pools.behave = () => ({});
    await scene.until("it to serve", async () => (await scene.visit(site)) === "release 1");
  });
});

it("a restart starts the same release on the same socket", async () => {
  const scene = await openServing();
  await scene.files.writeAtomic("/srv/shop/run.py", "app = 'half written'\n");
  const ended = await scene.run(site, { kind: "restart" });
  expect(ended.state).toBe("succeeded");
  expect(await scene.visit(site)).toBe("release 1");
  expect(await scene.servingGeneration(site)).toBe(1);
  expect(scene.pools.all).toHaveLength(2);
  await scene.clock.advance(5_000);
  expect((await scene.events("worker-exit")).map(({ cause }) => cause)).toEqual([]);
});

describe("a removal", () => {
  it("ends the site and keeps its releases, and with purge nothing but the source", async () => {
    const scene = await openServing();
    const other = aSceneSite({ name: "blog" });
    await scene.serve(site, other);
    const [operation] = await scene.desire([other]);
    expect(await scene.ended(operation!)).toMatchObject({ kind: "remove", state: "succeeded" });
    expect(await heldPools(scene)).toEqual(["pool-blog-g1"]);
    expect(await scene.visit(site)).toBe("404");
    expect(await scene.files.list(scene.sitePaths("shop").releases)).toContain("1");
    expect(await scene.traces(site, 1)).toEqual([]);
    const [second] = await scene.desire([], [other.id]);
    await scene.ended(second!);
    expect(await scene.files.stat(scene.sitePaths("blog").home)).toBeNull();
    expect(await scene.files.stat("/srv/blog/run.py")).not.toBeNull();
    expect(await scene.files.list(scene.instance.facts)).toEqual([]);
  });

  it("interrupted by the death of the supervisor is finished once by the next one", async () => {
    const scene = await openServing();
    scene.keeper.setWaiting("pool-shop-g1", true);
    await scene.desire([]);
    await scene.clock.advance(500);
    await scene.restart();
    await scene.clock.advance(2_000);
    scene.keeper.setWaiting("pool-shop-g1", false);
    await scene.until("all to be as desired", scene.isAsDesired);
    expect(await heldPools(scene)).toEqual([]);
    const removals = scene.parts().context.operations.list({ limit: 50 });
    expect(removals.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      "remove succeeded",
      "remove failed",
      "create succeeded",
    ]);
  });

  it("of a stopped site that was decided while nobody could do it is done at the next start", async () => {
    const scene = await openServing();
    await scene.serve(stopped);
    scene.loseKeeper();
    await scene.desire([]).catch(() => undefined);
    scene.kill();
    await scene.findKeeper();
    await scene.start();
    await scene.until("all to be as desired", scene.isAsDesired);
    expect(await scene.files.readLink(scene.sitePaths("shop").current)).toBeNull();
    expect(await scene.traces(site, 1)).toEqual([]);
  });
});
