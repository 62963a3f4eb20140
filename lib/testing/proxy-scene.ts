/**
 * A real nginx under a real keeper in a folder of its own, for tests. Visitors ask over TCP; what stands behind a site
 * is a small server in the test itself, which shows what nginx really passed on.
 */
import { chmod, mkdir, rename, symlink } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { afterEach } from "vitest";
import { sitePaths } from "../core/layout.ts";
import type { ProxySite } from "../render/nginx/site-config.ts";
import type { NewJournalEvent } from "../schema/event.ts";
import type { Instance } from "../schema/instance.ts";
import { createProxy, type Proxy as NginxProxy } from "../supervisor/nginx/proxy.ts";
import type { KeeperClient } from "../system/keeper-client.ts";
import { createRealSystem } from "../system/real-system.ts";
import type { System } from "../system/system.ts";
import { aProxySite, type ProxySiteOverrides } from "./a-proxy-site.ts";
import { keeperScenes } from "./keeper-scene.ts";

export const CHECK_TOKEN = "00112233445566778899aabbccddeeff";

export type Answer = { status: number; headers: IncomingMessage["headers"]; body: string };

export type ProxyScene = {
  folder: string;
  port: number;
  instance: Instance;
  system: System;
  keeper: KeeperClient;
  proxy: NginxProxy;
  events: NewJournalEvent[];
  /** Another proxy over the same keeper, as a restarted supervisor has it. */
  anotherProxy(system?: System): NginxProxy;
  aSite(overrides?: Omit<ProxySiteOverrides, "instance">): ProxySite;
  /** Lets a server answer for the site; what it is asked is kept in `seen`. */
  serve(site: ProxySite, handler?: (asked: IncomingMessage, answer: ServerResponse) => void): Promise<Behind>;
  ask(host: string, path: string, options?: AskOptions): Promise<Answer>;
};

export type Behind = { seen: IncomingMessage[]; close(): Promise<void> };
export type AskOptions = { method?: string; headers?: Record<string, string>; body?: string };

/** Call it once in a test file; what `open` made is gone after each test. */
export function proxyScenes() {
  const scenes = keeperScenes();
  const servers: Server[] = [];
  const proxies: NginxProxy[] = [];

  // Registered after the keeper's own, and so run before it.
  afterEach(async () => {
    for (const proxy of proxies.splice(0)) await proxy.stop(500);
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  return {
    async open(overrides: Partial<Instance> = {}): Promise<ProxyScene> {
      const { folder, client: keeper } = await scenes.open();
      // nginx may run as another user and has to get to its files.
      for (const path of [folder, `${folder}/run`]) await chmod(path, 0o755);
      await mkdir(`${folder}/data`, { mode: 0o755 });
      const port = overrides.httpPort ?? (await freePort());
      const instance = anInstance(folder, { httpPort: port, ...overrides });
      const system = createRealSystem({ keeper });
      const events: NewJournalEvent[] = [];
      const anotherProxy = (other: System = system) => {
        const proxy = createProxy({
          system: other,
          instance,
          checkToken: CHECK_TOKEN,
          journal: (event) => events.push(event),
        });
        proxies.push(proxy);
        return proxy;
      };
      return {
        folder,
        port,
        instance,
        system,
        keeper,
        events,
        proxy: anotherProxy(),
        anotherProxy,
        aSite: (site = {}) => aProxySite({ instance, ...site }),
        serve: (site, handler) => serve(servers, instance, site, handler),
        ask: (host, path, options) => ask(port, host, path, options),
      };
    },
  };
}

function anInstance(folder: string, overrides: Partial<Instance>): Instance {
  const user = { uid: 65_534, gid: 65_534, name: "nobody" };
  return {
    version: "test",
    root: `${folder}/dist`,
    data: `${folder}/data`,
    run: `${folder}/run`,
    facts: `${folder}/facts`,
    httpAddress: "127.0.0.1",
    httpPort: 0,
    httpsPort: 0,
    panelHost: "127.0.0.1",
    panelPort: 0,
    nginxBinary: process.env.MONBAN_NGINX ?? "/usr/sbin/nginx",
    pythonBinary: "/usr/bin/python3",
    nodeBinary: process.execPath,
    users: process.getuid?.() === 0 ? { nginx: user, panel: user } : null,
    dev: false,
    ...overrides,
  };
}

/** Each call is a new server behind `current.sock`, put there by one rename, as a cut over does it. */
async function serve(
  servers: Server[],
  instance: Instance,
  site: ProxySite,
  handler: (asked: IncomingMessage, answer: ServerResponse) => void = (_, answer) =>
    answer.end("from the worker"),
): Promise<Behind> {
  const seen: IncomingMessage[] = [];
  const server = createServer((asked, answer) => {
    seen.push(asked);
    handler(asked, answer);
  });
  servers.push(server);
  const paths = sitePaths(instance, site.name);
  const socket = paths.socket(servers.length);
  await mkdir(paths.runtime, { recursive: true });
  await chmod(`${instance.run}/s`, 0o755);
  await chmod(paths.runtime, 0o755);
  await new Promise<void>((resolve) => server.listen({ path: socket, backlog: 2048 }, resolve));
  await chmod(socket, 0o666);
  await symlink(socket, `${paths.currentSocket}.new`);
  await rename(`${paths.currentSocket}.new`, paths.currentSocket);
  return {
    seen,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** One request on a connection of its own; rejects when there is no answer. */
export function ask(port: number, host: string, path: string, options: AskOptions = {}): Promise<Answer> {
  const { method = "GET", headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { host: "127.0.0.1", port, path, method, agent: false, setHost: false, headers: { host, ...headers } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

export type Load = { stop(): Promise<{ ok: number; failed: string[] }> };

/** Clients that ask again and again, each time on a new connection, until they are stopped. */
export function startLoad(clients: number, act: () => Promise<Answer>): Load {
  let running = true;
  let ok = 0;
  const failed: string[] = [];
  const client = async () => {
    while (running) {
      try {
        const { status } = await act();
        if (status === 200) ok += 1;
        else failed.push(`status ${status}`);
      } catch (error) {
        failed.push(String(error));
      }
    }
  };
  const all = Promise.all(Array.from({ length: clients }, client));
  return {
    async stop() {
      running = false;
      await all;
      return { ok, failed };
    },
  };
}

/** A port nobody has at the moment; the keeper takes it right after. */
export async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}
