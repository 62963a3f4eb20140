/** One random schedule of faults on three sites, the same for the same seed. */

import type { DesiredSite } from "../schema/desired.ts";
import { failure } from "../system/fake-files.ts";
import { type SeededRandom, seededRandom } from "./seeded-random.ts";
import { aSceneSite, openSupervisorScene, type SupervisorScene } from "./supervisor-scene.ts";

const STEPS = 60;
const NAMES = ["shop", "blog", "wiki"];
/** Deadlines are short, so that a schedule holds many of them. */
const QUICK = {
  pool: { workers: 2, gracefulTimeoutMs: 2_000 },
  rollout: { bootDeadlineMs: 3_000, watchWindowMs: 1_000, keepReleases: 2 },
};

type Faults = {
  diskFullShare: number;
  badPools: number;
  /** The supervisor dies at this change of the disk, counted from now; 0 for never. */
  fatalChange: number;
};
type Schedule = {
  scene: SupervisorScene;
  random: SeededRandom;
  sites: Map<string, DesiredSite>;
  faults: Faults;
  told: string[];
};

/**
 * Runs it, ends all faults and waits until all is as desired; throws when that does not come. Every step is put into
 * `told` in words.
 */
export async function runFaultSchedule(
  seed: number,
  told: string[],
): Promise<{ scene: SupervisorScene; sites: Map<string, DesiredSite> }> {
  const random = seededRandom(seed);
  const scene = await openSupervisorScene({ seed });
  const schedule: Schedule = {
    scene,
    random,
    sites: new Map(),
    faults: { diskFullShare: 0, badPools: 0, fatalChange: 0 },
    told,
  };
  const { faults } = schedule;
  scene.files.onChange = (operation, path) => {
    if (scene.alive()) faults.fatalChange -= 1;
    if (scene.alive() && faults.fatalChange === 0) {
      told.push(`${scene.clock.monotonic()} the supervisor dies at ${operation} ${path}`);
      scene.kill();
      // Half of the deaths come just before the change, half just after it.
      if (random.next() < 0.5) throw failure("EIO", path);
    }
    const takesRoom = ["writeAtomic", "append", "linkAtomic", "copy"].includes(operation);
    if (takesRoom && random.next() < faults.diskFullShare) throw failure("ENOSPC", path);
  };
  scene.pools.behave = () => {
    if (random.next() >= faults.badPools) return { bootMs: random.integer(50, 800) };
    return random.pick([
      { boot: "dies" as const },
      { boot: "hangs" as const },
      { status: 500 },
      { status: null },
      { errors5xx: 9 },
      { workerDiesAfterMs: 500 },
      { diesAfterMs: random.integer(0, 3_000) },
      { ignoresTerm: true },
      { bootMs: 2_500 },
    ]);
  };
  await scene.start();
  for (let step = 0; step < STEPS; step += 1) {
    const action = random.pick(actions);
    const words = await action(schedule);
    if (words) told.push(`${scene.clock.monotonic()} ${words}`);
    await scene.clock.advance(random.pick([0, 10, 100, 100, 400, 400, 1_500, 4_000]));
  }
  await endFaults(schedule);
  return { scene, sites: schedule.sites };
}

/** What may happen. Each returns what it did in words, or nothing when it did nothing. */
const actions: ((schedule: Schedule) => Promise<string | undefined>)[] = [
  edit,
  edit,
  edit,
  operate,
  operate,
  async ({ scene, random }) => {
    const site = random.pick(NAMES);
    const pool = scene.pools.of(site);
    pool?.master.exit(null, "SIGKILL");
    return pool ? `master of ${site} g${pool.generation} dies` : undefined;
  },
  async ({ scene }) => {
    const nginx = scene.keeper.alive("nginx");
    nginx?.exit(null, "SIGKILL");
    return nginx ? "nginx dies" : undefined;
  },
  async ({ scene }) => {
    scene.keeper.alive("panel")?.exit(1);
    return "the panel dies";
  },
  async ({ scene }) => {
    scene.kill();
    return "the supervisor is killed";
  },
  async ({ faults, random }) => {
    faults.fatalChange = random.integer(1, 60);
    return undefined;
  },
  async ({ scene }) => {
    if (scene.alive()) return undefined;
    // Without a keeper nobody would start it.
    await scene.findKeeper();
    await scene.start();
    return "a supervisor starts";
  },
  async ({ scene }) => {
    scene.loseKeeper();
    return "the keeper is away";
  },
  async ({ scene, random }) => {
    const rebound = random.next() < 0.2;
    await scene.findKeeper({ rebound });
    return rebound ? "another keeper is there" : "the keeper is back";
  },
  async ({ faults, random }) => {
    faults.diskFullShare = random.pick([0, 0, 0.1, 1]);
    return `${faults.diskFullShare * 100} % of writes fail`;
  },
  async ({ faults, random }) => {
    faults.badPools = random.pick([0, 0, 0.3, 1]);
    return `${faults.badPools * 100} % of new pools misbehave`;
  },
  async ({ scene, random }) => {
    scene.nginx.refuses = random.pick([null, null, "nginx: [emerg] no room"]);
    return `nginx ${scene.nginx.refuses === null ? "takes" : "refuses"} configurations`;
  },
];

async function edit(schedule: Schedule): Promise<string | undefined> {
  const { scene, random, sites } = schedule;
  if (!scene.alive()) return undefined;
  const name = random.pick(NAMES);
  const former = sites.get(name);
  const change = random.pick(["remove", "stop", "start", "workers", "settings", "domain"] as const);
  if (change === "remove" && !former) return undefined;
  const revision = (former?.revision ?? 0) + 1;
  const env = change === "settings" || !former ? [{ name: "N", value: `${revision}` }] : former.spec.env;
  const workers = change === "workers" ? random.integer(1, 4) : (former?.spec.pool.workers ?? 2);
  const domains = change === "domain" ? [`${name}${revision}.localhost`] : undefined;
  const site = aSceneSite({
    name,
    ...QUICK,
    pool: { ...QUICK.pool, workers },
    env,
    ...(domains ? { domains } : {}),
    wanted: change === "stop" ? "stopped" : change === "start" ? "started" : (former?.wanted ?? "started"),
    revision,
  });
  if (change === "remove") sites.delete(name);
  else sites.set(name, site);
  await hurried(schedule, scene.desire([...sites.values()]));
  return `${name}: ${former ? change : "create"}`;
}

async function operate(schedule: Schedule): Promise<string | undefined> {
  const { scene, random, sites } = schedule;
  const site = sites.get(random.pick(NAMES));
  if (!site || !scene.alive()) return undefined;
  const kind = random.pick(["reload", "restart", "rollback", "cancel"] as const);
  if (kind === "cancel") {
    const running = scene.parts().context.operations.busyWith(site.id);
    if (running) scene.parts().context.operations.cancel(running);
    return running ? `${site.spec.name}: cancel` : undefined;
  }
  const request = kind === "rollback" ? { kind, release: random.integer(1, 3) } : { kind };
  const answer = await hurried(schedule, scene.begin(site, request));
  return `${site.spec.name}: ${kind} ${answer?.status ?? "?"}`;
}

/** Asks without waiting for ever: the supervisor may be away, and its disk full. */
async function hurried<Result>({ scene }: Schedule, asking: Promise<Result>): Promise<Result | undefined> {
  let result: Result | undefined;
  asking.then(
    (value) => {
      result = value;
    },
    () => undefined,
  );
  await scene.clock.advance(0);
  return result;
}

async function endFaults(schedule: Schedule): Promise<void> {
  const { scene, faults, sites, told } = schedule;
  told.push(`${scene.clock.monotonic()} faults end`);
  faults.diskFullShare = 0;
  faults.badPools = 0;
  faults.fatalChange = 0;
  scene.nginx.refuses = null;
  await scene.findKeeper();
  if (!scene.alive()) await scene.start();
  // A pool that misbehaves goes on doing so until it is replaced: somebody saves settings that are new.
  for (const [name, site] of sites) {
    const env = [{ name: "N", value: "the last" }];
    sites.set(name, {
      ...site,
      revision: site.revision + 1,
      spec: { ...site.spec, env: env.map((one) => ({ ...one, secret: false })) },
    });
  }
  await scene.desire([...sites.values()]);
  await scene.until("all to be as desired", scene.isAsDesired);
  await scene.clock.advance(15_000);
}
