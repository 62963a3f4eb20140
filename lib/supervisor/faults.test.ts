/**
 * Random schedules of faults. Whatever happens, a few minutes after the last fault all is as desired and nothing is
 * left over. The seed is printed when a schedule fails; MONBAN_SEED repeats it.
 */
import { expect, it } from "vitest";
import type { DesiredSite } from "../schema/desired.ts";
import { runFaultSchedule } from "../testing/fault-schedule.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import type { SupervisorScene } from "../testing/supervisor-scene.ts";

const SCHEDULES = 120;
const DEADLINE_MS = 240_000;
const first = seededRandom().seed;
it.each([{ first }])(
  `after ${SCHEDULES} schedules of faults (seed $first) all is as desired`,
  async () => {
    const count = process.env.MONBAN_SEED ? 1 : SCHEDULES;
    for (let seed = first; seed < first + count; seed += 1) {
      const told: string[] = [];
      try {
        await expectNothingLeft(await runFaultSchedule(seed, told));
      } catch (cause) {
        throw new Error(`MONBAN_SEED=${seed} fails:\n${told.join("\n")}`, { cause });
      }
    }
  },
  DEADLINE_MS,
);

async function expectNothingLeft({
  scene,
  sites,
}: {
  scene: SupervisorScene;
  sites: Map<string, DesiredSite>;
}): Promise<void> {
  expect(await scene.plan()).toEqual([]);
  const { context } = scene.parts();
  expect(context.operations.list({ limit: 200 }).filter(({ finishedAt }) => !finishedAt)).toEqual([]);
  const started = [...sites.values()].filter(({ wanted }) => wanted === "started");
  const names = await Promise.all(
    started.map(async (site) => `pool-${site.spec.name}-g${await scene.servingGeneration(site)}`),
  );
  const status = await scene.keeper.status();
  expect(status.sockets.map(({ name }) => name).sort()).toEqual([...names, "nginx-http", "panel"].sort());
  expect(status.children.map(({ name }) => name).sort()).toEqual([...names, "nginx", "panel"].sort());
  for (const site of started) {
    const { name, pool } = site.spec;
    const { state, health, pending } = await scene.observed(site);
    expect({ state, health: health.status, pending }).toEqual({
      state: "ready",
      health: "healthy",
      pending: null,
    });
    expect(await scene.visit(site)).toBe(`release ${context.sites.get(name)?.current?.release}`);
    expect(scene.pools.of(name)?.workers()).toHaveLength(pool.workers);
  }
  for (const site of sites.values()) {
    const paths = scene.sitePaths(site.spec.name);
    const serving = context.sites.get(site.spec.name)?.current?.number;
    const records = (await scene.files.list(paths.generations)).filter(
      (name) => !name.startsWith(`${serving}.`),
    );
    expect(records, site.spec.name).toEqual([]);
    expect((await scene.files.list(paths.releases)).filter((name) => name.endsWith(".partial"))).toEqual([]);
  }
  const kept = [...context.sites.values()].map(({ name, current }) => `${name}-g${current?.number}`);
  const facts = await scene.files.list(scene.instance.facts);
  expect(facts.filter((file) => !kept.includes(file.replace(/\.exits$/, "")))).toEqual([]);
  expect(
    scene.nginx
      .live()
      ?.map(({ name }) => name)
      .sort(),
  ).toEqual([...sites.keys()].sort());
}
