/** A whole panel for one test: a real database file, the fake supervisor on a real socket, the real API. */
import fs from "node:fs/promises";
import path from "node:path";
import { createApi } from "../api/create-api.ts";
import { openDatabase } from "../db/client.ts";
import { migrate } from "../db/migrate.ts";
import { createPanel, type PanelOptions } from "../panel/create-panel.ts";
import type { DesiredState } from "../schema/desired.ts";
import type { JournalEvent } from "../schema/event.ts";
import type { Operation } from "../schema/operation.ts";
import type { Problem } from "../schema/problem.ts";
import type { SiteView } from "../schema/site-view.ts";
import { type FakeSupervisor, startFakeSupervisor } from "./fake-supervisor.ts";
import { createTempFolder } from "./temp-folder.ts";
import { waitFor } from "./wait-for.ts";

export const SETUP_TOKEN = "test-setup-token";
export const ORIGIN = "http://panel.localhost";
const MIGRATIONS = path.join(import.meta.dirname, "../../prisma/migrations");
const HELLO = `from flask import Flask

app = Flask(__name__)


@app.get("/health")
def health():
    return "ok"
`;

// biome-ignore lint/suspicious/noExplicitAny: tests look into answers of many shapes.
export type Answer = { status: number; headers: Headers; body: any };
export type Send = {
  body?: unknown;
  /** Sent as it is, instead of `body` as JSON. */
  raw?: string | Uint8Array;
  headers?: Record<string, string>;
};

export type TestPanel = Awaited<ReturnType<typeof createTestPanel>>;

export async function createTestPanel(options: Partial<PanelOptions> & { isAway?: boolean } = {}) {
  const folder = await createTempFolder();
  const socketPath = path.join(folder.path, "s.sock");
  const databaseFile = path.join(folder.path, "monban.db");
  migrate({ file: databaseFile, folder: MIGRATIONS });
  const clock = { offsetMs: 0 };
  const logged: string[] = [];
  const sources: string[] = [];
  let supervisor: FakeSupervisor | null = options.isAway ? null : await startFakeSupervisor({ socketPath });

  const panel = await createPanel({
    database: await openDatabase(databaseFile),
    socketPath,
    version: "1.2.3",
    ports: { panel: 4600, http: 8080, https: null },
    setupTokenFile: path.join(folder.path, "setup-token"),
    setupToken: SETUP_TOKEN,
    cores: 2,
    now: () => Date.now() + clock.offsetMs,
    log: (sentence) => logged.push(sentence),
    ...options,
  });
  panel.start();
  const api = createApi(panel);
  let cookie = "";

  async function send(
    method: string,
    target: string,
    { body, raw, headers = {} }: Send = {},
  ): Promise<Response> {
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    return api.fetch(
      new Request(`${ORIGIN}${target}`, {
        method,
        headers: { ...(content === undefined ? {} : { "content-type": "application/json" }), ...headers },
        ...(content === undefined ? {} : { body: content as BodyInit }),
      }),
    );
  }

  async function call(method: string, target: string, options: Send = {}): Promise<Answer> {
    return read(await send(method, target, options));
  }

  /** As the signed-in admin in the browser. */
  async function asAdmin(method: string, target: string, options: Send = {}): Promise<Answer> {
    if (cookie === "") cookie = await signUp();
    return call(method, target, { ...options, headers: { cookie, origin: ORIGIN, ...options.headers } });
  }

  async function signUp(): Promise<string> {
    const admin = { username: "admin", password: "correct horse" };
    const headers = { "x-monban-address": "192.0.2.1" };
    await call("POST", "/api/v1/setup", { body: { setupToken: SETUP_TOKEN, ...admin }, headers });
    return signIn(admin);
  }

  async function signIn(body: { username: string; password: string }): Promise<string> {
    const answer = await call("POST", "/api/v1/sessions", { body, headers: { origin: ORIGIN } });
    if (answer.status !== 201) throw new Error(`sign-in answered ${answer.status}: ${answer.body.detail}`);
    return (answer.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  }

  return {
    folder: folder.path,
    databaseFile,
    socketPath,
    panel,
    api,
    logged,
    send,
    call,
    asAdmin,
    signIn,
    cookie: async () => {
      if (cookie === "") cookie = await signUp();
      return cookie;
    },
    get supervisor(): FakeSupervisor {
      if (!supervisor) throw new Error("the supervisor is away");
      return supervisor;
    },

    /** Lets the panel's clock jump ahead. */
    pass(ms: number) {
      clock.offsetMs += ms;
    },

    async token(scopes: string[]): Promise<Record<string, string>> {
      const { body } = await asAdmin("POST", "/api/v1/tokens", { body: { name: scopes.join("+"), scopes } });
      return { authorization: `Bearer ${body.secret}` };
    },

    /** A folder with a Flask application that the fake inspection understands. */
    async source(name = `app${sources.length}`): Promise<string> {
      const source = path.join(folder.path, name);
      await fs.mkdir(path.join(source, "static"), { recursive: true });
      await fs.writeFile(path.join(source, "run.py"), HELLO);
      await fs.writeFile(path.join(source, "requirements.txt"), "flask\n");
      sources.push(source);
      return source;
    },

    async createSite(name: string, more: object = {}): Promise<SiteView> {
      const source = { path: await this.source(name) };
      const answer = await asAdmin("POST", "/api/v1/sites", {
        body: { name, domains: [`${name}.localhost`], source, ...more },
      });
      if (answer.status !== 202)
        throw new Error(`create answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      await this.ended(answer.body.operation);
      return (await asAdmin("GET", `/api/v1/sites/${answer.body.site.id}`)).body;
    },

    /** Waits until the operation has ended. */
    async ended(operation: Operation | null): Promise<Operation> {
      const { body } = await asAdmin("GET", `/api/v1/operations/${operation?.id}?waitMs=10000`);
      return body;
    },

    async supervisorLeaves(): Promise<void> {
      await supervisor?.close();
      supervisor = null;
      await waitFor("the panel to notice", async () => !(await panel.isReady()));
    },

    /** With nothing on disk unless said. */
    async supervisorReturns(disk: { desired?: DesiredState; journal?: JournalEvent[] } = {}): Promise<void> {
      supervisor = await startFakeSupervisor({ socketPath, ...disk });
    },

    async close(): Promise<void> {
      await panel.close();
      await supervisor?.close();
      await folder.remove();
    },
  };
}

export async function read(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = (response.headers.get("content-type") ?? "").includes("json");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** The first field error, as `path: message`. */
export function firstError(body: Problem): string {
  const error = body.errors?.[0];
  return error ? `${error.path}: ${error.message}` : `no field errors: ${body.detail}`;
}
