import { expect, it } from "vitest";
import { createFakeSystem } from "./fake-system.ts";
import type { KeeperExit } from "./keeper-client.ts";

const request = {
  name: "shop/g1",
  argv: ["gunicorn"],
  cwd: "/",
  env: {},
  stdout: "/dev/null",
  stderr: "/dev/null",
  sockets: ["shop/g1"],
  inherit: "systemd" as const,
};

it("an hour passes in a moment, and sleepers wake in order", async () => {
  const { clock } = createFakeSystem({ seed: 1 });
  const woken: string[] = [];
  const begun = clock.now();
  const sleepy = async () => {
    await clock.sleep(60_000);
    woken.push("minute");
    await clock.sleep(60_000);
    woken.push("another");
  };
  const all = Promise.all([clock.sleep(3_600_000).then(() => woken.push("hour")), sleepy()]);
  await clock.advance(3_600_000);
  await all;
  expect(woken).toEqual(["minute", "another", "hour"]);
  expect(clock.now() - begun).toBe(3_600_000);
  const control = new AbortController();
  const broken = clock.sleep(1_000, control.signal);
  control.abort(new Error("enough"));
  await expect(broken).rejects.toThrow("enough");
  expect(clock.sleepers()).toBe(0);
});

it("the same seed gives the same chances", () => {
  const draw = (seed: number) => {
    const { random } = createFakeSystem({ seed });
    return [random(), random(), random()];
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
  expect(draw(7).every((value) => value >= 0 && value < 1)).toBe(true);
});

it("a child answers at its socket until it ends, and its end is reported until it is acknowledged", async () => {
  const system = createFakeSystem({ seed: 1 });
  const { keeper, files } = system;
  await files.makeFolder("/run");
  await keeper.listen({ name: "shop/g1", kind: "unix", path: "/run/g1.sock", backlog: 100 });
  await files.linkAtomic("g1.sock", "/run/current.sock");
  const probe = { target: { socketPath: "/run/current.sock" }, path: "/", hostHeader: "x", timeoutMs: 1_000 };
  expect((await system.probe(probe)).status).toBeNull();

  const { pid, startTime } = await keeper.spawn(request);
  await expect(keeper.spawn(request)).rejects.toMatchObject({ code: "Conflict" });
  expect((await system.probe(probe)).status).toBe(200);
  system.onProbe = (_probe, server) => ({ status: server ? 503 : 502 });
  expect((await system.probe(probe)).status).toBe(503);

  const worker = keeper.addMember(keeper.alive("shop/g1")!, "worker");
  expect(await keeper.members(pid)).toHaveLength(2);
  const seen: KeeperExit[] = [];
  expect(await keeper.subscribe(0, (exit) => seen.push(exit))).toBe(0);
  await keeper.signal({ pid, startTime, signal: "SIGTERM", group: false });
  await system.clock.advance(0);
  expect(seen).toMatchObject([{ seq: 1, name: "shop/g1", pid, code: 0, signal: null }]);
  expect((await keeper.status()).children).toMatchObject([{ pid, state: "leaderless" }]);
  worker.exit(0);
  expect((await keeper.status()).children).toEqual([]);
  expect((await keeper.status()).exits).toHaveLength(1);
  expect(await keeper.acknowledge(1)).toBe(0);
  await expect(keeper.signal({ pid, startTime, signal: "SIGTERM", group: false })).rejects.toMatchObject({
    code: "NotFound",
  });
});

it("a child that will not start is refused with the system's word", async () => {
  const { keeper } = createFakeSystem({ seed: 1 });
  await keeper.listen({ name: "shop/g1", kind: "tcp", host: "127.0.0.1", port: 80, backlog: 1 });
  keeper.onSpawn = () => {
    throw Object.assign(new Error("no such file"), { code: "ENOENT" });
  };
  await expect(keeper.spawn(request)).rejects.toMatchObject({ code: "ENOENT" });
  expect((await keeper.status()).children).toEqual([]);
});
