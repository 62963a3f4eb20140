import { expect, it } from "vitest";
import { aSceneSite, openSupervisorScene, type SupervisorScene } from "../testing/supervisor-scene.ts";

const shop = aSceneSite();
const blog = aSceneSite({ name: "blog" });
const moved = { ...shop, revision: 2, spec: { ...shop.spec, domains: ["store.localhost"] } };

async function openServing(): Promise<SupervisorScene> {
  const scene = await openSupervisorScene();
  await scene.start();
  await scene.serve(shop, blog);
  return scene;
}

const publishes = async (scene: SupervisorScene) => (await scene.events("publish")).length;
const notices = (scene: SupervisorScene) => scene.parts().context.notices.all();

it("new domains are published without touching the workers", async () => {
  const scene = await openServing();
  const before = scene.pools.all.length;
  expect(await scene.desire([moved, blog])).toEqual([]);
  await scene.until("all to be as desired", scene.isAsDesired);
  expect(await scene.visit(moved)).toBe("release 1");
  expect(await scene.visit(shop)).toBe("404");
  expect(scene.pools.all).toHaveLength(before);
});

it("a configuration nginx refuses leaves visitors what they had, is told once and tried again with pauses", async () => {
  const scene = await openServing();
  const before = await publishes(scene);
  scene.nginx.refuses = "nginx refuses the configuration: [emerg] no room";
  await scene.desire([moved, blog]);
  await scene.clock.advance(120_000);
  expect(await scene.visit(shop)).toBe("release 1");
  expect(await scene.visit(blog)).toBe("release 1");
  expect(notices(scene)).toMatchObject([{ code: "publish", level: "error" }]);
  expect(notices(scene)[0]?.detail).toContain("no room");
  expect((await publishes(scene)) - before).toBeLessThan(15);
  const told = (await scene.events("notice")).filter(({ code }) => code === "publish");
  expect(told).toHaveLength(1);
  scene.nginx.refuses = null;
  await scene.until("all to be as desired", scene.isAsDesired);
  expect(await scene.visit(moved)).toBe("release 1");
  expect(notices(scene)).toEqual([]);
});

it("a site nginx does not accept is taken out with its reason, the others go live, and it comes back", async () => {
  const scene = await openServing();
  scene.nginx.quarantine.set("shop", "duplicate location /static/");
  await scene.desire([moved, blog]);
  await scene.until("all to be as desired", scene.isAsDesired);
  await scene.clock.advance(30_000);
  expect(await scene.visit(blog)).toBe("release 1");
  expect(await scene.observed(moved)).toMatchObject({
    quarantine: { reason: "duplicate location /static/" },
    health: { status: "down" },
  });
  scene.nginx.quarantine.clear();
  await scene.desire([shop, blog]);
  await scene.until("all to be as desired", scene.isAsDesired);
  await scene.clock.advance(30_000);
  expect(await scene.observed(shop)).toMatchObject({ quarantine: null, health: { status: "healthy" } });
  expect((await scene.events("quarantine")).map(({ active }) => active)).toEqual([true, false]);
});

it("a site that is created while nginx refuses everything says so, and is served as soon as it can be", async () => {
  const scene = await openSupervisorScene();
  await scene.start();
  await scene.clock.advance(1_000);
  scene.nginx.refuses = "nginx refuses the configuration: [emerg] no room";
  const [operation] = await scene.desire([shop]);
  const ended = await scene.ended(operation!);
  expect(ended.error?.code).toBe("publish-failed");
  scene.nginx.refuses = null;
  await scene.until("all to be as desired", scene.isAsDesired);
  await scene.clock.advance(20_000);
  expect(await scene.visit(shop)).toBe("release 1");
  expect(await scene.observed(shop)).toMatchObject({
    state: "ready",
    health: { status: "healthy" },
    pending: null,
  });
  expect(scene.pools.all).toHaveLength(1);
});

it("another keeper that had to bind the ports anew gets an nginx that has them", async () => {
  const scene = await openServing();
  const before = scene.keeper.alive("nginx")?.pid;
  scene.loseKeeper();
  await scene.clock.advance(1_000);
  await scene.findKeeper({ rebound: true });
  await scene.until("another nginx", () => (scene.keeper.alive("nginx")?.pid ?? before) !== before);
  await scene.until("all to be as desired", scene.isAsDesired);
  expect(await scene.visit(shop)).toBe("release 1");
  expect(scene.keeper.sockets.get("nginx-http")?.rebound).toBe(false);
});
