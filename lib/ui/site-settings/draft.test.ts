import { describe, expect, test } from "vitest";
import type { SiteView } from "../../schema/site-view.ts";
import { changesOf, costOf, type Draft, draftOf, patchOf } from "./draft.ts";

const site = {
  id: "site_0000000000000000",
  name: "shop",
  domains: ["shop.localhost"],
  source: { kind: "directory", path: "/srv/shop", mode: "snapshot" },
  app: { entry: "run:app", framework: "flask" },
  pool: {
    server: "gunicorn",
    workerClass: "gthread",
    workers: 2,
    threads: 8,
    timeoutMs: 30_000,
    gracefulTimeoutMs: 30_000,
    maxRequests: 0,
    maxRequestsJitter: 0,
  },
  environment: { kind: "managed" },
  static: [{ urlPath: "/static/", directory: "static" }],
  health: { path: "/", intervalMs: 10_000, timeoutMs: 2_000, healthyThreshold: 2, unhealthyThreshold: 3 },
  env: { FLASK_ENV: "production", TOKEN: { secret: true } },
  persistent: [],
  rollout: { bootDeadlineMs: 60_000, watchWindowMs: 5_000, keepReleases: 5 },
  maxBodyBytes: 1024,
} as unknown as SiteView;

function edited(edit: (draft: Draft) => void): Draft {
  const draft = draftOf(site);
  edit(draft);
  return draft;
}

describe("settings of a site", () => {
  test("an untouched form changes nothing and sends nothing", () => {
    expect(changesOf(site, draftOf(site))).toEqual([]);
    expect(patchOf(site, draftOf(site))).toEqual({});
  });

  test("only the changed field of a group is sent", () => {
    const draft = edited((one) => {
      one.pool.workers = 3;
    });
    expect(changesOf(site, draft)).toEqual([{ path: "pool.workers", from: "2", to: "3", cost: "live" }]);
    expect(patchOf(site, draft)).toEqual({ pool: { workers: 3 } });
  });

  test("a changed list is sent whole", () => {
    const draft = edited((one) => one.domains.push("www.shop.localhost"));
    expect(patchOf(site, draft)).toEqual({ domains: ["shop.localhost", "www.shop.localhost"] });
  });

  test("a saved secret stays untouched until a new value is typed, and is never shown", () => {
    const untouched = edited((one) => {
      one.pool.threads = 4;
    });
    expect(patchOf(site, untouched)).not.toHaveProperty("env");
    const replaced = edited((one) => {
      const row = one.env.find((each) => each.name === "TOKEN");
      if (row) row.value = "s3cret";
    });
    expect(patchOf(site, replaced)).toEqual({ env: { TOKEN: { value: "s3cret", secret: true } } });
    expect(JSON.stringify(changesOf(site, replaced))).not.toContain("s3cret");
  });

  test("a variable that was taken out is removed by null", () => {
    const draft = edited((one) => {
      one.env = one.env.filter((row) => row.name !== "FLASK_ENV");
    });
    expect(patchOf(site, draft)).toEqual({ env: { FLASK_ENV: null } });
  });

  test("what a change costs depends on who has to take it up", () => {
    expect(costOf("pool.workers")).toBe("live");
    expect(costOf("health.intervalMs")).toBe("live");
    expect(costOf("domains")).toBe("publish");
    expect(costOf("pool.threads")).toBe("rollout");
    expect(costOf("env.TOKEN")).toBe("rollout");
  });
});
