import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { createTestPanel, type TestPanel } from "../testing/test-panel.ts";
import { waitFor } from "../testing/wait-for.ts";
import { ensureSampleSite } from "./sample.ts";

const BREAKABLE = path.join(import.meta.dirname, "../../scripts/dev-sites/breakable");
const SAMPLE = path.join(import.meta.dirname, "../../sample");
let panel: TestPanel;

afterEach(() => panel.close());

test("an empty installation starts with one sample site that answers on localhost", async () => {
  panel = await createTestPanel({ sampleFolder: SAMPLE });
  await waitFor("the sample site", () => panel.supervisor.desired().sites.length === 1);
  expect(panel.supervisor.desired().sites[0]).toMatchObject({
    wanted: "started",
    spec: {
      name: "sample",
      domains: ["sample.localhost", "localhost", "127.0.0.1"],
      app: { entry: "run:app", framework: "flask" },
      static: [{ urlPath: "/static/", directory: "static" }],
      persistent: [{ path: "instance", kind: "directory" }],
      health: { path: "/health" },
    },
  });
});

test("a sample site that was removed does not come back", async () => {
  panel = await createTestPanel();
  const { context, sites } = panel.panel;
  expect(await ensureSampleSite(context, sites, SAMPLE)).toBe(true);
  const [site] = await sites.list();
  await panel.asAdmin("DELETE", `/api/v1/sites/${site?.id}`);
  expect(await ensureSampleSite(context, sites, SAMPLE)).toBe(false);
  expect(await sites.list()).toEqual([]);
});

test("an installation that has sites gets no sample, and one without the folder neither", async () => {
  panel = await createTestPanel();
  const { context, sites } = panel.panel;
  expect(await ensureSampleSite(context, sites, "/nowhere")).toBe(false);
  await panel.createSite("blog");
  expect(await ensureSampleSite(context, sites, SAMPLE)).toBe(false);
  expect((await sites.list()).map((site) => site.name)).toEqual(["blog"]);
});

test("developers get a second site beside the sample, which breaks on purpose", async () => {
  panel = await createTestPanel();
  const { context, sites } = panel.panel;
  expect(await ensureSampleSite(context, sites, SAMPLE, BREAKABLE)).toBe(true);
  expect((await sites.list()).map((site) => site.name)).toEqual(["breakable", "sample"]);
});
