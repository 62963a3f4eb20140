/**
 * Lets the children of a fake keeper behave as gunicorn does: a master reads its configuration, starts workers that
 * take time to load the application, tells about them in the facts file, answers at its socket, and takes signals.
 */
import type { FakeProcess } from "../system/fake-keeper.ts";
import type { FakeSystem } from "../system/fake-system.ts";
import type { Probe, ProbeResult } from "../system/system.ts";
import { encodeWorkerFacts, type WorkerRow } from "./encode-worker-facts.ts";

export type PoolBehaviour = {
  /** Virtual ms from the start until every worker has loaded the application. */
  bootMs: number;
  /** `dies`: gunicorn gives up with `exitCode` after `bootMs`. `hangs`: its workers never become ready. */
  boot: "ready" | "dies" | "hangs";
  exitCode: number;
  /** Lines for the application log while it boots. */
  log: readonly string[];
  /** What it answers, or null when it accepts and stays silent. */
  status: number | null;
  ignoresTerm: boolean;
  /** From TERM until the last request is finished. */
  stopMs: number;
  /** After it became ready the master is killed. */
  diesAfterMs: number | null;
  /** After it became ready one worker dies; the master replaces it. */
  workerDiesAfterMs: number | null;
  /** Requests that have ended in a server error a second after it became ready. */
  errors5xx: number;
};

const wellBehaved: PoolBehaviour = {
  bootMs: 200,
  boot: "ready",
  exitCode: 3,
  log: [],
  status: 200,
  ignoresTerm: false,
  stopMs: 50,
  diesAfterMs: null,
  workerDiesAfterMs: null,
  errors5xx: 0,
};

export type FakePool = {
  siteName: string;
  generation: number;
  release: number;
  master: FakeProcess;
  workers: () => FakeProcess[];
  ready: boolean;
  behaviour: PoolBehaviour;
  /** Everything a worker is busy with from now on. */
  serve(request: string | null): Promise<void>;
};

export type FakePools = {
  /** Asked at every start of a master; what it leaves out is well-behaved. */
  behave: (pool: { siteName: string; generation: number; release: number }) => Partial<PoolBehaviour>;
  /** Every pool that ever was, newest last. */
  all: FakePool[];
  /** The newest living one of a site. */
  of(siteName: string): FakePool | undefined;
};

/** Orphans notice within a second that their master is gone. */
const ORPHAN_MS = 1_000;
const ERRORS_AFTER_MS = 1_000;
const ACCEPT_LOOK_MS = 50;

/** Takes over spawned pools and probes of their sockets; everything else stays as it was. */
export function createFakePools(system: FakeSystem): FakePools {
  const { clock, files, keeper } = system;
  const formerSpawn = keeper.onSpawn;
  const formerProbe = system.probe;
  const pools: FakePools = {
    behave: () => ({}),
    all: [],
    of: (siteName) => pools.all.findLast((pool) => pool.siteName === siteName && pool.master.isAlive),
  };
  keeper.onSpawn = (child) => {
    const name = /^pool-(.+)-g(\d+)$/.exec(child.name);
    if (!name) return formerSpawn(child);
    const release = Number(child.request?.env.MONBAN_RELEASE);
    const place = { siteName: name[1]!, generation: Number(name[2]), release };
    pools.all.push(
      startMaster({ system, child, ...place, behaviour: { ...wellBehaved, ...pools.behave(place) } }),
    );
  };
  system.probe = (probe) =>
    "socketPath" in probe.target ? ask(probe, probe.target.socketPath) : formerProbe(probe);
  return pools;

  async function ask(probe: Probe, socketPath: string): Promise<ProbeResult> {
    const nothing = { status: null, headers: {}, body: "", durationMs: 1 };
    const address = await files.realPath(socketPath);
    const socket = [...keeper.sockets.values()].find((one) => one.address === address);
    if (!socket) return { ...nothing, detail: "connect ECONNREFUSED" };
    const until = clock.monotonic() + probe.timeoutMs;
    while (clock.monotonic() < until) {
      const pool = pools.all.find((one) => one.master.isAlive && one.master.name === socket.name);
      const status = pool?.ready ? pool.behaviour.status : null;
      if (status !== null) {
        return { status, headers: {}, body: `release ${pool?.release}`, durationMs: 1, detail: `${status}` };
      }
      await clock.sleep(ACCEPT_LOOK_MS);
    }
    return { ...nothing, durationMs: probe.timeoutMs, detail: `no answer within ${probe.timeoutMs} ms` };
  }
}

function startMaster(args: {
  system: FakeSystem;
  child: FakeProcess;
  siteName: string;
  generation: number;
  release: number;
  behaviour: PoolBehaviour;
}): FakePool {
  const { system, child: master, siteName, generation, release, behaviour } = args;
  const { clock, files, keeper } = system;
  let workers: FakeProcess[] = [];
  let current: string | null = null;
  let exits = 0;
  let failed = 0;
  const configPath = master.request?.argv.at(-1) ?? "";
  const pool: FakePool = {
    siteName,
    generation,
    release,
    master,
    workers: () => workers,
    ready: false,
    behaviour,
    async serve(request) {
      current = request;
      await tell();
    },
  };
  const end = master.exit.bind(master);
  master.exit = (code, signal = null) => {
    if (!master.isAlive) return;
    const endWorkers = () => {
      for (const worker of workers) worker.exit(0);
    };
    if (code === null) clock.after(ORPHAN_MS, endWorkers);
    else endWorkers();
    end(code, signal);
  };
  master.onSignal = (signal) => {
    if (signal === "SIGTERM" && !behaviour.ignoresTerm) clock.after(behaviour.stopMs, () => master.exit(0));
    if (signal === "SIGTTIN") clock.after(behaviour.bootMs, () => void (master.isAlive && addWorker()));
    if (signal === "SIGTTOU") clock.after(behaviour.stopMs, () => void removeWorker("TERM"));
  };
  void boot();
  return pool;

  async function config(pattern: RegExp): Promise<string> {
    return pattern.exec((await files.readText(configPath)) ?? "")?.[1] ?? "";
  }

  async function boot(): Promise<void> {
    const wanted = Number(await config(/^workers = (\d+)$/m));
    for (const line of behaviour.log) await log(line);
    for (let count = 0; count < wanted && behaviour.boot !== "dies"; count += 1) workers.push(hire());
    await tell();
    await clock.sleep(behaviour.bootMs);
    if (!master.isAlive) return;
    if (behaviour.boot === "dies") master.exit(behaviour.exitCode);
    if (behaviour.boot !== "ready") return;
    pool.ready = true;
    await tell();
    clock.after(ERRORS_AFTER_MS, () => {
      failed = behaviour.errors5xx;
      void tell();
    });
    if (behaviour.diesAfterMs !== null)
      clock.after(behaviour.diesAfterMs, () => master.exit(null, "SIGKILL"));
    if (behaviour.workerDiesAfterMs !== null)
      clock.after(behaviour.workerDiesAfterMs, () => void replaceWorker());
  }

  function hire(): FakeProcess {
    const worker = keeper.addMember(master, `${master.name} worker`);
    worker.onSignal = (signal) => {
      if (signal === "SIGTERM") void replaceWorker(worker);
    };
    return worker;
  }

  async function addWorker(): Promise<void> {
    workers = [...workers, hire()];
    await tell();
  }

  async function removeWorker(how: string): Promise<void> {
    const worker = workers.at(-1);
    if (!worker || !master.isAlive || workers.length === 1) return;
    await leave(worker, how === "TERM" ? { code: 0, signal: null } : { code: null, signal: how });
  }

  async function replaceWorker(worker = workers[0]): Promise<void> {
    if (!worker || !master.isAlive) return;
    await leave(worker, { code: null, signal: "SIGKILL" });
    await addWorker();
  }

  async function leave(
    worker: FakeProcess,
    how: { code: number | null; signal: string | null },
  ): Promise<void> {
    worker.exit(how.code, how.signal);
    workers = workers.filter((one) => one !== worker);
    exits += 1;
    const { pid, startTime } = worker;
    const at = clock.now();
    const record = {
      n: exits,
      pid,
      startTime,
      startedAt: at,
      at,
      ...how,
      ready: true,
      serving: [],
      requests: 1,
    };
    const facts = await factsPath();
    await quietly(() => files.append(`${facts}.exits`, `${JSON.stringify(record)}\n`));
    await tell();
  }

  function factsPath(): Promise<string> {
    return config(/facts=['"](.+)['"]/);
  }

  async function tell(): Promise<void> {
    const path = await factsPath();
    if (path === "" || !master.isAlive || (await files.stat(path)) === null) return;
    const rows = workers.map(
      ({ pid, startTime }, index): WorkerRow => ({
        pid,
        startTime,
        startedAt: clock.now(),
        ready: pool.ready,
        requests: failed,
        errors5xx: index === 0 ? failed : 0,
        ...(current === null || index > 0 ? {} : { current: { request: current, since: clock.now() } }),
      }),
    );
    const bytes = encodeWorkerFacts({ generation, masterPid: master.pid, workers: rows });
    await quietly(() => files.writeAtomic(path, bytes));
  }

  async function log(line: string): Promise<void> {
    const stdout = master.request?.stdout ?? "";
    const path = typeof stdout === "string" ? stdout : stdout.path;
    await quietly(() => files.append(path, `${line}\n`));
  }

  /** Writes of the application's are not the supervisor's: faults of a test do not meet them. */
  function quietly(write: () => Promise<void>): Promise<void> {
    const { onChange } = files;
    files.onChange = () => {};
    const written = write();
    files.onChange = onChange;
    return written;
  }
}
