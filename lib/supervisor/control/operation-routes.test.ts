import { expect, it } from "vitest";
import type { Problem } from "../../schema/problem.ts";
import { failure } from "../../system/fake-files.ts";
import { aDesiredState } from "../../testing/a-site.ts";
import { aSceneSite, openSupervisorScene, type SupervisorScene } from "../../testing/supervisor-scene.ts";

const site = aSceneSite();
const actor = { kind: "user", name: "ann" };

async function openServing(): Promise<SupervisorScene> {
  const scene = await openSupervisorScene();
  await scene.start();
  await scene.serve(site);
  return scene;
}

it.each(["reload", "restart", "rollback"])(
  "a site that is busy refuses a %s and names the operation",
  async (kind) => {
    const scene = await openServing();
    const first = await scene.begin(site, { kind: "reload" });
    expect(first.status).toBe(202);
    const request = kind === "rollback" ? { kind, release: 1 } : { kind };
    const { status, json } = await scene.begin(site, request);
    expect({ status, code: json.code }).toEqual({ status: 409, code: "site-busy" });
    expect(json.detail).toContain(first.json.id);
    await scene.ended(first.json);
    expect((await scene.begin(site, request)).status).toBe(202);
  },
);

it("another site is not busy because of it", async () => {
  const scene = await openServing();
  const other = aSceneSite({ name: "blog" });
  await scene.serve(site, other);
  const [one, two] = [
    await scene.begin(site, { kind: "reload" }),
    await scene.begin(other, { kind: "reload" }),
  ];
  expect([one.status, two.status]).toEqual([202, 202]);
  await scene.ended(one.json);
  await scene.ended(two.json);
  expect([await scene.visit(site), await scene.visit(other)]).toEqual(["release 2", "release 2"]);
});

it("two requests in the same moment begin one operation", async () => {
  const scene = await openServing();
  const both = await Promise.all([
    scene.begin(site, { kind: "reload" }),
    scene.begin(site, { kind: "restart" }),
  ]);
  expect(both.map(({ status }) => status).sort()).toEqual([202, 409]);
});

it("a master that is just being started again is waited for", async () => {
  const scene = await openServing();
  scene.pools.of("shop")?.master.exit(null, "SIGKILL");
  await scene.clock.advance(30);
  const ended = await scene.run(site, { kind: "reload" });
  expect(ended.state).toBe("succeeded");
  expect(await scene.visit(site)).toBe("release 2");
});

it("a site that was removed while a request waited is unknown, and not brought back", async () => {
  const scene = await openServing();
  const runtime = scene.runtime(site);
  runtime.background = true;
  const asking = scene.begin(site, { kind: "reload" });
  await scene.clock.advance(200);
  runtime.background = false;
  await scene.desire([]);
  await scene.until("the removal", scene.isAsDesired);
  expect((await asking).status).toBe(404);
  expect((await scene.keeper.status()).sockets.some(({ name }) => name.startsWith("pool-"))).toBe(false);
});

it("a stopped site refuses what needs workers, and an unknown one everything", async () => {
  const scene = await openServing();
  await scene.serve({ ...site, wanted: "stopped", revision: 2 });
  expect(await scene.begin(site, { kind: "reload" })).toMatchObject({
    status: 409,
    json: { code: "site-stopped", hint: "Start it first." },
  });
  const other = aSceneSite({ name: "blog" });
  expect(await scene.begin(other, { kind: "reload" })).toMatchObject({
    status: 404,
    json: { code: "site-unknown" },
  });
  expect(await scene.ask("GET", "/v1/operations/op_unknown")).toMatchObject({ status: 404 });
  expect(await scene.ask("POST", "/v1/operations/op_unknown/cancel")).toMatchObject({ status: 404 });
});

it("an edit of a site that is busy takes effect when it is free", async () => {
  const scene = await openServing();
  const { json } = await scene.begin(site, { kind: "reload" });
  const env = [{ name: "A", value: "1", secret: false }];
  expect(await scene.desire([{ ...site, revision: 2, spec: { ...site.spec, env } }])).toEqual([]);
  await scene.ended(json);
  await scene.until("all to be as desired", scene.isAsDesired);
  expect(scene.pools.of("shop")?.master.request?.env.A).toBe("1");
  expect(await scene.visit(site)).toBe("release 2");
  const [newest] = scene.parts().context.operations.list({ limit: 1 });
  expect(newest).toMatchObject({ kind: "apply", actor });
});

it("an older desired state is refused, and one that cannot be written changes nothing", async () => {
  const scene = await openServing();
  await scene.desire([site]);
  const put = (revision: number) =>
    scene.ask<Problem>("PUT", "/v1/desired", { desired: aDesiredState([], revision), actor, purge: [] });
  expect(await put(1)).toMatchObject({ status: 409, json: { code: "stale-revision" } });
  scene.files.onChange = (_, path) => {
    throw failure("ENOSPC", path);
  };
  const { status, json } = await put(9);
  expect({ status, code: json.code }).toEqual({ status: 507, code: "state-not-written" });
  await scene.clock.advance(20_000);
  expect(await scene.visit(site)).toBe("release 1");
  scene.files.onChange = () => undefined;
  expect((await put(9)).status).toBe(200);
});
