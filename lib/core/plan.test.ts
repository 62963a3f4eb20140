import { describe, expect, it } from "vitest";
import { aDesiredState, aServingSite, aSite, aWorld } from "../testing/a-site.ts";
import { seededRandom } from "../testing/seeded-random.ts";
import { type ObservedGeneration, type ObservedSite, type ObservedWorld, plan, type Step } from "./plan.ts";
import { settingsHash } from "./settings-hash.ts";

const kinds = (steps: Step[]) => steps.map((step) => step.kind);

describe("the plan", () => {
  it("is empty when everything is as desired", () => {
    const site = aSite();
    expect(plan(aDesiredState([site]), aWorld([aServingSite(site)]), "key")).toEqual([]);
  });

  it("creates a site that has never served", () => {
    const site = aSite();
    expect(plan(aDesiredState([site]), aWorld([]), "key")).toEqual([{ kind: "create-site", site }]);
  });

  it("does not try settings again whose first rollout failed, until they change", () => {
    const site = aSite();
    const failed = aServingSite(site, {
      current: null,
      generations: [],
      failedHash: settingsHash(site.spec),
    });
    expect(plan(aDesiredState([site]), aWorld([failed]), "key")).toEqual([]);
    const mended = aSite({ app: { entry: "main:app" } });
    expect(kinds(plan(aDesiredState([mended]), aWorld([failed]), "key"))).toEqual(["create-site"]);
  });

  it("starts a dead master again on the socket that still holds its visitors", () => {
    const site = aSite();
    const dead = aServingSite(site, {
      generations: [{ number: 1, masterAlive: false, socketHeld: true, orphaned: false }],
    });
    expect(plan(aDesiredState([site]), aWorld([dead]), "key")).toEqual([
      { kind: "respawn-master", site, generation: 1 },
    ]);
  });

  it("waits for the backoff of a master that keeps dying", () => {
    const site = aSite();
    const dead = aServingSite(site, {
      generations: [{ number: 1, masterAlive: false, socketHeld: true, orphaned: false }],
      backoffUntil: 1_000_001,
    });
    expect(plan(aDesiredState([site]), aWorld([dead]), "key")).toEqual([]);
    expect(kinds(plan(aDesiredState([site]), aWorld([dead], { now: 1_000_001 }), "key"))).toEqual([
      "respawn-master",
    ]);
  });

  it("boots a site anew when nobody holds its socket any more", () => {
    const site = aSite();
    const gone = aServingSite(site, { generations: [] });
    expect(kinds(plan(aDesiredState([site]), aWorld([gone]), "key"))).toEqual(["start-site"]);
  });

  it("scales live when only the number of workers changed", () => {
    const before = aSite({ pool: { workers: 2 } });
    const site = aSite({ pool: { workers: 5 } });
    expect(plan(aDesiredState([site]), aWorld([aServingSite(before)]), "key")).toEqual([
      { kind: "scale", site, from: 2, to: 5 },
    ]);
  });

  it("rolls out settings a running master cannot take over, with the same release", () => {
    const before = aSite();
    const site = aSite({ pool: { workers: 2, threads: 4 } });
    expect(plan(aDesiredState([site]), aWorld([aServingSite(before)]), "key")).toEqual([
      { kind: "apply-settings", site, newRelease: false },
    ]);
  });

  it("makes a new release when the source is another folder", () => {
    const before = aSite();
    const site = aSite({ source: { kind: "directory", path: "/srv/elsewhere" } });
    expect(plan(aDesiredState([site]), aWorld([aServingSite(before)]), "key")).toEqual([
      { kind: "apply-settings", site, newRelease: true },
    ]);
  });

  it("leaves a site alone while an operation works on it", () => {
    const site = aSite({ wanted: "stopped" });
    expect(plan(aDesiredState([site]), aWorld([aServingSite(site, { busy: true })]), "key")).toEqual([]);
  });

  it("ends the socket of a stopped site whose master is gone: nobody may wait in it", () => {
    const site = aSite({ wanted: "stopped" });
    const held = aServingSite(site, {
      generations: [{ number: 1, masterAlive: false, socketHeld: true, orphaned: false }],
    });
    expect(plan(aDesiredState([site]), aWorld([held]), "key")).toEqual([{ kind: "stop-site", site }]);
  });

  it("starts the serving master again while a reload boots, and nothing else of a busy site", () => {
    const site = aSite({ pool: { workers: 4 } });
    const dead = { number: 1, masterAlive: false, socketHeld: true, orphaned: false };
    const booting = { number: 2, masterAlive: true, socketHeld: true, orphaned: false };
    const busy = aServingSite(site, { busy: true, generations: [dead, booting] });
    expect(plan(aDesiredState([site]), aWorld([busy]), "key")).toEqual([]);
    expect(plan(aDesiredState([site]), aWorld([{ ...busy, mayRespawn: true }]), "key")).toEqual([
      { kind: "respawn-master", site, generation: 1 },
    ]);
    const waits = { ...busy, mayRespawn: true, backoffUntil: 1_000_001 };
    expect(plan(aDesiredState([site]), aWorld([waits]), "key")).toEqual([]);
  });

  it("begins no operation during a pause, and starts a dead master again all the same", () => {
    const site = aSite({ wanted: "stopped" });
    const paused = aServingSite(site, { pausedUntil: 1_000_001 });
    expect(plan(aDesiredState([site]), aWorld([paused]), "key")).toEqual([]);
    expect(plan(aDesiredState([]), aWorld([paused]), "key")).toEqual([]);
    const started = aSite();
    const dead = aServingSite(started, {
      pausedUntil: 1_000_001,
      generations: [{ number: 1, masterAlive: false, socketHeld: true, orphaned: false }],
    });
    expect(plan(aDesiredState([started]), aWorld([dead]), "key").map(({ kind }) => kind)).toEqual([
      "respawn-master",
    ]);
  });

  it("stops a site that is wanted stopped, once", () => {
    const site = aSite({ wanted: "stopped" });
    expect(kinds(plan(aDesiredState([site]), aWorld([aServingSite(site)]), "key"))).toEqual(["stop-site"]);
    expect(plan(aDesiredState([site]), aWorld([aServingSite(site, { generations: [] })]), "key")).toEqual([]);
  });

  it("retires a generation that a reload left behind", () => {
    const site = aSite();
    const two = aServingSite(site, {
      generations: [
        { number: 1, masterAlive: true, socketHeld: true, orphaned: false },
        { number: 2, masterAlive: true, socketHeld: true, orphaned: false },
      ],
    });
    expect(plan(aDesiredState([site]), aWorld([two]), "key")).toEqual([
      { kind: "retire-generation", siteName: "shop", generation: 2 },
    ]);
  });

  it("removes a site that nobody desires", () => {
    const site = aSite();
    expect(plan(aDesiredState([]), aWorld([aServingSite(site)]), "key")).toEqual([
      { kind: "remove-site", siteName: "shop" },
    ]);
  });

  it("publishes to nginx only when what it has to know changed", () => {
    expect(kinds(plan(aDesiredState([]), aWorld([]), "another key"))).toEqual(["publish-proxy"]);
  });

  it("brings nginx and the panel back whatever the sites do", () => {
    const site = aSite();
    const world = aWorld([aServingSite(site, { busy: true })], {
      nginx: { alive: false, socketsHeld: true, backoffUntil: 0, publishedKey: null },
      panel: { alive: false, backoffUntil: 0 },
    });
    expect(kinds(plan(aDesiredState([site]), world, "key"))).toEqual(["start-panel", "start-nginx"]);
  });
});

describe("carrying out a plan", () => {
  it("leaves nothing to plan, from any of 2,000 random worlds", () => {
    const { seed, next: random } = seededRandom();
    for (let run = 0; run < 2_000; run += 1) {
      const sites = [0, 1, 2]
        .filter(() => random() < 0.8)
        .map((index) => randomSite(`site-${index}`, random));
      const desired = aDesiredState(sites);
      const world = randomWorld(random);
      // One round may uncover the next: an old generation goes before the site is stopped, for example.
      let steps: Step[] = [];
      for (let round = 0; round < 4; round += 1) {
        steps = plan(desired, world, "key");
        for (const step of steps) carryOut(world, step);
      }
      expect(plan(desired, world, "key"), `seed ${seed}, run ${run}`).toEqual([]);
    }
  });
});

/** What each step does to the world when it succeeds. */
function carryOut(world: ObservedWorld, step: Step): void {
  switch (step.kind) {
    case "start-panel":
      world.panel.alive = true;
      return;
    case "start-nginx":
      world.nginx.alive = true;
      world.nginx.publishedKey = "key";
      return;
    case "publish-proxy":
      world.nginx.publishedKey = "key";
      return;
    case "remove-site":
      world.sites = world.sites.filter((site) => site.name !== step.siteName);
      return;
    case "retire-generation": {
      const site = find(world, step.siteName);
      site.generations = site.generations.filter((generation) => generation.number !== step.generation);
      return;
    }
    case "respawn-master":
      find(world, step.site.spec.name).generations.find(
        (generation) => generation.number === step.generation,
      )!.masterAlive = true;
      return;
    case "stop-site": {
      const site = find(world, step.site.spec.name);
      site.generations = [];
      return;
    }
    case "scale":
      find(world, step.site.spec.name).current!.workers = step.to;
      return;
    case "create-site":
    case "apply-settings":
    case "start-site": {
      const { name } = step.site.spec;
      const number =
        Math.max(
          0,
          ...(world.sites.find((site) => site.name === name)?.generations ?? []).map((g) => g.number),
        ) + 1;
      const fresh = aServingSite(step.site);
      fresh.current!.number = number;
      fresh.generations = [{ number, masterAlive: true, socketHeld: true, orphaned: false }];
      world.sites = [...world.sites.filter((site) => site.name !== name), fresh];
    }
  }
}

function find(world: ObservedWorld, name: string): ObservedSite {
  return world.sites.find((site) => site.name === name)!;
}

function randomSite(name: string, random: () => number) {
  return aSite({
    name,
    wanted: random() < 0.7 ? "started" : "stopped",
    pool: { workers: 1 + Math.floor(random() * 3), threads: 1 + Math.floor(random() * 2) },
  });
}

function randomWorld(random: () => number): ObservedWorld {
  const sites = [0, 1, 2, 3]
    .filter(() => random() < 0.7)
    .map((index) => {
      const site = randomSite(`site-${index}`, random);
      const generations: ObservedGeneration[] = [1, 2]
        .filter(() => random() < 0.7)
        .map((number) => ({
          number,
          masterAlive: random() < 0.6,
          socketHeld: random() < 0.8,
          orphaned: random() < 0.2,
        }));
      return aServingSite(site, { generations, ...(random() < 0.3 ? { current: null } : {}) });
    });
  return aWorld(sites, {
    nginx: {
      alive: random() < 0.5,
      socketsHeld: true,
      backoffUntil: 0,
      publishedKey: random() < 0.5 ? "key" : null,
    },
    panel: { alive: random() < 0.5, backoffUntil: 0 },
  });
}
