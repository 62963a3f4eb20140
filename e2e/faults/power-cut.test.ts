/** Everything is killed at once at a random moment of a reload, as by a power cut, and started again. */
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Operation } from "../../lib/schema/operation.ts";
import type { ReleaseView, SiteView } from "../../lib/schema/site-view.ts";
import { endStack } from "../../lib/testing/end-stack.ts";
import { anatomyOf, killAtOnce, pathsBelow } from "../../lib/testing/leftovers.ts";
import { seededRandom } from "../../lib/testing/seeded-random.ts";
import { act, begin, makeSite, type StackSite, versionOf } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { writeApp } from "../../lib/testing/write-app.ts";

const RUNS = 30;
/** A reload of this application takes well below a second; a later moment hits its drain or the quiet after it. */
const LATEST_MOMENT_MS = 800;
const VISITS = 12;

let stack: Stack;
let shop: StackSite;
let blog: StackSite;
const random = seededRandom();

beforeAll(async () => {
  stack = await startStack();
  await stack.setUp();
  shop = await makeSite(stack, "shop");
  blog = await makeSite(stack, "blog");
});
afterAll(() => endStack(stack));

test(`killed whole at ${RUNS} random moments of a reload, every start finds exactly the desired state`, async () => {
  console.info(`MONBAN_SEED=${random.seed}`);
  const before = { shop: "v1", blog: "v1" };
  for (let run = 1; run <= RUNS; run++) {
    const told = `run ${run} of seed ${random.seed}`;
    const version = `r${run}`;
    await writeApp(shop.folder, "healthy", { version });
    const operation = await begin(stack, shop, "reloads");
    await pause(random.integer(0, LATEST_MOMENT_MS));
    const spared = await killEverything();
    await stack.start();

    await settled(told);
    const { state } = await stack.finished(operation.id);
    const answers = new Set<string>();
    for (let visit = 0; visit < VISITS; visit++) answers.add(await versionOf(stack, shop.domain));
    const [serving = ""] = answers;
    expect([...answers], `${told}: one version`).toHaveLength(1);
    expect([before.shop, version], `${told}: old or new`).toContain(serving);
    if (state === "succeeded") expect(serving, `${told}: a reload that was told as done`).toBe(version);
    expect(await versionOf(stack, blog.domain)).toBe(before.blog);
    before.shop = serving;
    await onlyWhatIsDesired(`${told}, spared ${spared}`);
  }
  for (const site of [shop, blog]) {
    await writeApp(site.folder, "healthy", { version: "last" });
    expect(await act(stack, site, "reloads")).toMatchObject({ state: "succeeded" });
    expect(await versionOf(stack, site.domain)).toBe("last");
  }
  await onlyWhatIsDesired(`after the last reload, seed ${random.seed}`, true);
});

/** The four programs of Monban always; the masters, and the workers of those, by lot: not every fault takes all. */
async function killEverything(): Promise<string> {
  const { keeper, supervisor, panel, nginxMasters, gunicornMasters, all } = await anatomyOf(stack.data);
  const spared = [...nginxMasters, ...gunicornMasters].filter(() => random.next() < 0.4);
  const masters = [...nginxMasters, ...gunicornMasters];
  const orphans = random.next() < 0.5;
  const isSpared = (pid: number, parent: number) =>
    spared.some((process) => process.pid === pid || process.pid === parent) ||
    (orphans && masters.some((master) => master.pid === parent));
  const launcher = { pid: stack.launcher.pid ?? 0 };
  const doomed = all.filter(({ pid, parent }) => !isSpared(pid, parent) && pid !== launcher.pid);
  killAtOnce([launcher, ...keeper, ...supervisor, ...panel, ...doomed]);
  await stack.ended();
  const names = spared.map(({ command }) => command.split("/").at(-2) ?? command);
  return `${names.join(", ") || "no master"}${orphans ? " and workers of dead masters" : ""}`;
}

async function settled(told: string): Promise<void> {
  await waitFor(
    `both sites to be ready again (${told})`,
    async () => {
      const running = await stack.api<{ data: Operation[] }>("GET", "/api/v1/operations");
      expect(running.body.data.filter(({ finishedAt }) => finishedAt === undefined)).toEqual([]);
      const sites = await stack.api<{ data: SiteView[] }>("GET", "/api/v1/sites");
      const seen = sites.body.data.map(({ state, status }) => ({ state, ...status }));
      // Requests that waited while nobody served count for minutes, so a site may be called degraded here.
      const well = {
        state: "ready",
        health: expect.stringMatching(/^(healthy|degraded)$/),
        operationId: null,
      };
      expect(seen).toMatchObject([well, well]);
      return true;
    },
    { deadlineMs: 40_000, intervalMs: 50 },
  );
}

async function onlyWhatIsDesired(told: string, afterReload = false): Promise<void> {
  const instance = await stack.instance();
  const { shop: shopPlace, blog: blogPlace } = { shop: await placeOf(shop), blog: await placeOf(blog) };
  const places = [blogPlace, shopPlace];
  await waitFor(
    `nothing to be left over (${told})`,
    async () => {
      const found = await anatomyOf(stack.data);
      const { keeper, supervisor, panel, nginxMasters, gunicornMasters, all } = found;
      expect([keeper, supervisor, panel, nginxMasters].map((list) => list.length)).toEqual([1, 1, 1, 1]);
      expect(gunicornMasters.map(({ command }) => command.split("/sites/")[1]).sort()).toEqual(
        places.map(({ name, generation }) => `${name}/generations/${generation}.conf.py`),
      );
      // Launcher, keeper, supervisor, panel, nginx with its workers, and one worker in each pool.
      const children = all.filter(({ parent }) => nginxMasters.some(({ pid }) => pid === parent));
      expect(all.length - children.length).toBe(5 + places.length * 2);
      expect(await pathsBelow(`${instance.run}/s`)).toEqual(
        places
          .flatMap(({ name, generation }) => [
            name,
            ...["current.sock", `g${generation}.sock`, `g${generation}.stacks`].map(
              (file) => `${name}/${file}`,
            ),
          ])
          .sort(),
      );
      expect(await pathsBelow(instance.facts)).toEqual(
        places.flatMap(({ name, generation }) => [`${name}-g${generation}`, `${name}-g${generation}.exits`]),
      );
      for (const { name, generation, releases } of places) {
        const home = `${stack.data}/sites/${name}`;
        expect(await pathsBelow(`${home}/generations`)).toEqual(
          [`${generation}.conf.py`, `${generation}.json`].sort(),
        );
        const names = new Set((await pathsBelow(`${home}/releases`)).map((path) => path.split("/")[0]));
        const folders = [...names].filter((path) => !/\.json$/.test(path ?? ""));
        const kept = releases.filter(({ kept }) => kept).map(({ number }) => String(number));
        // One that was cut off in the middle of its removal goes with the next reload that succeeds.
        const going = releases.filter(({ kept }) => !kept).map(({ number }) => String(number));
        const expected = afterReload ? folders : folders.filter((path) => !going.includes(path ?? ""));
        expect(expected.sort()).toEqual(kept.sort());
        expect(releases.filter(({ result }) => result === "pending")).toEqual([]);
      }
      const drafts = (await pathsBelow(stack.data)).filter((path) => /\.(tmp|new|partial)|~/.test(path));
      expect(drafts).toEqual([]);
      return true;
    },
    { deadlineMs: 20_000, intervalMs: 100 },
  );
}

async function placeOf(site: StackSite) {
  const view = await stack.api<SiteView>("GET", `/api/v1/sites/${site.id}`);
  const releases = await stack.api<{ data: ReleaseView[] }>(
    "GET",
    `/api/v1/sites/${site.id}/releases?limit=200`,
  );
  const { generation } = view.body.status;
  const record = `${stack.data}/sites/${site.name}/generations/${generation}.json`;
  const { release } = JSON.parse(await readFile(record, "utf8")) as { release: number };
  expect(release).toBe(view.body.status.release?.number ?? null);
  return { name: site.name, generation, releases: releases.body.data };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
