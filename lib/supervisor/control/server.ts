/** The supervisor's end of the contract: an HTTP server on a unix socket that only the panel's user can open. */
import { createServer } from "node:http";
import { eventRoutes } from "./event-routes.ts";
import { answer, type Route } from "./http.ts";
import { operationRoutes } from "./operation-routes.ts";
import type { ControlParts } from "./parts.ts";
import { siteRoutes } from "./site-routes.ts";
import { sourceRoutes } from "./source-routes.ts";
import { stateRoutes } from "./state-routes.ts";

export type ControlServer = { close(): Promise<void> };

/** Everything the panel can ask for. */
export function controlRoutes(parts: ControlParts): Route[] {
  return [
    ...stateRoutes(parts),
    ...operationRoutes(parts),
    ...eventRoutes(parts),
    ...siteRoutes(parts),
    ...sourceRoutes(parts),
  ];
}

/** Listens on instancePaths.supervisorSocket, replacing what a dead predecessor left there. */
export async function startControlServer(parts: ControlParts): Promise<ControlServer> {
  const { context } = parts;
  const { files } = context.system;
  const path = context.paths.supervisorSocket;
  const routes = controlRoutes(parts);
  const server = createServer((request, response) => void answer(routes, request, response, context.log));
  server.keepAliveTimeout = 30_000;
  await files.remove(path);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  const panel = context.instance.users?.panel;
  if (panel) await files.own(path, 0, panel.gid);
  await files.setMode(path, panel ? 0o660 : 0o600);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
