/** A database that is written to without a pause, through the release that serves, while releases come and go. */
import { once } from "node:events";
import * as fs from "node:fs/promises";
import { expect, it } from "vitest";
import { releaseScenes } from "../../testing/release-scene.ts";
import { type ChildProcess, startCommand } from "../../testing/run-command.ts";

const scenes = releaseScenes();

/** Writes one row at a time, each in a transaction, and prints its number when it is committed. */
const WRITER = `
import os, signal, sqlite3, sys, time
path, journal = sys.argv[1], sys.argv[2]
stopping = []
signal.signal(signal.SIGTERM, lambda *_: stopping.append(1))
db = sqlite3.connect(path, timeout=60, isolation_level=None)
db.execute("pragma journal_mode=" + journal)
db.execute("pragma synchronous=off")
db.execute("create table if not exists rows (n integer)")
print("open", flush=True)
n = 0
while not stopping and os.getppid() == int(sys.argv[3]):
    db.execute("insert into rows values (?)", (n,))
    n += 1
    print(n, flush=True)
    time.sleep(0.002)
`;

for (const journal of ["wal", "delete"]) {
  for (const where of ["declared", "stray", "committed"] as const) {
    it(`no row is lost while releases are made, rolled back and pruned (${where}, journal ${journal})`, async () => {
      const scene = await scenes.open({
        spec: where === "declared" ? { persistent: [{ path: "var/app.db", kind: "file", reason: "r" }] } : {},
      });
      await scene.write({ "app.py": "1", "var/readme.txt": "r" });
      if (where === "committed")
        await count(scene, `${scene.source}/var/app.db`, "create table rows (n integer)");
      await scene.deploy(1);
      const writers: Writer[] = [];
      try {
        writers.push(await startWriter(scene, 1, journal));
        for (const number of [2, 3, 4]) {
          await scene.prepare(number);
          // Old and new generation overlap, as in a reload.
          writers.push(await startWriter(scene, number, journal));
          await scene.serve(number);
          await writers.at(-1)!.wrote(20);
          await writers.at(-2)!.stop();
          await scene.carry(number - 1, number);
          await scene.prune(1, number);
        }
        await scene.link(3);
        await scene.serve(3);
        writers.push(await startWriter(scene, 3, journal));
        await writers.at(-1)!.wrote(20);
        await writers.at(-2)!.stop();
        await scene.prune(1, 3);
      } finally {
        for (const writer of writers) await writer.stop();
      }
      const written = writers.reduce((sum, writer) => sum + writer.committed(), 0);
      expect(await count(scene, `${scene.paths.release(3)}/var/app.db`)).toBe(written);
      await scene.settle();
      expect(await count(scene, `${scene.paths.release(3)}/var/app.db`)).toBe(written);
      await scene.deploy(5);
      await scene.prune(1, 5);
      expect(await count(scene, `${scene.paths.release(5)}/var/app.db`)).toBe(written);
    });
  }
}

type Scene = Awaited<ReturnType<typeof scenes.open>>;
type Writer = { committed(): number; wrote(rows: number): Promise<void>; stop(): Promise<void> };

async function startWriter(scene: Scene, number: number, journal: string): Promise<Writer> {
  const program = `${scene.root}/writer.py`;
  await fs.writeFile(program, WRITER, { mode: 0o644 });
  const child = startCommand(
    "/usr/bin/python3",
    [program, `${scene.paths.release(number)}/var/app.db`, journal, String(process.pid)],
    ids(scene),
  );
  const exited = once(child, "exit");
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const lines = () => output.split("\n").length - 1;
  const until = async (enough: () => boolean) => {
    while (!enough()) {
      if (child.exitCode !== null) throw new Error(`the writer ended with ${child.exitCode}`);
      await Promise.race([once(child.stdout, "data"), exited]);
    }
  };
  await until(() => lines() >= 1);
  return {
    committed: () => lines() - 1,
    wrote: (rows) => until(() => lines() - 1 >= rows),
    stop: () => stop(child, exited),
  };
}

/** After the row it is at, so that every row that was committed has been counted. */
async function stop(child: ChildProcess, exited: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
  await exited;
  await (child.stdout!.readableEnded ? undefined : once(child.stdout!, "close"));
}

async function count(scene: Scene, path: string, statement = "select 1"): Promise<number> {
  const script = `
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], timeout=60)
db.execute(sys.argv[2])
db.commit()
print(db.execute("select count(*) from rows").fetchone()[0])`;
  const { stdout, stderr } = await scene.system.run({
    file: "/usr/bin/python3",
    args: ["-c", script, path, statement],
    env: {},
    timeoutMs: 60_000,
    ...ids(scene),
  });
  expect(stderr).toBe("");
  return Number(stdout);
}

function ids(scene: Scene): { uid?: number; gid?: number } {
  return scene.system.accounts.privileged ? { uid: scene.user.uid, gid: scene.user.gid } : {};
}
