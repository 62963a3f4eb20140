/** The whole of Monban, started as a person starts it, with a data folder and ports of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { Instance } from "../schema/instance.ts";
import type { Operation } from "../schema/operation.ts";
import { createTempFolder } from "./temp-folder.ts";
import { waitFor } from "./wait-for.ts";

const PROGRAM = fileURLToPath(new URL("../../dist/monban.mjs", import.meta.url));
const READY_DEADLINE_MS = 60_000;
const STOP_DEADLINE_MS = 90_000;

export type ApiAnswer<T> = { status: number; headers: Headers; body: T };

export type Stack = {
  data: string;
  folder: string;
  panelUrl: string;
  httpPort: number;
  panelPort: number;
  setupToken: string;
  /** Username and password of the admin that `setUp` made. */
  admin: { username: string; password: string };
  launcher: ChildProcess;
  /** Everything `monban up` has printed. */
  output(): string;
  /** With the admin's bearer token once `setUp` has run. */
  api<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<ApiAnswer<T>>;
  /** Creates the admin and a token with all rights. */
  setUp(): Promise<{ token: string }>;
  instance(): Promise<Instance>;
  /** Waits for the end of an operation and returns it, whatever its result. */
  finished(operationId: string, deadlineMs?: number): Promise<Operation>;
  /** Starts Monban again on the same data and ports, after it has ended. */
  start(env?: Record<string, string>): Promise<void>;
  /** The same without waiting for anything, for a panel that is not expected to come. */
  startInTrouble(): void;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with the exit status. */
  ended(): Promise<number | null>;
  stop(): Promise<void>;
};

export type StackOptions = { env?: Record<string, string>; sample?: boolean; folder?: string };

/** Starts Monban and waits until the panel answers. The caller stops it. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const temp = options.folder ? null : await createTempFolder();
  const folder = options.folder ?? temp?.path ?? "";
  const data = `${folder}/data`;
  const httpPort = await freePort();
  const panelPort = await freePort();
  const setupToken = "setup-token-of-this-test";
  const admin = { username: "admin", password: "correct horse battery staple" };
  const panelUrl = `http://127.0.0.1:${panelPort}`;
  let token = "";
  let launcher: ChildProcess;
  let printed = "";

  function spawnLauncher(extra: Record<string, string>): void {
    printed = "";
    launcher = spawn(process.execPath, [PROGRAM, "up"], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        MONBAN_DATA: data,
        MONBAN_PANEL_ADDRESS: `127.0.0.1:${panelPort}`,
        MONBAN_HTTP_PORT: String(httpPort),
        MONBAN_HTTP_ADDRESS: "127.0.0.1",
        MONBAN_SETUP_TOKEN: setupToken,
        MONBAN_SAMPLE: options.sample ? "1" : "0",
        ...options.env,
        ...extra,
      },
    });
    for (const stream of [launcher.stdout, launcher.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
  }

  async function launch(extra: Record<string, string> = {}): Promise<void> {
    spawnLauncher(extra);
    await waitFor(
      "Monban to be up",
      async () => {
        if (launcher.exitCode !== null)
          throw new Error(`monban up ended with ${launcher.exitCode}: ${printed}`);
        return printed.includes("is up.") && (await api("GET", "/readyz")).status === 200;
      },
      { deadlineMs: READY_DEADLINE_MS },
    ).catch(async (cause) => {
      await stop();
      throw new Error(`Monban did not come up: ${printed}`, { cause });
    });
  }

  async function api<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer<T>> {
    const response = await fetch(`${panelUrl}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(token === "" ? {} : { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      redirect: "manual",
      signal: AbortSignal.timeout(70_000),
    });
    const text = await response.text();
    const json = (response.headers.get("content-type") ?? "").includes("json");
    return {
      status: response.status,
      headers: response.headers,
      body: (json ? JSON.parse(text) : text) as T,
    };
  }

  async function stop(): Promise<void> {
    if (launcher.exitCode === null && launcher.signalCode === null) {
      launcher.kill("SIGTERM");
      await waitFor("Monban to stop", () => launcher.exitCode !== null || launcher.signalCode !== null, {
        deadlineMs: STOP_DEADLINE_MS,
      });
    }
    await temp?.remove();
  }

  const stack: Stack = {
    data,
    folder,
    panelUrl,
    httpPort,
    panelPort,
    setupToken,
    admin,
    get launcher() {
      return launcher;
    },
    output: () => printed,
    api,
    async setUp() {
      const made = await api("POST", "/api/v1/setup", { setupToken, ...admin });
      if (made.status !== 201)
        throw new Error(`set-up answered ${made.status}: ${JSON.stringify(made.body)}`);
      const signedIn = await api("POST", "/api/v1/sessions", admin, { origin: panelUrl });
      const cookie = signedIn.headers
        .getSetCookie()
        .map((line) => line.split(";")[0])
        .join("; ");
      const created = await api<{ secret: string }>(
        "POST",
        "/api/v1/tokens",
        { name: "tests", scopes: ["admin"] },
        { cookie, origin: panelUrl },
      );
      if (created.status !== 201)
        throw new Error(`no token: ${created.status} ${JSON.stringify(created.body)}`);
      token = created.body.secret;
      return { token };
    },
    instance: async () => JSON.parse(await readFile(`${data}/run/instance.json`, "utf8")) as Instance,
    async finished(operationId, deadlineMs = 120_000) {
      return waitFor(
        `operation ${operationId} to end`,
        async () => {
          const { status, body } = await api<Operation>(
            "GET",
            `/api/v1/operations/${operationId}?waitMs=10000`,
          );
          return status === 200 && body.finishedAt !== undefined ? body : null;
        },
        { deadlineMs },
      );
    },
    start: (env) => launch(env),
    startInTrouble: () => spawnLauncher({}),
    signal: (signal) => launcher.kill(signal),
    ended: () =>
      new Promise((resolve) => {
        if (launcher.exitCode !== null || launcher.signalCode !== null) resolve(launcher.exitCode);
        else launcher.once("exit", (code) => resolve(code));
      }),
    stop,
  };
  await launch();
  return stack;
}

/** A port nobody listens on right now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
