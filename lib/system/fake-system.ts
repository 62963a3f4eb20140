/**
 * A machine made of data. Time passes when a test says so, programs and probes do what it scripted, and chance is
 * seeded: the same seed gives the same run.
 */
import { createFakeClock, type FakeClock } from "./fake-clock.ts";
import { createFakeFiles, type FakeFiles } from "./fake-files.ts";
import { createFakeKeeper, type FakeKeeper, type FakeProcess } from "./fake-keeper.ts";
import type { Account, Probe, ProbeResult, Program, ProgramResult, System } from "./system.ts";

export type FakeSystem = System & {
  clock: FakeClock;
  files: FakeFiles;
  keeper: FakeKeeper;
  /** Answers programs; null passes on to the default, which is that there is no such program. */
  onRun: (program: Program) => Partial<ProgramResult> | null | Promise<Partial<ProgramResult> | null>;
  /**
   * Answers probes; null passes on to the default: 200 when a living process was given the socket, else no answer.
   * `server` is that process.
   */
  onProbe: (probe: Probe, server: FakeProcess | null) => Partial<ProbeResult> | null;
};

export function createFakeSystem(options: {
  seed: number;
  privileged?: boolean;
  cores?: number;
}): FakeSystem {
  const clock = createFakeClock();
  const files = createFakeFiles({ now: clock.now });
  const keeper = createFakeKeeper({ clock, files });
  const privileged = options.privileged ?? false;
  const self: Account = privileged
    ? { uid: 0, gid: 0, name: "root" }
    : { uid: 1000, gid: 1000, name: "owner" };
  const users = new Map<string, Account>([[self.name, self]]);
  const memoryBytes = 8 * 1024 ** 3;

  /** Who accepts at the address a probe is sent to. */
  async function serverOf({ target }: Probe): Promise<FakeProcess | null> {
    const address = "socketPath" in target ? await files.realPath(target.socketPath) : target.host;
    const port = "socketPath" in target ? null : target.port;
    const socket = [...keeper.sockets.values()].find((one) => one.address === address && one.port === port);
    return (
      keeper.all.find(({ isAlive, request }) => isAlive && request?.sockets.includes(socket?.name ?? "")) ??
      null
    );
  }

  const system: FakeSystem = {
    clock,
    files,
    keeper,
    random: createRandom(options.seed),
    onRun: () => null,
    onProbe: () => null,
    machine: {
      cores: options.cores ?? 2,
      memoryBytes,
      memoryUsedBytes: async () => memoryBytes / 4,
      cpu: async () => ({ busyMs: clock.monotonic() / 10, totalMs: clock.monotonic() }),
      processStat: async (pid) => keeper.processStat(pid),
      processes: async () =>
        keeper.all.map(({ pid }) => keeper.processStat(pid)).filter((stat) => stat !== null),
    },
    accounts: {
      privileged,
      self,
      byUid: async (uid) => [...users.values()].find((account) => account.uid === uid) ?? null,
      async ensureSystemUser(name) {
        if (!privileged) throw new Error(`only root may create the user ${name}`);
        const account = users.get(name) ?? { uid: 900 + users.size, gid: 900 + users.size, name };
        users.set(name, account);
        return account;
      },
      removeSystemUser: async (name) => void users.delete(name),
    },
    async run(program) {
      const result = { exitCode: 0, signal: null, stdout: "", stderr: "", timedOut: false, aborted: false };
      if (program.signal?.aborted) return { ...result, exitCode: null, aborted: true };
      const scripted = await system.onRun(program);
      if (!scripted) throw Object.assign(new Error(`spawn ${program.file} ENOENT`), { code: "ENOENT" });
      if (scripted.stdout) program.onOutput?.(scripted.stdout);
      if (scripted.stderr) program.onOutput?.(scripted.stderr);
      return { ...result, ...scripted };
    },
    async probe(probe) {
      const server = await serverOf(probe);
      const scripted = system.onProbe(probe, server);
      const standard: ProbeResult = server
        ? { status: 200, headers: {}, body: "", durationMs: 1, detail: "200 OK" }
        : { status: null, headers: {}, body: "", durationMs: 1, detail: "connect ECONNREFUSED" };
      return { ...standard, ...scripted };
    },
  };
  return system;
}

/** mulberry32: small, quick and the same everywhere. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
