/** Next.js in this process: from its standalone tree, from a built checkout, or compiling as it goes while developing. */
import fs from "node:fs";
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import type { Duplex } from "node:stream";

export type Pages = {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Hot reloads while developing; absent otherwise. */
  upgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
};

type NextApp = {
  prepare(): Promise<void>;
  getRequestHandler(): Pages["handle"];
  close(): Promise<void>;
};

/** `root` is the built program; `web` the standalone tree, which need not exist. */
export async function loadPages(options: {
  root: string;
  web: string;
  dev: boolean;
  host: string;
  port: number;
}): Promise<Pages> {
  const { dev, host, port } = options;
  // While developing, pages are compiled from their sources, also when a built dashboard lies there from `npm start`.
  const folder = !dev && fs.existsSync(options.web) ? options.web : checkout(options.root);
  const environment = process.env as Record<string, string | undefined>;
  environment.NODE_ENV = dev ? "development" : "production";
  environment.NEXT_TELEMETRY_DISABLED = "1";
  let config: unknown;
  if (!dev) {
    const built = path.join(folder, ".next/required-server-files.json");
    config = JSON.parse(fs.readFileSync(built, "utf8")).config;
    environment.__NEXT_PRIVATE_STANDALONE_CONFIG = JSON.stringify(config);
  }
  const load = createRequire(path.join(folder, "server.js"));
  const next = load("next") as (options: object) => NextApp;
  // Next puts its own listener for upgrades on the server it is given, and ends sockets it does not know. This one never listens.
  const decoy = http.createServer();
  const app = next({
    dev,
    dir: folder,
    ...(config ? { conf: config } : {}),
    hostname: host,
    port,
    customServer: true,
    httpServer: decoy,
  });
  await app.prepare();
  return {
    handle: app.getRequestHandler(),
    ...(dev
      ? {
          upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
            decoy.emit("upgrade", request, socket, head);
          },
        }
      : {}),
    close: () => app.close(),
  };
}

/** The folder above the built program that Next's settings lie in. */
function checkout(root: string): string {
  for (let folder = root; ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, "next.config.js"))) return folder;
    if (folder === path.dirname(folder))
      throw new Error(`the dashboard is neither in ${root}/web nor above it`);
  }
}
