/**
 * nginx made of data: what is live in it, and a Proxy (lib/supervisor/nginx/proxy.ts) that publishes to it. The live
 * configuration belongs to the process, so it outlives the supervisor that published it.
 */
import type { Instance } from "../schema/instance.ts";
import type { Proxy as NginxProxy, ProxySite, PublishResult } from "../supervisor/nginx/proxy.ts";
import type { FakeSystem } from "../system/fake-system.ts";
import type { System } from "../system/system.ts";

const SOCKET = "nginx-http";
/** What testing, reloading and verifying take together. */
const PUBLISH_MS = 30;

export type FakeNginx = {
  /** The sites a living nginx serves, or null when none is alive. */
  live(): readonly ProxySite[] | null;
  /** Why it refuses every configuration from now on, or null. */
  refuses: string | null;
  /** Why the sites with these names are left out. */
  quarantine: Map<string, string>;
  /** How often something new was brought live. */
  revision: number;
  proxy(system: System): NginxProxy;
};

/** Answers probes of the instance's HTTP port through whatever is live. */
export function createFakeNginx(system: FakeSystem, instance: Instance): FakeNginx {
  const byPid = new Map<number, { text: string; sites: readonly ProxySite[] }>();
  const formerProbe = system.probe;
  const nginx: FakeNginx = {
    live: () => byPid.get(system.keeper.alive("nginx")?.pid ?? 0)?.sites ?? null,
    refuses: null,
    quarantine: new Map(),
    revision: 0,
    proxy: (seen) => createProxy(seen),
  };
  system.probe = async (probe) => {
    if ("socketPath" in probe.target) return formerProbe(probe);
    const answer = (status: number | null, detail: string) => ({
      status,
      headers: {},
      body: "",
      durationMs: 1,
      detail,
    });
    const sites = nginx.live();
    if (sites === null) return answer(null, "connect ECONNREFUSED");
    const site = sites.find(({ spec }) => spec.domains.includes(probe.hostHeader));
    if (!site || nginx.quarantine.has(site.name) || site.state !== "live")
      return answer(site ? 503 : 404, "placeholder");
    const behind = await system.probe({ ...probe, target: { socketPath: site.currentSocket } });
    return behind.status === null ? answer(502, behind.detail) : behind;
  };
  return nginx;

  function createProxy(seen: System): NginxProxy {
    let queue: Promise<unknown> = Promise.resolve();
    const inTurn = <Result>(act: () => Promise<Result>): Promise<Result> => {
      const turn = queue.then(act);
      queue = turn.catch(() => undefined);
      return turn;
    };
    const master = async () =>
      (await seen.keeper.status()).children.find(({ name, state }) => name === "nginx" && state === "alive");

    async function holdSocket() {
      const { httpAddress: host, httpPort: port } = instance;
      return seen.keeper.listen({ name: SOCKET, kind: "tcp", host, port, backlog: 512 });
    }

    async function bringLive(pid: number, sites: readonly ProxySite[]): Promise<PublishResult> {
      const text = JSON.stringify([sites, [...nginx.quarantine]]);
      const changed = byPid.get(pid)?.text !== text;
      const names = sites.filter(({ name }) => nginx.quarantine.has(name));
      const quarantined = names.map(({ siteId, name }) => ({
        siteId,
        name,
        reason: nginx.quarantine.get(name) ?? "",
      }));
      if (changed) nginx.revision += 1;
      byPid.set(pid, { text, sites: structuredClone(sites) });
      await seen.clock.sleep(PUBLISH_MS);
      return { ok: true, revision: nginx.revision, changed, quarantined, detail: "It is live." };
    }

    async function publish(sites: readonly ProxySite[]): Promise<PublishResult> {
      const { revision } = nginx;
      const failed = { ok: false, revision, changed: false, quarantined: [] };
      await holdSocket();
      await seen.clock.sleep(PUBLISH_MS);
      if (nginx.refuses !== null) return { ...failed, detail: nginx.refuses };
      const alive = await master();
      if (!alive) return { ...failed, detail: "nginx is not up." };
      return bringLive(alive.pid, sites);
    }

    return {
      async ensureSockets() {
        await holdSocket();
        return { ok: true };
      },
      publish: (sites) => inTurn(() => publish(sites)),
      start: (sites) =>
        inTurn(async () => {
          const { rebound } = await holdSocket();
          const alive = await master();
          if (alive && !rebound) {
            const { revision } = await publish(sites);
            return { ok: true, pid: alive.pid, adopted: true, revision };
          }
          if (nginx.refuses !== null) return { ok: false, detail: nginx.refuses };
          if (alive) await seen.keeper.signal({ ...alive, signal: "SIGKILL", group: true });
          const spawned = await seen.keeper.spawn({
            name: "nginx",
            argv: [instance.nginxBinary],
            cwd: "/",
            env: {},
            stdout: "/dev/null",
            stderr: "/dev/null",
            sockets: [SOCKET],
            inherit: "nginx",
          });
          const { revision } = await bringLive(spawned.pid, sites);
          return { ok: true, pid: spawned.pid, adopted: false, revision };
        }),
      stop: () =>
        inTurn(async () => {
          const alive = await master();
          if (alive) await seen.keeper.signal({ ...alive, signal: "SIGTERM", group: false });
          return { forced: false };
        }),
      reopenLogs: async () => undefined,
      async observe() {
        const alive = await master();
        const base = { version: "1.28.0", binary: instance.nginxBinary, workerPids: [] };
        return alive
          ? { ...base, pid: alive.pid, state: "ready", revision: nginx.revision }
          : { ...base, pid: null, state: "stopped", revision: null };
      },
    };
  }
}
