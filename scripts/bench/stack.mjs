/** All budgets, measured on a real Monban with data and ports of its own. Takes about three minutes. */
import { execFile } from "node:child_process";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { sitePaths } from "../../lib/core/layout.ts";
import { plan } from "../../lib/core/plan.ts";
import { aDesiredState, aServingSite, aSite, aWorld } from "../../lib/testing/a-site.ts";
import { endStack } from "../../lib/testing/end-stack.ts";
import { anatomyOf } from "../../lib/testing/leftovers.ts";
import { act, visit } from "../../lib/testing/stack-sites.ts";
import { startStack } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { told } from "./budgets.mjs";
import { compareNginx, sender } from "./compare-nginx.mjs";
import { alternately, idleUsage, median } from "./measure.mjs";

const STARTS = 3;
const RELOADS = 3;
const SETTLE_MS = 12_000;
const IDLE_WINDOW_MS = 20_000;
const SITES = 30;
const SAMPLE = "sample.localhost";
const MB = 1024 ** 2;

const say = (line) => console.log(line);
const execute = promisify(execFile);

await measurePlan();
const stack = await startStack({ sample: true });
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => endStack(stack).finally(() => process.exit(130)));
}
try {
  await stack.setUp();
  await answers(SAMPLE);
  await measureStarts();
  await measureIdle();
  const site = await measureCreation();
  await measureReload();
  await measureNginx(site);
} finally {
  await endStack(stack);
}

async function measurePlan() {
  const sites = Array.from({ length: SITES }, (_, index) => aSite({ name: `site-${index}` }));
  const desired = aDesiredState(sites);
  const world = aWorld(sites.map((site) => aServingSite(site)));
  const results = await alternately(
    {
      plan() {
        const startedAt = performance.now();
        const steps = plan(desired, world, "key");
        if (steps.length > 0) throw new Error("there was something to do");
        return performance.now() - startedAt;
      },
    },
    { rounds: 50 },
  );
  say(told("plan", results.plan.median, `median of ${results.plan.values.length}`));
}

async function measureStarts() {
  const seconds = [];
  for (let index = 0; index < STARTS; index += 1) {
    stack.signal("SIGTERM");
    await stack.ended();
    const startedAt = performance.now();
    await stack.start();
    const page = await fetch(`${stack.panelUrl}/sign-in`);
    await page.text();
    if (!page.ok) throw new Error(`the first page answered ${page.status}`);
    seconds.push((performance.now() - startedAt) / 1000);
    await answers(SAMPLE);
  }
  say(told("secondStart", median(seconds), `${list(seconds)}`));
}

async function measureIdle() {
  await sleep(SETTLE_MS);
  const found = await anatomyOf(stack.data);
  const parts = { keeper: found.keeper, supervisor: found.supervisor, panel: found.panel };
  const nginx = found.all.filter(({ command }) => command.startsWith("nginx:"));
  const launcher = stack.launcher.pid ? [{ pid: stack.launcher.pid }] : [];
  const groups = { ...parts, nginx, launcher };
  const pids = [...new Set(Object.values(groups).flatMap((group) => group.map(({ pid }) => pid)))];
  const usage = await idleUsage(pids, { windowMs: IDLE_WINDOW_MS });
  const of = (group) => usage.processes.filter(({ pid }) => groups[group].some((one) => one.pid === pid));
  const sum = (group, key) => of(group).reduce((total, one) => total + (one[key] ?? 0), 0);
  for (const group of Object.keys(parts)) {
    const share = `its fair share of what is shared: ${(sum(group, "pssBytes") / MB).toFixed(0)} MB`;
    say(told(`${group}Memory`, of(group).length === 1 ? sum(group, "rssBytes") / MB : Number.NaN, share));
  }
  const each = Object.keys(groups).map((group) => `${group} ${sum(group, "cpuPercent").toFixed(2)}`);
  say(told("idleCpu", usage.total.cpuPercent, `${each.join(", ")}; over ${IDLE_WINDOW_MS / 1000} s`));
}

/** Twice: the first fills the package cache, the second counts. */
async function measureCreation() {
  let site = null;
  let seconds = 0;
  for (const name of ["first", "second"]) {
    const folder = `${stack.folder}/apps/${name}`;
    await mkdir(`${folder}/static`, { recursive: true });
    await writeFile(`${folder}/static/kilobyte.bin`, "x".repeat(1024));
    await writeFile(`${folder}/requirements.txt`, "flask==3.1.3\n");
    await writeFile(
      `${folder}/app.py`,
      'from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.get("/")\ndef home():\n    return "hello"\n',
    );
    const startedAt = performance.now();
    const made = await stack.api("POST", "/api/v1/sites", {
      name,
      domains: [`${name}.localhost`],
      source: { path: folder },
      app: { entry: "app:app" },
      static: [{ urlPath: "/static/", directory: "static" }],
    });
    if (made.status !== 202) throw new Error(`POST sites: ${made.status} ${JSON.stringify(made.body)}`);
    const ended = stack.finished(made.body.operation.id).then((operation) => {
      if (operation.state !== "succeeded") throw new Error(`creation: ${JSON.stringify(operation.error)}`);
    });
    await Promise.race([answers(`${name}.localhost`), ended.then(() => answers(`${name}.localhost`))]);
    seconds = (performance.now() - startedAt) / 1000;
    await ended;
    site = { name, id: made.body.site.id, host: `${name}.localhost` };
  }
  say(told("createSite", seconds));
  return site;
}

async function measureReload() {
  const { body } = await stack.api("GET", "/api/v1/sites");
  const sample = body.data.find(({ name }) => name === "sample");
  const seconds = [];
  for (let index = 0; index < RELOADS; index += 1) {
    const operation = await act(stack, sample, "reloads");
    if (operation.state !== "succeeded") throw new Error(`reload: ${JSON.stringify(operation.error)}`);
    const watch = operation.steps.find(({ name }) => name === "watch");
    const whole = between(operation.createdAt, operation.finishedAt);
    seconds.push(whole - (watch?.startedAt ? between(watch.startedAt, watch.endedAt) : 0));
  }
  const imports = [];
  for (let index = 0; index < RELOADS; index += 1) imports.push(await importSeconds());
  const beyond = median(seconds) - median(imports);
  const parts = `reload ${median(seconds).toFixed(2)} s, import ${median(imports).toFixed(2)} s`;
  say(told("reload", beyond, `${parts}; medians of ${RELOADS}`));
}

/** How long Python takes for the sample's own import, in the sample's own environment. */
async function importSeconds() {
  const { environments, current } = sitePaths(await stack.instance(), "sample");
  const [environment] = await readdir(environments);
  const code = "import time; t = time.perf_counter(); import run; print(time.perf_counter() - t)";
  const { stdout } = await execute(`${environments}/${environment}/bin/python`, ["-c", code], {
    cwd: current,
    env: { PYTHONDONTWRITEBYTECODE: "1" },
  });
  return Number(stdout);
}

async function measureNginx({ name, host }) {
  const instance = await stack.instance();
  const compared = await compareNginx({
    nginx: instance.nginxBinary,
    pid: (await anatomyOf(stack.data)).nginxMasters[0].pid,
    folder: stack.folder,
    socket: sitePaths(instance, name).currentSocket,
    staticFolder: `${stack.folder}/apps/${name}/static`,
    port: stack.httpPort,
    host,
  });
  for (const [kind, budget] of [
    ["static", "staticRatio"],
    ["proxy", "proxyRatio"],
  ]) {
    const { ratio, rate, ratios, cpuMicros } = compared[kind];
    const cpu = `nginx ${cpuMicros.monban.toFixed(0)} µs of CPU per request, hand-written ${cpuMicros.own.toFixed(0)}`;
    say(
      told(budget, ratio, `${Math.round(rate)} a second; rounds ${list(ratios)}; ${cpu}; sent by ${sender}`),
    );
  }
}

function answers(host) {
  return waitFor(
    `${host} to answer`,
    () =>
      visit(stack, host).then(
        ({ status }) => status === 200,
        () => false,
      ),
    { deadlineMs: 90_000 },
  );
}

function between(from, to) {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}

function list(values) {
  return values.map((value) => value.toFixed(2)).join(" ");
}
