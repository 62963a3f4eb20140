import { expect, it } from "vitest";
import { aSceneSite, openSupervisorScene } from "../../testing/supervisor-scene.ts";

const site = aSceneSite();

it("a site that forges deaths without end neither fills the journal nor hides its next real one", async () => {
  const scene = await openSupervisorScene();
  await scene.start();
  await scene.serve(site);
  const path = `${scene.sitePaths("shop").facts(1)}.exits`;
  const line = (pid: number) => `${JSON.stringify({ n: pid, pid, at: 1, code: 1, serving: [] })}\n`;
  await scene.files.append(path, Array.from({ length: 3_000 }, (_, at) => line(at + 1_000)).join(""));
  // A line that never ends holds up nothing that comes after it.
  await scene.files.append(path, `${"x".repeat(600 * 1024)}\n`);
  await scene.clock.advance(15_000);
  expect((await scene.events("worker-exit")).length).toBe(128);
  const notices = (await scene.events("notice")).filter(({ code }) => code === "many-worker-exits");
  expect(notices).toHaveLength(1);
  expect(notices[0]?.detail).toContain("of shop ended within a minute");

  await scene.clock.advance(60_000);
  await scene.files.append(path, line(77));
  await scene.clock.advance(2_000);
  expect((await scene.events("worker-exit")).at(-1)?.pid).toBe(77);
});
