import { describe, expect, it } from "vitest";
import { addProbe, freshStreak, type HealthFacts, probePasses, siteHealth } from "./health.ts";

const check = { healthyThreshold: 2, unhealthyThreshold: 3 };
const after = (results: boolean[]) =>
  results.reduce((streak, ok) => addProbe(streak, ok, check), freshStreak);

describe("probes", () => {
  it("one slow answer does not make a healthy site unhealthy", () => {
    expect(after([true, true, false, false]).ok).toBe(true);
    expect(after([true, true, false, false, false]).ok).toBe(false);
  });

  it("an unhealthy site is healthy after as many passes as the threshold says", () => {
    expect(after([false, false, false, true]).ok).toBe(false);
    expect(after([false, false, false, true, true]).ok).toBe(true);
  });

  it("the first pass of a fresh site counts at once", () => {
    expect(after([true]).ok).toBe(true);
  });

  it("redirects are an answer, errors and silence are not", () => {
    expect([200, 204, 302, 404, 500, null].map(probePasses)).toEqual([true, true, true, false, false, false]);
  });
});

describe("the health of a site", () => {
  const well: HealthFacts = {
    wanted: "started",
    masterAlive: true,
    socket: after([true]),
    nginx: after([true]),
    lastFailure: null,
    workersWanted: 2,
    workersReady: 2,
    quarantine: null,
    pending: null,
    requestsLastMinute: 100,
    errorRate: 0,
    queueWaitingShare5m: 0,
  };
  const cases: [string, Partial<HealthFacts>, string, RegExp | null][] = [
    ["is healthy when everything answers", {}, "healthy", null],
    ["is stopped when it is wanted so", { wanted: "stopped", masterAlive: false }, "stopped", null],
    ["is down without a master", { masterAlive: false }, "down", /master/],
    [
      "is down when the socket does not answer",
      { socket: after([false, false, false]), lastFailure: "GET / answered 500" },
      "down",
      /GET \/ answered 500/,
    ],
    ["is down in quarantine", { quarantine: "invalid number of arguments" }, "down", /invalid number/],
    [
      "is degraded when only the way through nginx fails",
      { nginx: after([false, false, false]) },
      "degraded",
      /through nginx/,
    ],
    [
      "is degraded with settings that could not be applied",
      { pending: "It did not boot." },
      "degraded",
      /did not boot/,
    ],
    ["is unknown before the first probe", { socket: freshStreak }, "unknown", /Not checked/],
    ["is degraded with a worker missing", { workersReady: 1 }, "degraded", /1 of 2/],
    ["is degraded when errors are many", { errorRate: 0.2 }, "degraded", /20 %/],
    [
      "does not speak of a share of three requests",
      { errorRate: 0.5, requestsLastMinute: 3 },
      "healthy",
      null,
    ],
    ["is degraded when requests wait", { queueWaitingShare5m: 0.41 }, "degraded", /41 %/],
  ];
  it.each(cases)("%s", (_name, change, status, reason) => {
    const verdict = siteHealth({ ...well, ...change });
    expect(verdict.status).toBe(status);
    if (reason) expect(verdict.reason).toMatch(reason);
    else expect(verdict.reason).toBeUndefined();
  });
});
