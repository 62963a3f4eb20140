/**
 * The panel's HTTP entry: one server for the API and the pages. It listens before anything else is there and says what
 * is missing, so that a broken database is a sentence and not a crash loop.
 */
import http, { type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { ADDRESS_HEADER } from "../api/access.ts";
import type { Panel } from "../panel/types.ts";
import { type HostRules, isOwnHost, plainAddress } from "./hosts.ts";
import type { Pages } from "./pages.ts";
import { passToApi } from "./pass-to-api.ts";
import { answerPlainly, badTarget, foreignHost, type Notice, pagesFailed, starting } from "./plain-page.ts";
import { securityHeaders } from "./security-headers.ts";

/** How long answers may take to end when the panel stops. */
const CLOSE_DEADLINE_MS = 5_000;
/** From the first byte of a request to its last. */
const REQUEST_DEADLINE_MS = 60_000;
const HEADERS_DEADLINE_MS = 15_000;
/** Longer than proxies keep theirs, so that they never use a connection that is just being closed. */
const KEEP_ALIVE_MS = 75_000;
const MAX_CONNECTIONS = 2_048;

/** Only Monban's own server may say these; what a client says under these names is dropped. */
const OWN_HEADERS =
  /^(x-monban-|x-forwarded-|x-middleware-|content-security-policy|x-invoke-|x-matched-path$|forwarded$)/;
const API_PATHS = /^\/(api(\/|$)|healthz$|readyz$|metrics$)/;

export type Address = { host: string; port: number } | { fd: number };

export type PanelServer = {
  port: number;
  /** What the server answers with from now on. */
  usePanel(panel: Panel): void;
  usePages(pages: Pages | "failed"): void;
  /** Says this to everybody while there is no panel. */
  useNotice(notice: Notice): void;
  /** Stops taking connections and resolves when the last answer has ended, at the latest after five seconds. */
  close(): Promise<void>;
};

/** Listens at once; rejects when the address cannot be had. */
export async function serve(options: {
  address: Address;
  rules: HostRules;
  dev: boolean;
  log(sentence: string): void;
}): Promise<PanelServer> {
  const { rules, dev, log } = options;
  let panel: Panel | null = null;
  let pages: Pages | "failed" | null = null;
  let notice: Notice = starting;
  let isClosing = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { nonce: _, headers } = securityHeaders({ dev });
    const refuse = (why: Notice) => answerPlainly(request, response, why, headers);
    if (!isOwnHost(request.headers.host, rules, request.socket.localAddress)) return refuse(foreignHost);
    if (!request.url?.startsWith("/") || request.url.startsWith("//")) return refuse(badTarget);
    for (const name of Object.keys(request.headers)) if (OWN_HEADERS.test(name)) delete request.headers[name];
    request.headers[ADDRESS_HEADER] = plainAddress(request.socket.remoteAddress);
    if (!panel) return refuse(notice);
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const [pathname = ""] = request.url.split("?");
    if (API_PATHS.test(pathname)) return passToApi(panel.fetch, request, response);
    if (pages === null) return refuse(starting);
    if (pages === "failed") return refuse(pagesFailed);
    // Next reads the nonce of its scripts from here.
    request.headers["content-security-policy"] = headers["content-security-policy"];
    return pages.handle(request, response);
  }

  const server = http.createServer(
    {
      requestTimeout: REQUEST_DEADLINE_MS,
      headersTimeout: HEADERS_DEADLINE_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
    },
    (request, response) => {
      // Its connection would be kept for a next request that is not to come.
      response.on("close", () => isClosing && setImmediate(() => server.closeIdleConnections()));
      handle(request, response).catch((error) => {
        if (response.destroyed) return;
        log(`a request failed: ${error instanceof Error ? error.stack : String(error)}`);
        if (response.headersSent) response.destroy();
        else answerPlainly(request, response, FAILED, {});
      });
    },
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const isOwn = isOwnHost(request.headers.host, rules, request.socket.localAddress);
    if (isOwn && pages && pages !== "failed" && pages.upgrade) pages.upgrade(request, socket, head);
    else socket.destroy();
  });
  await listen(server, options.address);
  const bound = server.address();

  return {
    port: typeof bound === "object" && bound ? bound.port : 0,
    usePanel(ready) {
      panel = ready;
    },
    usePages(ready) {
      pages = ready;
    },
    useNotice(next) {
      notice = next;
    },
    async close() {
      isClosing = true;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), CLOSE_DEADLINE_MS);
      await closed;
      clearTimeout(timer);
    },
  };
}

const FAILED: Notice = {
  status: 500,
  code: "failed",
  title: "Internal error",
  detail: "Something failed that should not. The panel's log says what.",
};

function listen(server: http.Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(address, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
