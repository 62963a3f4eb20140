/**
 * A whole supervisor on a machine made of data: gunicorn, nginx and time are fakes, everything in lib/supervisor is
 * real. It can be killed at any moment, as by `kill -9`, and a new one starts on the same machine.
 */
import { instancePaths, sitePaths } from "../core/layout.ts";
import { plan, type Step } from "../core/plan.ts";
import type { DesiredSite, DesiredState } from "../schema/desired.ts";
import type { JournalEvent } from "../schema/event.ts";
import type { SiteObservation } from "../schema/observed.ts";
import type { Operation } from "../schema/operation.ts";
import type { Problem } from "../schema/problem.ts";
import { match, Refusal } from "../supervisor/control/http.ts";
import type { ControlParts } from "../supervisor/control/parts.ts";
import { controlRoutes } from "../supervisor/control/server.ts";
import { createExits, type Exits } from "../supervisor/exits.ts";
import { observe } from "../supervisor/observe.ts";
import { observedState } from "../supervisor/observed-state.ts";
import { proxyKey } from "../supervisor/publish-sites.ts";
import { type Supervisor, startSupervisor } from "../supervisor/supervisor.ts";
import { createFakeSystem } from "../system/fake-system.ts";
import type { KeeperExit } from "../system/keeper-client.ts";
import type { ProbeResult } from "../system/system.ts";
import { aDesiredState, aSite } from "./a-site.ts";
import { createFakeLogFiles } from "./fake-log-files.ts";
import { createFakeNginx } from "./fake-nginx.ts";
import { createFakePools } from "./fake-pool.ts";
import { mortalObject, mortalSystem } from "./mortal-system.ts";
import { anInstance } from "./release-scene.ts";

const ENVIRONMENT = "/opt/env";
/** Longer than any backoff and any deadline of the default settings. */
const PATIENCE_MS = 300_000;
const LOOK_EVERY_MS = 50;
const VISITOR_PATIENCE_MS = 50;

type Answer<Json> = { status: number; json: Json };
type Life = { dead: boolean; exits: Exits; supervisor: Supervisor; parts: ControlParts };

export type SupervisorScene = Awaited<ReturnType<typeof openSupervisorScene>>;

/** A site of the scene: its source exists, its environment is an existing one. */
export function aSceneSite(args: Parameters<typeof aSite>[0] = {}): DesiredSite {
  return aSite({ environment: { kind: "existing", path: ENVIRONMENT }, ...args });
}

/** The machine, with no supervisor yet. */
export async function openSupervisorScene(options: { seed?: number } = {}) {
  const system = createFakeSystem({ seed: options.seed ?? 1 });
  const { clock, files, keeper } = system;
  const instance = anInstance("/m", false);
  const paths = instancePaths(instance);
  const nginx = createFakeNginx(system, instance);
  const pools = createFakePools(system);
  const logFiles = createFakeLogFiles(files);
  const lines: string[] = [];
  let life: Life | null = null;
  let connected = true;
  let keeperChanges = 0;
  let onConnected: (() => void)[] = [];
  let revision = 0;

  await files.makeFolder(`${ENVIRONMENT}/bin`);
  await files.writeAtomic(`${ENVIRONMENT}/bin/python`, "");
  await files.makeFolder(paths.supervisor);
  for (const name of ["shop", "blog", "wiki"]) {
    await files.makeFolder(`/srv/${name}`);
    await files.writeAtomic(`/srv/${name}/run.py`, `app = "${name}"\n`);
  }
  system.onRun = ({ file }) => (file === `${ENVIRONMENT}/bin/python` ? { stdout: "3.12.3\n26.0.0\n" } : null);
  await keeper.subscribe(0, deliver);

  function deliver(exit: KeeperExit): void {
    if (!life || life.dead || !connected) return;
    life.exits.deliver(exit);
    void keeper.acknowledge(exit.seq);
  }

  const scene = {
    system,
    clock,
    files,
    keeper,
    nginx,
    pools,
    instance,
    paths,
    /** What supervisors wrote to their log. */
    lines,
    sitePaths: (name: string) => sitePaths(instance, name),

    /** Starts a supervisor; there must be no living one. */
    async start(): Promise<void> {
      const begun = { dead: false };
      const mortal = mortalSystem(system, begun, () => connected);
      const exits = createExits({
        sleep: (ms, signal) => mortal.clock.sleep(ms, signal),
        startTimeOf: async (pid) => (await mortal.machine.processStat(pid))?.startTime ?? null,
      });
      onConnected = [];
      // What happened while nobody listened is heard before anything else.
      for (const exit of (await keeper.status()).exits) {
        exits.deliver(exit);
        await keeper.acknowledge(exit.seq);
      }
      let parts: ControlParts | undefined;
      const started = startSupervisor({
        system: mortal,
        logFiles: mortalObject(logFiles, begun),
        instance,
        exits,
        link: {
          changes: () => keeperChanges,
          onConnected: (listener) => void onConnected.push(() => begun.dead || listener()),
        },
        startedAt: clock.now(),
        log: (line) => void lines.push(line),
        parts: {
          proxy: nginx.proxy(mortal),
          startControl: async (control) => {
            parts = control;
            return { close: async () => undefined };
          },
        },
      });
      const failed = new Promise<never>((_, reject) => started.catch(reject));
      while (parts === undefined) await Promise.race([clock.advance(10), failed]);
      life = Object.assign(begun, { exits, supervisor: await started, parts });
    },
    /** As by `kill -9`: nothing it was about to do happens any more. */
    kill(): void {
      if (life) life.dead = true;
      life = null;
    },
    async restart(): Promise<void> {
      scene.kill();
      await scene.start();
    },
    /** Ends as on `monban down`; the machine stays. */
    async stopEverything(): Promise<void> {
      const ending = scene.parts();
      let done = false;
      void life?.supervisor.stopEverything().then(() => {
        done = true;
      });
      await scene.until("everything to be stopped", () => done);
      ending.context.log("stopped");
      scene.kill();
    },
    parts(): ControlParts {
      if (!life) throw new Error("no supervisor is alive");
      return life.parts;
    },
    alive: () => life !== null,
    loseKeeper(): void {
      connected = false;
    },
    /** `rebound`: another keeper, which had to bind the sockets of nginx anew. */
    async findKeeper({ rebound = false } = {}): Promise<void> {
      connected = true;
      if (rebound) {
        keeperChanges += 1;
        for (const [name, socket] of keeper.sockets)
          if (name.startsWith("nginx-")) keeper.sockets.set(name, { ...socket, rebound: true });
      }
      for (const exit of (await keeper.status()).exits) deliver(exit);
      for (const listener of onConnected) listener();
    },

    /** Asks as the panel does. */
    async ask<Json>(method: string, path: string, body?: unknown): Promise<Answer<Json>> {
      const url = new URL(path, "http://supervisor");
      const found = match(controlRoutes(scene.parts()), method, url.pathname);
      if (!found) throw new Error(`there is no ${method} ${path}`);
      const answering = found.route.handler({
        params: found.params,
        query: url.searchParams,
        body: async (schema) => schema.parse(body),
        signal: new AbortController().signal,
        response: undefined as never,
      });
      try {
        return (await answering) as Answer<Json>;
      } catch (cause) {
        if (!(cause instanceof Refusal)) throw cause;
        return { status: cause.problem.status, json: cause.problem as Json };
      }
    },
    /** Hands over the sites that are desired from now on. */
    async desire(sites: DesiredSite[], purge: string[] = []): Promise<Operation[]> {
      revision += 1;
      const desired: DesiredState = aDesiredState(sites, revision);
      const actor = { kind: "user", name: "ann" };
      const { json } = await scene.ask<{ operations: Operation[] }>("PUT", "/v1/desired", {
        desired,
        actor,
        purge,
      });
      return json.operations;
    },
    async begin(site: DesiredSite, request: { kind: string; release?: number }) {
      const actor = { kind: "user", name: "ann" };
      return scene.ask<Operation & Problem>("POST", "/v1/operations", { siteId: site.id, actor, ...request });
    },
    /** Begins it and waits for its end. */
    async run(site: DesiredSite, request: { kind: string; release?: number }): Promise<Operation> {
      const { status, json } = await scene.begin(site, request);
      if (status !== 202) throw new Error(`${request.kind} was refused: ${json.detail}`);
      return scene.ended(json);
    },
    async ended({ id }: { id: string }): Promise<Operation> {
      const look = () => scene.parts().context.operations.get(id);
      await scene.until(`the end of ${id}`, () => look()?.finishedAt !== undefined);
      return look() as Operation;
    },
    /** Desires these sites and waits until all is as desired. */
    async serve(...sites: DesiredSite[]): Promise<void> {
      await scene.desire(sites);
      await scene.until("all to be as desired", scene.isAsDesired);
    },

    /** Lets virtual time pass until it is true. */
    async until(what: string, condition: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS) {
      const until = clock.monotonic() + patienceMs;
      await clock.advance(0);
      while (!(await condition())) {
        if (clock.monotonic() > until) throw new Error(`waited ${patienceMs} virtual ms for ${what}`);
        await clock.advance(LOOK_EVERY_MS);
      }
    },
    /** What the supervisor has yet to do; what waits for the end of a backoff is part of it. */
    async plan(): Promise<Step[]> {
      const { context, workloads } = scene.parts();
      const world = await observe(context, workloads);
      return plan(context.desired.get(), { ...world, now: Number.POSITIVE_INFINITY }, proxyKey(context));
    },
    async isAsDesired(): Promise<boolean> {
      const { context } = scene.parts();
      const busy = [...context.sites.values()].some(
        ({ background, siteId }) =>
          background || (siteId !== null && context.operations.busyWith(siteId) !== null),
      );
      return !busy && (await scene.plan()).length === 0;
    },
    runtime(site: DesiredSite) {
      const runtime = scene.parts().context.sites.get(site.spec.name);
      if (!runtime) throw new Error(`${site.spec.name} is not known`);
      return runtime;
    },
    async observed(site: DesiredSite): Promise<SiteObservation> {
      const { context, workloads, host } = scene.parts();
      const state = await observedState(context, workloads, host);
      const found = state.sites.find(({ siteId }) => siteId === site.id);
      if (!found) throw new Error(`${site.spec.name} is not observed`);
      return found;
    },
    async events<Type extends JournalEvent["type"]>(type: Type) {
      const { data } = await scene.parts().context.journal.read(0, 10_000);
      return data.filter((event): event is Extract<JournalEvent, { type: Type }> => event.type === type);
    },
    /** What a visitor gets: `release 2`, or the status when it is no success. */
    async visit(site: DesiredSite): Promise<string> {
      let answer: ProbeResult | undefined;
      const asked = system.probe({
        target: { host: instance.httpAddress, port: instance.httpPort },
        path: "/",
        hostHeader: site.spec.domains[0] ?? "",
        timeoutMs: VISITOR_PATIENCE_MS,
      });
      void asked.then((result) => {
        answer = result;
      });
      await clock.advance(0);
      while (answer === undefined) await clock.advance(VISITOR_PATIENCE_MS);
      return answer.status === 200 ? answer.body : `${answer.status}`;
    },
    /** Names of what belongs to one generation of a site and is there: sockets, processes, files. */
    async traces(site: DesiredSite, generation: number): Promise<string[]> {
      const name = `pool-${site.spec.name}-g${generation}`;
      const at = scene.sitePaths(site.spec.name);
      const { sockets, children } = await keeper.status();
      const found = [...sockets, ...children].filter((one) => one.name === name).map((one) => one.name);
      const own = [
        at.generationRecord(generation),
        at.generationConfig(generation),
        at.socket(generation),
        at.facts(generation),
        `${at.facts(generation)}.exits`,
        at.stacks(generation),
      ];
      for (const path of own) if (await files.stat(path)) found.push(path);
      return found;
    },
    async servingGeneration(site: DesiredSite): Promise<number> {
      return Number(
        /g(\d+)\.sock$/.exec(
          (await files.readLink(scene.sitePaths(site.spec.name).currentSocket)) ?? "",
        )?.[1] ?? 0,
      );
    },
  };
  return scene;
}
