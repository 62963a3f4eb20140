import { describe, expect, it } from "vitest";
import type { Operation } from "../../schema/operation.ts";
import { failure } from "../../system/fake-files.ts";
import type { PoolBehaviour } from "../../testing/fake-pool.ts";
import { aSceneSite, openSupervisorScene, type SupervisorScene } from "../../testing/supervisor-scene.ts";

const site = aSceneSite({ pool: { workers: 2, gracefulTimeoutMs: 5_000 } });
const states = ({ steps }: Operation) => steps.map(({ name, state }) => `${name} ${state}`);

/** A site that serves release 1 with generation 1; what comes after it behaves as told. */
async function openServing(next: Partial<PoolBehaviour> = {}): Promise<SupervisorScene> {
  const scene = await openSupervisorScene();
  scene.pools.behave = ({ generation }) => (generation === 1 ? {} : next);
  await scene.start();
  await scene.serve(site);
  return scene;
}

describe("a reload", () => {
  it("brings the new release to visitors and ends the old generation without a trace", async () => {
    const scene = await openServing();
    await scene.files.writeAtomic("/srv/shop/run.py", "app = 2\n");
    const { json } = await scene.begin(site, { kind: "reload" });
    const answers = new Set<string>();
    await scene.until("its end", async () => {
      answers.add(await scene.visit(site));
      return scene.parts().context.operations.get(json.id)?.finishedAt !== undefined;
    });
    const ended = await scene.ended(json);
    expect(ended).toMatchObject({ state: "succeeded", release: 2, warnings: [] });
    expect(states(ended).every((step) => step.endsWith("succeeded"))).toBe(true);
    expect([...answers]).toEqual(["release 1", "release 2"]);
    expect(await scene.traces(site, 1)).toEqual([]);
    expect(await scene.servingGeneration(site)).toBe(2);
    expect(await scene.files.readLink(scene.sitePaths("shop").current)).toMatch(/releases\/2$/);
    expect(await scene.isAsDesired()).toBe(true);
  });

  it("does not touch nginx", async () => {
    const scene = await openServing();
    const before = scene.nginx.revision;
    await scene.run(site, { kind: "reload" });
    expect(scene.nginx.revision).toBe(before);
  });

  it("never sends HUP", async () => {
    const scene = await openServing();
    await scene.run(site, { kind: "reload" });
    expect(scene.keeper.all.flatMap(({ signals }) => signals)).toEqual(["SIGTERM"]);
  });

  it("waits for the queue of the old socket before it asks the old workers to finish", async () => {
    const scene = await openServing();
    scene.keeper.setWaiting("pool-shop-g1", true);
    const { json } = await scene.begin(site, { kind: "reload" });
    const old = scene.pools.of("shop");
    await scene.until("the cut over", async () => (await scene.servingGeneration(site)) === 2);
    await scene.clock.advance(site.spec.rollout.watchWindowMs + 2_000);
    expect(old?.master.signals).toEqual([]);
    scene.keeper.setWaiting("pool-shop-g1", false);
    expect((await scene.ended(json)).state).toBe("succeeded");
    expect(old?.master.signals).toEqual(["SIGTERM"]);
  });

  it("kills old workers that do not finish, and tells which requests that cost", async () => {
    const scene = await openSupervisorScene();
    scene.pools.behave = ({ generation }) => ({ ignoresTerm: generation === 1 });
    await scene.start();
    await scene.serve(site);
    await scene.pools.of("shop")?.serve("GET /export?all=1");
    const ended = await scene.run(site, { kind: "reload" });
    expect(ended.state).toBe("succeeded");
    expect(ended.steps.at(-1)?.detail).toBe("killed after the deadline, 1 requests cut");
    expect(ended.warnings.join()).toContain("GET /export");
    expect(await scene.traces(site, 1)).toEqual([]);
  });
});

describe("a reload that fails leaves the old release serving and nothing of the new one", () => {
  const unharmed = async (scene: SupervisorScene, ended: Operation, step: string) => {
    expect(ended.state).toBe("failed");
    expect(states(ended)).toContain(`${step} failed`);
    expect(ended.error?.detail).toContain("the site still runs release 1");
    expect(await scene.visit(site)).toBe("release 1");
    expect(await scene.servingGeneration(site)).toBe(1);
    expect(await scene.files.readLink(scene.sitePaths("shop").current)).toMatch(/releases\/1$/);
    expect(await scene.traces(site, 2)).toEqual([]);
    await scene.until("all to be as desired", scene.isAsDesired, 1_000);
    await scene.clock.advance(30_000);
    expect(scene.parts().context.operations.list({ limit: 10 })[0]?.id).toBe(ended.id);
    expect((await scene.observed(site)).health.status).toBe("healthy");
  };

  it("when the source is gone", async () => {
    const scene = await openServing();
    await scene.files.remove("/srv/shop");
    const ended = await scene.run(site, { kind: "reload" });
    expect(ended.error?.code).toBe("source-missing");
    await unharmed(scene, ended, "prepare");
  });

  it("when the disk is full", async () => {
    const scene = await openServing();
    scene.files.onChange = (operation, path) => {
      if (operation === "copy") throw failure("ENOSPC", path);
    };
    await unharmed(scene, await scene.run(site, { kind: "reload" }), "prepare");
    expect(await scene.files.list(scene.sitePaths("shop").releases)).toEqual([
      "1",
      "1.json",
      "1.manifest.json",
    ]);
  });

  it("when the environment does not run", async () => {
    const scene = await openServing();
    scene.system.onRun = () => ({ exitCode: 1, stdout: "3.12.3\n", stderr: "No module named 'gunicorn'" });
    const ended = await scene.run(site, { kind: "reload" });
    expect(ended.error?.detail).toContain("gunicorn is not installed");
    await unharmed(scene, ended, "environment");
  });

  it("when its master cannot be started", async () => {
    const scene = await openServing();
    const { onSpawn } = scene.keeper;
    scene.keeper.onSpawn = (child) => {
      if (child.name.endsWith("g2")) throw new Error("exec: no such file");
      onSpawn(child);
    };
    await unharmed(scene, await scene.run(site, { kind: "reload" }), "boot");
  });

  it("when it cannot be imported", async () => {
    const scene = await openServing({
      boot: "dies",
      log: ["Traceback (most recent call last):", "ModuleNotFoundError: No module named 'flask'"],
    });
    const ended = await scene.run(site, { kind: "reload" });
    expect(ended.error?.code).toBe("boot-failed");
    expect(ended.error?.evidence?.join()).toContain("No module named 'flask'");
    await unharmed(scene, ended, "ready");
  });

  it("when it does not finish importing before the deadline", async () => {
    const scene = await openServing({ boot: "hangs" });
    const ended = await scene.run(site, { kind: "reload" });
    expect(ended.error?.code).toBe("boot-deadline");
    await unharmed(scene, ended, "ready");
  });

  it("when it answers with an error", async () => {
    const scene = await openServing({ status: 500 });
    const ended = await scene.run(site, { kind: "reload" });
    expect(ended.error).toMatchObject({ code: "probe-failed" });
    expect(ended.error?.detail).toContain("answered 500");
    await unharmed(scene, ended, "probe");
  });

  it("when it does not answer at all", async () => {
    const scene = await openServing({ status: null });
    await unharmed(scene, await scene.run(site, { kind: "reload" }), "probe");
  });

  it("when visitors cannot be sent to it", async () => {
    const scene = await openServing();
    scene.files.onChange = (operation, path) => {
      if (operation === "linkAtomic" && path.endsWith("current.sock")) throw failure("ENOSPC", path);
    };
    await unharmed(scene, await scene.run(site, { kind: "reload" }), "cut-over");
  });

  it("when somebody cancels it", async () => {
    const scene = await openServing({ boot: "hangs" });
    const { json } = await scene.begin(site, { kind: "reload" });
    await scene.clock.advance(1_000);
    const { status } = await scene.ask("POST", `/v1/operations/${json.id}/cancel`);
    expect(status).toBe(200);
    const ended = await scene.ended(json);
    expect(ended.error?.code).toBe("cancelled");
    await unharmed(scene, ended, "ready");
  });
});

describe("in the seconds after the cut over", () => {
  it.each([
    ["server errors", { errors5xx: 12 }, "server error"],
    ["the death of a worker", { workerDiesAfterMs: 1_500 }, "died after cut over"],
    ["the death of the master", { diesAfterMs: 1_500 }, "master died after cut over"],
  ])("%s send visitors back to the former release", async (_, next, words) => {
    const scene = await openServing(next);
    const { json } = await scene.begin(site, { kind: "reload" });
    await scene.until("the cut over", async () => (await scene.servingGeneration(site)) === 2);
    const ended = await scene.ended(json);
    expect(states(ended)).toContain("watch failed");
    expect(ended.error).toMatchObject({ code: "watch-failed" });
    expect(ended.error?.detail).toContain(words);
    expect(ended.error?.detail).toContain("the site still runs release 1");
    expect(await scene.visit(site)).toBe("release 1");
    expect(await scene.traces(site, 2)).toEqual([]);
    expect(await scene.isAsDesired()).toBe(true);
    expect(scene.pools.all.filter(({ generation }) => generation === 1)).toHaveLength(1);
  });

  it("cancelling is too late", async () => {
    const scene = await openServing();
    const { json } = await scene.begin(site, { kind: "reload" });
    await scene.until("the cut over", async () => (await scene.servingGeneration(site)) === 2);
    expect(await scene.ask("POST", `/v1/operations/${json.id}/cancel`)).toMatchObject({
      status: 409,
      json: { code: "too-late-to-cancel" },
    });
    expect((await scene.ended(json)).state).toBe("succeeded");
  });
});

it("a rollback serves the older release again, as it was", async () => {
  const scene = await openServing();
  await scene.files.writeAtomic("/srv/shop/run.py", "app = 2\n");
  await scene.run(site, { kind: "reload" });
  const ended = await scene.run(site, { kind: "rollback", release: 1 });
  expect(ended).toMatchObject({ state: "succeeded", release: 1 });
  expect(await scene.visit(site)).toBe("release 1");
  expect(await scene.servingGeneration(site)).toBe(3);
  expect(await scene.run(site, { kind: "rollback", release: 9 })).toMatchObject({
    state: "failed",
    error: { code: "release-gone" },
  });
});

it("changed settings run the same release in a new generation", async () => {
  const scene = await openServing();
  const changed = {
    ...site,
    revision: 2,
    spec: { ...site.spec, env: [{ name: "A", value: "1", secret: false }] },
  };
  const [operation] = await scene.desire([changed]);
  expect(operation).toMatchObject({ kind: "apply", actor: { name: "ann" } });
  expect(await scene.ended(operation!)).toMatchObject({ state: "succeeded", release: 1 });
  expect(await scene.visit(site)).toBe("release 1");
  expect(scene.pools.of("shop")?.master.request?.env.A).toBe("1");
});

it("settings that do not work are told, tried once, and forgotten when others work", async () => {
  const scene = await openServing();
  scene.pools.behave = () => (scene.pools.all.length === 1 ? { boot: "dies" } : {});
  const withEnv = (value: string, revision: number) => ({
    ...site,
    revision,
    spec: { ...site.spec, env: [{ name: "A", value, secret: false }] },
  });
  const [operation] = await scene.desire([withEnv("bad", 2)]);
  expect((await scene.ended(operation!)).state).toBe("failed");
  await scene.clock.advance(60_000);
  await scene.restart();
  await scene.clock.advance(60_000);
  expect(scene.pools.all).toHaveLength(2);
  expect(await scene.observed(site)).toMatchObject({ state: "ready", health: { status: "degraded" } });
  expect((await scene.observed(site)).pending?.reason).toContain("could not be brought to life");
  expect(await scene.visit(site)).toBe("release 1");
  const [better] = await scene.desire([withEnv("good", 3)]);
  expect((await scene.ended(better!)).state).toBe("succeeded");
  expect((await scene.observed(site)).pending).toBeNull();
});

it("a site that cannot be created is tried once and says why; saved anew it is tried again", async () => {
  const scene = await openSupervisorScene();
  scene.pools.behave = ({ generation }) => (generation === 1 ? { boot: "dies" } : {});
  await scene.start();
  const [operation] = await scene.desire([site]);
  expect((await scene.ended(operation!)).error?.detail).toContain("The site is not served yet.");
  await scene.clock.advance(60_000);
  expect(scene.pools.all).toHaveLength(1);
  expect(await scene.traces(site, 1)).toEqual([]);
  expect(await scene.observed(site)).toMatchObject({ state: "failed", health: { status: "down" } });
  expect((await scene.run(site, { kind: "reload" })).state).toBe("succeeded");
  expect(await scene.visit(site)).toBe("release 2");
});

it("when the old master dies while the new release boots, it is started again at once", async () => {
  const scene = await openServing({ boot: "hangs" });
  const { json } = await scene.begin(site, { kind: "reload" });
  await scene.clock.advance(5_000);
  scene.pools.all[0]?.master.exit(null, "SIGKILL");
  await scene.clock.advance(1_000);
  expect(scene.parts().context.operations.get(json.id)?.finishedAt).toBeUndefined();
  expect(await scene.visit(site)).toBe("release 1");
  expect((await scene.ended(json)).state).toBe("failed");
  expect(await scene.visit(site)).toBe("release 1");
  expect(await scene.isAsDesired()).toBe(true);
});
