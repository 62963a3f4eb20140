/** The sockets nginx listens on. The keeper holds them, so that visitors can wait while nginx is replaced. */
import { instancePaths } from "../../core/layout.ts";
import { LISTEN_BACKLOG } from "../../render/nginx/main-config.ts";
import type { Instance } from "../../schema/instance.ts";
import { KeeperError, type ListenRequest } from "../../system/keeper-client.ts";
import type { System } from "../../system/system.ts";
import { whoListens } from "./who-listens.ts";

export type ProxySockets =
  | {
      ok: true;
      /** Names at the keeper, in the order nginx inherits them. */
      names: string[];
      /** `address:port` as the configuration has to say it. */
      listen: string[];
      /** True when a socket is another one than the living nginx has: it has to be replaced. */
      replaced: boolean;
      /** What does not work although sites are reachable. */
      warning: string | null;
    }
  | { ok: false; code: string; detail: string };

/** Lets the keeper listen; running it twice does no harm. A port that is taken is a result, not an error. */
export async function holdProxySockets(system: System, instance: Instance): Promise<ProxySockets> {
  const { httpAddress, httpPort } = instance;
  const names: string[] = [];
  const listen: string[] = [];
  let replaced = false;
  let warning: string | null = null;
  for (const { name, host, optional } of wantedHosts(httpAddress)) {
    const request = { name, kind: "tcp", host, port: httpPort, backlog: LISTEN_BACKLOG } as const;
    try {
      replaced = (await hold(system, request)) || replaced;
      names.push(name);
      listen.push(addressText(host, httpPort));
    } catch (cause) {
      const { code, detail } = await explain(system, cause, host, httpPort);
      if (!optional) return { ok: false, code, detail };
      // A machine without IPv6 is fine; a port that somebody else has there is worth a word.
      if (code === "EADDRINUSE") warning = detail;
    }
  }
  try {
    const path = instancePaths(instance).nginxStatusSocket;
    const request = { name: "nginx-status", kind: "unix", path, backlog: 64, mode: 0o600 } as const;
    replaced = (await hold(system, request)) || replaced;
    names.push("nginx-status");
  } catch (cause) {
    const { code, message } = asKeeperError(cause);
    return { ok: false, code, detail: `nginx has no status socket: ${message}. nginx cannot be started.` };
  }
  return { ok: true, names, listen, replaced, warning };
}

/** `0.0.0.0` means every address, those of IPv6 as well. */
function wantedHosts(address: string): { name: string; host: string; optional: boolean }[] {
  const host = address === "localhost" ? "127.0.0.1" : address.replace(/^\[|\]$/g, "");
  const main = { name: "nginx-http", host, optional: false };
  return host === "0.0.0.0" ? [main, { name: "nginx-http6", host: "::", optional: true }] : [main];
}

/** True when what is held now is another socket than nginx was started with. */
async function hold(system: System, request: ListenRequest): Promise<boolean> {
  try {
    return (await system.keeper.listen(request)).rebound;
  } catch (cause) {
    if (asKeeperError(cause).code !== "Conflict") throw cause;
  }
  // The name stands for another address: the settings of the installation have changed.
  await system.keeper.unlisten(request.name);
  await system.keeper.listen(request);
  return true;
}

async function explain(system: System, cause: unknown, host: string, port: number) {
  const { code, message } = asKeeperError(cause);
  const address = addressText(host, port);
  const consequence = "Sites are not reachable there until that is mended; Monban tries again by itself.";
  if (code === "EADDRINUSE") {
    const who = await whoListens(system, port);
    const by = who === null ? "by another program" : `by ${who}`;
    return { code, detail: `Could not listen on ${address}: the address is in use ${by}. ${consequence}` };
  }
  if (code === "EACCES" || code === "EPERM") {
    const detail = `Could not listen on ${address}: ports below 1024 need privileges (${message}). ${consequence}`;
    return { code, detail };
  }
  return { code, detail: `Could not listen on ${address}: ${message}. ${consequence}` };
}

/** Refusals are results; a keeper that is away is not: the caller looks again. */
function asKeeperError(cause: unknown): KeeperError {
  if (!(cause instanceof KeeperError) || cause.code === "Closed" || cause.code === "Timeout") throw cause;
  return cause;
}

function addressText(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
