import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ExitCause } from "../schema/event.ts";
import { gunicornAndFlask, pythonEnvironment } from "../testing/python-environment.ts";
import { type RunningGunicorn, runGunicorn, writeFiles } from "../testing/run-gunicorn.ts";
import { createTempFolder, type TempFolder } from "../testing/temp-folder.ts";
import { waitFor } from "../testing/wait-for.ts";
import { classifyExit, type WorkerEnd } from "./classify-exit.ts";

let python = "";
beforeAll(async () => {
  ({ python } = await pythonEnvironment({ packages: gunicornAndFlask }));
}, 300_000);

const app = `import ctypes, os, sys, time
def app(e, s):
    path = e["PATH_INFO"]
    if path == "/exit": os._exit(9)
    if path == "/segv": ctypes.string_at(0)
    if path == "/kill": os.kill(os.getpid(), 9)
    if path == "/sysexit": sys.exit(1)
    if path == "/hang": time.sleep(60)
    s("200 OK", []); return [str(os.getpid()).encode()]
`;

type Scene = { gunicorn: RunningGunicorn; temp: TempFolder };
const scenes: Scene[] = [];
afterAll(async () => {
  for (const { gunicorn, temp } of scenes) {
    await gunicorn.stop();
    await temp.remove();
  }
});

async function scene(args: string[]): Promise<Scene> {
  const temp = await createTempFolder();
  await writeFiles(temp.path, { "app.py": app });
  const gunicorn = runGunicorn({ python, folder: temp.path, entry: "app:app", args: ["-w", "1", ...args] });
  scenes.push({ gunicorn, temp });
  return { gunicorn, temp };
}

function ask(socketPath: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, agent: false }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text) => {
        body += text;
      });
      answer.on("end", () => resolve(body)).on("error", reject);
    });
    asked.on("error", reject).end();
  });
}

const workerPid = ({ gunicorn }: Scene) =>
  waitFor("a worker to answer", async () => Number(await ask(gunicorn.socketPath, "/pid")));

function end(scene: Scene, pid: number, more: Partial<WorkerEnd> = {}): WorkerEnd {
  return {
    pid,
    hook: { ready: true, requests: 1, serving: [], code: null, signal: null },
    lines: scene.gunicorn.lines(),
    asked: null,
    oomKills: 0,
    pool: { timeoutMs: 30_000, maxRequests: 0 },
    entry: "app:app",
    folder: scene.temp.path,
    ...more,
  };
}

type Death = { path: string; oomKills?: number | null; cause: ExitCause; detail: RegExp };
const deaths: Death[] = [
  {
    path: "/exit",
    cause: "crashed",
    detail: /ended itself with exit code 9 while serving GET \/exit; that request was lost\.$/,
  },
  { path: "/sysexit", cause: "crashed", detail: /exit code 1/ },
  { path: "/segv", cause: "crashed", detail: /SIGSEGV while serving GET \/segv/ },
  {
    path: "/kill",
    cause: "killed",
    detail: /SIGKILL while serving GET \/kill; not by Monban and not for lack of memory/,
  },
  {
    path: "/kill",
    oomKills: 1,
    cause: "out-of-memory",
    detail: /^The kernel killed worker \d+ for lack of memory while/,
  },
  { path: "/kill", oomKills: null, cause: "killed", detail: /cannot be seen here/ },
];

test.each(["sync", "gthread"])(
  "gunicorn's words about the death of a %s worker are understood",
  async (kind) => {
    const running = await scene(["-k", kind]);
    for (const { path, oomKills = 0, cause, detail } of deaths) {
      // A sync worker answers 500 to sys.exit() and lives on.
      if (path === "/sysexit" && kind === "sync") continue;
      const pid = await workerPid(running);
      await ask(running.gunicorn.socketPath, path).catch(() => undefined);
      await waitFor("gunicorn to tell", () =>
        running.gunicorn.lines().some((line) => line.includes(`(pid:${pid})`)),
      );
      const serving = [`GET ${path}`];
      const hook = { ready: true, requests: 1, serving, code: null, signal: null };
      const told = classifyExit(end(running, pid, { oomKills, hook }));
      expect(told).toMatchObject({ cause, serving: `GET ${path}` });
      expect(told.detail).toMatch(detail);
    }
  },
);

test("a sync worker that is silent too long ended by its timeout, whatever signal ended it", async () => {
  const running = await scene(["-k", "sync", "-t", "1"]);
  const pid = await workerPid(running);
  await ask(running.gunicorn.socketPath, "/hang").catch(() => undefined);
  await waitFor("gunicorn to tell", () =>
    running.gunicorn.lines().join().includes(`WORKER TIMEOUT (pid:${pid})`),
  );
  const hook = { ready: true, requests: 3, serving: ["GET /hang"], code: null, signal: "SIGKILL" };
  const told = classifyExit(end(running, pid, { hook, pool: { timeoutMs: 1_000, maxRequests: 0 } }));
  expect(told).toMatchObject({ cause: "timeout", serving: "GET /hang" });
  expect(told.detail).toMatch(/silent for more than 1 s while serving GET \/hang/);
});

test("a worker that had its share of requests was recycled", async () => {
  const running = await scene(["--max-requests", "3"]);
  const pid = await workerPid(running);
  await waitFor(
    "another worker to serve",
    async () => Number(await ask(running.gunicorn.socketPath, "/pid")) !== pid,
  );
  const hook = { ready: true, requests: 3, serving: [], code: 0, signal: null };
  expect(classifyExit(end(running, pid, { hook }))).toEqual({
    cause: "recycled",
    detail: `Worker ${pid} was replaced after 3 requests, as its settings say.`,
  });
});

test("a worker that ended with its master was stopped", async () => {
  const running = await scene([]);
  const pid = await workerPid(running);
  running.gunicorn.kill("SIGTERM");
  await running.gunicorn.ended;
  expect(classifyExit(end(running, pid))).toMatchObject({
    cause: "stopped",
    detail: expect.stringContaining("SIGTERM"),
  });
});

test("a worker that could not import the application failed to boot, whatever its exit code", async () => {
  const temp = await createTempFolder();
  await writeFiles(temp.path, { "app.py": "import stripe\n" });
  const gunicorn = runGunicorn({ python, folder: temp.path, entry: "app:app" });
  scenes.push({ gunicorn, temp });
  await gunicorn.ended;
  const pid = Number(/Booting worker with pid: (\d+)/.exec(gunicorn.lines().join())?.[1]);
  const told = classifyExit(end({ gunicorn, temp }, pid, { hook: null }));
  expect(told.cause).toBe("boot-failed");
  expect(told.detail).toMatch(/could not start: .*No module named 'stripe' at app\.py:1\.$/);
});

const plain: WorkerEnd = {
  pid: 7,
  hook: null,
  lines: [],
  asked: null,
  oomKills: 0,
  pool: { timeoutMs: 30_000, maxRequests: 100 },
  entry: "app:app",
  folder: "/srv",
};
const record = { ready: true, requests: 5, serving: [] as string[], code: null, signal: null };

test.each<[string, Partial<WorkerEnd>, ExitCause, RegExp]>([
  ["nothing is known", {}, "unknown", /nothing tells why/],
  ["Monban stopped it", { asked: "stop" }, "stopped", /asked worker 7 to end\.$/],
  ["Monban scaled down", { asked: "scale-down" }, "scaled-down", /asked worker 7 to end/],
  [
    "Monban stopped it and it was killed at the deadline",
    { asked: "stop", hook: { ...record, signal: "SIGKILL", serving: ["GET /a", "GET /b"] } },
    "stopped",
    /cut off while serving GET \/a and 1 other request when its time/,
  ],
  [
    "the watchdog ended it",
    { asked: "hung", hook: { ...record, serving: ["GET /hang"] } },
    "timeout",
    /busy for too long/,
  ],
  ["somebody terminated it", { hook: { ...record, signal: "SIGTERM" } }, "killed", /SIGTERM; not by Monban/],
  [
    "it reached its share silently",
    { hook: { ...record, requests: 100, code: null } },
    "recycled",
    /100 requests/,
  ],
  [
    "it died before it was ready",
    { hook: { ...record, ready: false, code: 7 } },
    "boot-failed",
    /could not start/,
  ],
  [
    "its master died",
    { lines: ["[x] [7] [INFO] Parent changed, shutting down: <Worker 7>"] },
    "stopped",
    /master was gone/,
  ],
  [
    "it vanished while busy",
    { hook: { ...record, serving: ["POST /x"] } },
    "crashed",
    /nothing tells why; that request/,
  ],
])("when %s, it is said", (_, more, cause, detail) => {
  const told = classifyExit({ ...plain, ...more });
  expect(told.cause).toBe(cause);
  expect(told.detail).toMatch(detail);
});
