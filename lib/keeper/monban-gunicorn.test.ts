import { expect, test } from "vitest";
import { launchGunicorn, startGunicorn } from "../testing/gunicorn-scene.ts";
import { keeperScenes } from "../testing/keeper-scene.ts";
import { waitFor } from "../testing/wait-for.ts";

const scenes = keeperScenes();

/** Answers by path: /404, /500, /raise, /hang; everything else is 200. */
const APP = `
import time
def app(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/raise":
        raise RuntimeError("on purpose")
    if path == "/late":
        start_response("200 OK", [("Content-Type", "text/plain")])
        raise RuntimeError("after start_response")
    if path.startswith("/hang"):
        time.sleep(600)
    status = {"/404": "404 Not Found", "/500": "500 Oh"}.get(path, "200 OK")
    start_response(status, [("Content-Type", "text/plain")])
    return [b"ok"]
`;

const PATHS = ["/", "/a?secret=1", "/404", "/500", "/raise", "/late", "/"];

test.each([
  ["gthread", { workerClass: "gthread" as const, workers: 2, threads: 4 }],
  ["sync", { workerClass: "sync" as const, workers: 3, threads: 1 }],
])("%s workers count every request and every error exactly", async (_, pool) => {
  const { folder, client } = await scenes.open();
  const gunicorn = await startGunicorn({ folder, keeper: client, app: APP, pool, generation: 7 });
  const answers = await load(1_400, 12, (index) => gunicorn.ask(PATHS[index % PATHS.length]!));
  expect(answers.filter((status) => status === null)).toEqual([]);
  const facts = await waitFor("all requests to be counted", async () => {
    const now = await gunicorn.facts();
    return sum(now.workers.map((worker) => worker.requests)) === 1_400 && now;
  });
  expect(facts.generation).toBe(7);
  expect(facts.masterPid).toBe(gunicorn.master.pid);
  expect(facts.hookErrors).toBe(0);
  expect(facts.workers).toHaveLength(pool.workers);
  expect(facts.workers.map(({ threads }) => threads)).toEqual(facts.workers.map(() => pool.threads));
  expect(sum(facts.workers.map((worker) => worker.errors4xx))).toBe(200);
  expect(sum(facts.workers.map((worker) => worker.errors5xx))).toBe(600);
  expect(answers.filter((status) => status === 404)).toHaveLength(200);
  expect(answers.filter((status) => status === 500)).toHaveLength(600);
  expect(sum(facts.workers.flatMap((worker) => worker.latencyBuckets))).toBe(1_400);
  expect(facts.workers.every((worker) => worker.busyThreads === 0 && worker.current === undefined)).toBe(
    true,
  );
});

test("a busy worker tells what it is doing, and what it was doing when it was killed", async () => {
  const { folder, client } = await scenes.open();
  const gunicorn = await startGunicorn({
    folder,
    keeper: client,
    app: APP,
    pool: { workers: 1, threads: 4 },
  });
  const lost = [gunicorn.ask("/hang/one?token=secret"), gunicorn.ask("/hang/two", { method: "POST" })];
  const worker = await waitFor("two requests to be under way", async () => {
    const { workers } = await gunicorn.facts();
    return workers[0]?.busyThreads === 2 && workers[0];
  });
  expect(worker.serving.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
    "GET /hang/one",
    "POST /hang/two",
  ]);
  process.kill(worker.pid, "SIGKILL");
  expect(await Promise.all(lost)).toEqual([null, null]);
  const [exit] = await waitFor("the master to report it", async () => {
    const exits = await gunicorn.exits();
    return exits.length > 0 && exits;
  });
  expect(exit).toMatchObject({
    n: 1,
    pid: worker.pid,
    startTime: worker.startTime,
    code: null,
    signal: "SIGKILL",
  });
  expect(exit).toMatchObject({ ready: true, requests: 0 });
  expect(exit?.serving.sort()).toEqual(["GET /hang/one", "POST /hang/two"]);
  const next = await waitFor("another worker", async () => {
    const { workers, ready } = await gunicorn.facts();
    return ready === 1 && workers.length === 1 && workers[0];
  });
  expect(next.pid).not.toBe(worker.pid);
});

test("a worker that timed out leaves its stacks and what it was serving", async () => {
  const { folder, client } = await scenes.open();
  const pool = { workerClass: "sync" as const, workers: 1, timeoutMs: 1_000 };
  const gunicorn = await startGunicorn({ folder, keeper: client, app: APP, pool });
  await gunicorn.ask("/hang/here");
  const [exit] = await waitFor("the exit", async () => {
    const exits = await gunicorn.exits();
    return exits.length > 0 && exits;
  });
  expect(exit).toMatchObject({ timedOut: true, serving: ["GET /hang/here"], requests: 1 });
  const stacks = await gunicorn.stacks();
  expect(stacks).toMatch(new RegExp(`worker ${exit?.pid} timed out while serving GET /hang/here`));
  expect(stacks).toMatch(/app\.py", line \d+ in app/);
});

test("a hung thread shows where it hangs when its worker is asked, and the worker lives on", async () => {
  const { folder, client } = await scenes.open();
  const gunicorn = await startGunicorn({
    folder,
    keeper: client,
    app: APP,
    pool: { workers: 1, threads: 2 },
  });
  const hung = gunicorn.ask("/hang");
  const worker = await waitFor("the request", async () => {
    const { workers } = await gunicorn.facts();
    return workers[0]?.busyThreads === 1 && workers[0];
  });
  expect(worker.writesStacks).toBe(true);
  await client.signal({ pid: worker.pid, startTime: worker.startTime, signal: "SIGURG", group: false });
  await waitFor("its stacks", async () => /app\.py", line \d+ in app/.test(await gunicorn.stacks()));
  expect(await gunicorn.ask("/")).toBe(200);
  process.kill(worker.pid, "SIGKILL");
  await hung;
});

test("workers that are recycled all day do not run out of rows", async () => {
  const { folder, client } = await scenes.open();
  const pool = { workers: 2, threads: 2, maxRequests: 2 };
  const gunicorn = await startGunicorn({ folder, keeper: client, app: APP, pool });
  // Each worker takes a few requests; 110 rows are used one after the other, and there are 100.
  let asked = 0;
  const exits = await waitFor(
    "110 exits",
    async () => {
      await gunicorn.ask("/");
      asked += 1;
      const now = await gunicorn.exits();
      return now.length >= 110 && now;
    },
    { deadlineMs: 50_000, intervalMs: 0 },
  );
  expect(asked).toBeGreaterThanOrEqual(110);
  expect(exits.map(({ n }) => n)).toEqual(exits.map((_, index) => index + 1));
  const facts = await waitFor("two ready workers", async () => {
    const now = await gunicorn.facts();
    return now.ready === 2 && now;
  });
  expect(facts.hookErrors).toBe(0);
});

test("hooks the configuration brings along are called as well", async () => {
  const { folder, client } = await scenes.open();
  const extraConfig = [
    "def pre_request(worker, req): print('theirs before', req.path, flush=True)",
    "def post_request(worker, req): print('theirs after', req.path, flush=True)",
    "def post_worker_init(worker): print('theirs ready', flush=True)",
  ].join("\n");
  const pool = { workers: 1, threads: 2 };
  const gunicorn = await startGunicorn({ folder, keeper: client, app: APP, pool, extraConfig });
  expect(await gunicorn.ask("/x")).toBe(200);
  await waitFor("the request to be counted", async () => (await gunicorn.facts()).workers[0]?.requests === 1);
  await waitFor("their words", async () => /theirs after \/x/.test(await gunicorn.log()));
  expect(await gunicorn.log()).toMatch(/theirs ready[\s\S]*theirs before \/x/);
});

test("hooks that cannot write anything let every request through", async () => {
  const { folder, client } = await scenes.open();
  const pool = { workers: 1, threads: 2 };
  const broken = "import os\nos.path.exists('facts') and os.unlink('facts'); os.mkdir('facts')";
  const gunicorn = await launchGunicorn({ folder, keeper: client, app: APP, pool, extraConfig: broken });
  expect(await gunicorn.ask("/")).toBe(200);
  expect(await gunicorn.log()).toContain("a hook failed; requests are not affected");
});

test("a gunicorn of 2021 tells the same as the newest", async () => {
  const { folder, client } = await scenes.open();
  const gunicorn = await startGunicorn({
    folder,
    keeper: client,
    app: APP,
    pool: { workers: 1, threads: 4 },
    packages: ["gunicorn==20.1.0", "setuptools==75.8.0"],
  });
  await load(140, 4, (index) => gunicorn.ask(PATHS[index % PATHS.length]!));
  const worker = await waitFor("all requests to be counted", async () => {
    const [first] = (await gunicorn.facts()).workers;
    return first?.requests === 140 && first;
  });
  expect(worker).toMatchObject({ errors4xx: 20, errors5xx: 60, hookErrors: 0 });
  const lost = gunicorn.ask("/hang");
  await waitFor("it to be busy", async () => (await gunicorn.facts()).workers[0]?.busyThreads === 1);
  process.kill(worker.pid, "SIGKILL");
  await lost;
  const [exit] = await waitFor("the exit", async () => {
    const exits = await gunicorn.exits();
    return exits.length > 0 && exits;
  });
  expect(exit).toMatchObject({ pid: worker.pid, signal: "SIGKILL", serving: ["GET /hang"] });
});

/** `total` requests by `clients` at a time; their results in order. */
async function load<Result>(
  total: number,
  clients: number,
  ask: (index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  const client = async () => {
    while (next < total) {
      const index = next++;
      results[index] = await ask(index);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return results;
}

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
