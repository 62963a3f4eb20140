import { describe, expect, it } from "vitest";
import { aSpec } from "../testing/a-site.ts";
import { afterDeath, defaultRestartPolicy } from "./restart-policy.ts";
import { settingsHash } from "./settings-hash.ts";
import { stableHash } from "./stable-hash.ts";
import { watchVerdict } from "./watch-verdict.ts";

describe("the restart policy", () => {
  it("answers the first death at once", () => {
    expect(afterDeath({ deathsBefore: 0, livedMs: 10, random: 0.9 })).toMatchObject({
      deaths: 1,
      delayMs: 0,
      crashLoop: false,
    });
  });

  it("doubles the wait and stays below its limit with jitter", () => {
    const delays = [1, 2, 3, 4].map(
      (deathsBefore) => afterDeath({ deathsBefore, livedMs: 0, random: 0 }).delayMs,
    );
    expect(delays).toEqual([250, 500, 1_000, 2_000]);
    const most = afterDeath({ deathsBefore: 40, livedMs: 0, random: 0.999 }).delayMs;
    expect(most).toBeLessThanOrEqual(defaultRestartPolicy.maxDelayMs * 1.25);
  });

  it("calls five deaths in a row a crash loop and says when it tries again", () => {
    const decision = afterDeath({ deathsBefore: 4, livedMs: 0, random: 0 });
    expect(decision.crashLoop).toBe(true);
    expect(decision.reason).toMatch(/5 times in a row.*2 s/);
  });

  it("forgives a process that lived long enough", () => {
    expect(afterDeath({ deathsBefore: 9, livedMs: 60_000, random: 0 })).toMatchObject({
      deaths: 1,
      delayMs: 0,
    });
  });
});

describe("the settings hash", () => {
  const spec = aSpec();
  it("does not change with what nginx or the supervisor take over live", () => {
    const live = aSpec({
      domains: ["other.localhost"],
      pool: { workers: 7 },
      health: { path: "/health" },
      static: [{ urlPath: "/static/", directory: "static" }],
      maxBodyBytes: 1,
    });
    expect(settingsHash(live)).toBe(settingsHash(spec));
  });

  it.each([
    ["the entry point", aSpec({ app: { entry: "main:app" } })],
    ["threads", aSpec({ pool: { workers: 2, threads: 3 } })],
    ["an environment variable", aSpec({ env: [{ name: "A", value: "1" }] })],
    ["the source", aSpec({ source: { kind: "directory", path: "/srv/other" } })],
    ["a persistent path", aSpec({ persistent: [{ path: "media", kind: "directory" }] })],
  ])("changes with %s", (_name, changed) => {
    expect(settingsHash(changed)).not.toBe(settingsHash(spec));
  });

  it("does not depend on the order of keys or variables", () => {
    expect(stableHash({ a: 1, b: [2, 3] })).toBe(stableHash({ b: [2, 3], a: 1 }));
    const one = aSpec({
      env: [
        { name: "A", value: "1" },
        { name: "B", value: "2" },
      ],
    });
    const other = aSpec({
      env: [
        { name: "B", value: "2" },
        { name: "A", value: "1" },
      ],
    });
    expect(settingsHash(one)).toBe(settingsHash(other));
  });
});

describe("the watch after cut over", () => {
  const well = { masterAlive: true, workerDeaths: 0, requests: 100, errors5xx: 0, formerErrorRate: 0 };
  it("is content with a release that answers", () => {
    expect(watchVerdict(well)).toBeNull();
  });
  it("goes back when a worker dies, the master dies or errors are many", () => {
    expect(watchVerdict({ ...well, workerDeaths: 1 })).toMatch(/1 worker /);
    expect(watchVerdict({ ...well, masterAlive: false })).toMatch(/master/);
    expect(watchVerdict({ ...well, errors5xx: 30 })).toMatch(/30 of 100/);
  });
  it("does not blame a release for errors the former one had as well", () => {
    expect(watchVerdict({ ...well, errors5xx: 30, formerErrorRate: 0.28 })).toBeNull();
  });
});
