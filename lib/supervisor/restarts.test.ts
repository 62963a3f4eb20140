import { expect, it } from "vitest";
import { aSceneSite, openSupervisorScene, type SupervisorScene } from "../testing/supervisor-scene.ts";

const site = aSceneSite();

async function openServing(): Promise<SupervisorScene> {
  const scene = await openSupervisorScene();
  await scene.start();
  await scene.serve(site);
  await scene.clock.advance(120_000);
  return scene;
}

const starts = (scene: SupervisorScene) => scene.pools.all.length;
const kill = (scene: SupervisorScene) => scene.pools.of("shop")?.master.exit(null, "SIGKILL");

it("a master that dies is started again at once, on the socket in which visitors wait", async () => {
  const scene = await openServing();
  kill(scene);
  await scene.clock.advance(100);
  expect(starts(scene)).toBe(2);
  expect(await scene.servingGeneration(site)).toBe(1);
  await scene.clock.advance(1_000);
  expect(await scene.visit(site)).toBe("release 1");
  const events = await scene.events("process");
  const words = events.filter(({ workload }) => workload === "pool:shop").map(({ change }) => change);
  expect(words).toEqual(["exited", "started"]);
  expect(events.at(-2)?.detail).toContain("SIGKILL");
});

it("one that keeps dying waits longer each time, is called a crash loop with its reason, and recovers", async () => {
  const scene = await openServing();
  scene.pools.behave = () => ({ boot: "dies", bootMs: 50 });
  kill(scene);
  await scene.clock.advance(600_000);
  const { all } = scene.pools;
  const begun = scene.keeper.all.filter(({ request }) => request?.name === "pool-shop-g1");
  expect(begun).toHaveLength(all.length);
  // 0, ¼, ½, 1, 2 … 60 s and a little: about eighteen tries in ten minutes.
  expect(starts(scene)).toBeGreaterThan(12);
  expect(starts(scene)).toBeLessThan(22);
  const down = await scene.observed(site);
  expect(down).toMatchObject({ state: "failed", health: { status: "down" } });
  expect(down.reason).toMatch(/exit code 3.*times in a row; the next try is in \d+ s/);
  expect(down.health.reason).toBe(down.reason);
  scene.pools.behave = () => ({});
  await scene.until("it to serve again", async () => (await scene.visit(site)) === "release 1");
  await scene.clock.advance(20_000);
  expect(await scene.observed(site)).toMatchObject({ state: "ready", health: { status: "healthy" } });
});

it("a master that lived long is forgiven its earlier deaths", async () => {
  const scene = await openServing();
  kill(scene);
  await scene.clock.advance(100);
  kill(scene);
  await scene.clock.advance(100);
  expect(starts(scene)).toBe(2);
  await scene.clock.advance(120_000);
  expect(starts(scene)).toBe(3);
  kill(scene);
  await scene.clock.advance(100);
  expect(starts(scene)).toBe(4);
});

it("a crash loop of one site is no matter to another", async () => {
  const scene = await openSupervisorScene();
  const other = aSceneSite({ name: "blog" });
  await scene.start();
  await scene.serve(site, other);
  scene.pools.behave = ({ siteName }) => (siteName === "shop" ? { boot: "dies" } : {});
  kill(scene);
  await scene.clock.advance(60_000);
  scene.pools.of("blog")?.master.exit(null, "SIGKILL");
  await scene.clock.advance(1_000);
  expect(await scene.visit(other)).toBe("release 1");
});

it("what died while no supervisor was there is started again by the next one", async () => {
  const scene = await openServing();
  scene.kill();
  for (const name of ["pool-shop-g1", "nginx", "panel"]) scene.keeper.alive(name)?.exit(null, "SIGKILL");
  await scene.start();
  await scene.clock.advance(1_000);
  expect(await scene.visit(site)).toBe("release 1");
  expect(scene.keeper.alive("panel")).toBeDefined();
});

it("a supervisor that is replaced touches nothing that lives", async () => {
  const scene = await openServing();
  const before = (await scene.keeper.status()).children.map(({ pid }) => pid);
  const { revision } = scene.nginx;
  await scene.restart();
  await scene.clock.advance(60_000);
  expect((await scene.keeper.status()).children.map(({ pid }) => pid)).toEqual(before);
  expect(scene.nginx.revision).toBe(revision);
  expect(scene.keeper.all.flatMap(({ signals }) => signals)).toEqual([]);
  expect(
    scene
      .parts()
      .context.operations.list({ limit: 10 })
      .map(({ kind }) => kind),
  ).toEqual(["create"]);
});

it("a desired state that cannot be read lets everything that serves go on serving", async () => {
  const scene = await openServing();
  scene.kill();
  await scene.files.writeAtomic(scene.paths.desired, "{ cut in ha");
  await scene.start();
  await scene.clock.advance(60_000);
  expect(await scene.visit(site)).toBe("release 1");
  const { context } = scene.parts();
  expect(context.notices.all().map(({ code }) => code)).toContain("desired-unreadable");
  await scene.serve(site);
  await scene.clock.advance(20_000);
  expect(context.notices.all()).toEqual([]);
  expect(starts(scene)).toBe(1);
});

it("nginx and the panel come back when they die, with growing pauses when they keep dying", async () => {
  const scene = await openServing();
  scene.keeper.alive("nginx")?.exit(null, "SIGKILL");
  scene.keeper.alive("panel")?.exit(1);
  await scene.clock.advance(200);
  expect(scene.keeper.alive("nginx")).toBeDefined();
  expect(scene.keeper.alive("panel")).toBeDefined();
  expect(await scene.visit(site)).toBe("release 1");
  const { onSpawn } = scene.keeper;
  let panels = 0;
  scene.keeper.onSpawn = (child) => {
    if (child.name !== "panel") return onSpawn(child);
    panels += 1;
    queueMicrotask(() => child.exit(1));
  };
  scene.keeper.alive("panel")?.exit(1);
  await scene.clock.advance(300_000);
  expect(panels).toBeGreaterThan(6);
  expect(panels).toBeLessThan(18);
  expect(await scene.visit(site)).toBe("release 1");
});

it("everything that was stopped in order is started again as it was", async () => {
  const scene = await openServing();
  await scene.files.writeAtomic("/srv/shop/run.py", "app = 'half written'\n");
  await scene.stopEverything();
  const { sockets, children } = await scene.keeper.status();
  expect(children).toEqual([]);
  expect(sockets.filter(({ name }) => name.startsWith("pool-"))).toEqual([]);
  await scene.start();
  await scene.until("all to be as desired", scene.isAsDesired);
  expect(await scene.visit(site)).toBe("release 1");
});

it("a first start that was stopped in the middle is begun again by the next supervisor", async () => {
  const scene = await openSupervisorScene();
  scene.pools.behave = () => ({ bootMs: 10_000 });
  await scene.start();
  await scene.desire([site]);
  await scene.clock.advance(2_000);
  await scene.stopEverything();
  scene.pools.behave = () => ({});
  await scene.start();
  await scene.until("all to be as desired", scene.isAsDesired);
  expect(await scene.visit(site)).toMatch(/^release/);
});

it("settings are not blamed for a keeper that went away", async () => {
  const scene = await openServing();
  scene.pools.behave = () => ({ bootMs: 5_000 });
  const changed = {
    ...site,
    revision: 2,
    spec: { ...site.spec, env: [{ name: "A", value: "1", secret: false }] },
  };
  const [operation] = await scene.desire([changed]);
  await scene.clock.advance(1_000);
  scene.loseKeeper();
  await scene.clock.advance(20_000);
  expect((await scene.ended(operation!)).state).toBe("failed");
  await scene.findKeeper();
  await scene.until("the settings to serve", scene.isAsDesired);
  expect(scene.pools.of("shop")?.master.request?.env.A).toBe("1");
  expect((await scene.observed(changed)).pending).toBeNull();
});

it("while the keeper is away the log is not flooded", async () => {
  const scene = await openServing();
  scene.loseKeeper();
  const before = scene.lines.length;
  await scene.clock.advance(60_000);
  expect(scene.lines.length - before).toBeLessThan(200);
  expect(await scene.visit(site)).toBe("release 1");
});
