/** What an application has acknowledged is there after reloads, a rollback and pruning, all under load. */
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endStack } from "../../lib/testing/end-stack.ts";
import { startLoad } from "../../lib/testing/load-generator.ts";
import { act, makeSite, type StackSite, visit } from "../../lib/testing/stack-sites.ts";
import { type Stack, startStack } from "../../lib/testing/start-stack.ts";

/** Stores each POST's token as a row and as a file; GET counts both. `DATABASE` and `UPLOADS` lie beside the code. */
const flaskApp = (database: string, uploads: string) => `
import os, sqlite3
from flask import Flask, request
from version import VERSION

app = Flask(__name__)
HERE = os.path.dirname(os.path.abspath(__file__))
DATABASE = os.path.join(HERE, "${database}")
UPLOADS = os.path.join(HERE, "${uploads}")

def connect():
    os.makedirs(os.path.dirname(DATABASE), exist_ok=True)
    db = sqlite3.connect(DATABASE, timeout=30)
    db.execute("create table if not exists rows (token text)")
    return db

@app.route("/", methods=["GET", "POST"])
def index():
    token = request.headers.get("X-Monban-Token", "")
    with connect() as db:
        if request.method == "POST":
            os.makedirs(UPLOADS, exist_ok=True)
            with open(os.path.join(UPLOADS, token), "w") as file:
                file.write(token)
            db.execute("insert into rows values (?)", (token,))
        db.commit()
    return {"version": VERSION, "token": token}

@app.get("/count")
def count():
    files = os.listdir(UPLOADS) if os.path.isdir(UPLOADS) else []
    with connect() as db:
        rows = [token for (token,) in db.execute("select token from rows")]
    return {"rows": len(rows), "distinct": len(set(rows)), "files": len(files)}
`;

let stack: Stack;
beforeAll(async () => {
  stack = await startStack();
  await stack.setUp();
});
afterAll(() => endStack(stack));

async function deploy(folder: string, code: string, version: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(`${folder}/app.py`, code);
  await writeFile(`${folder}/version.py`, `VERSION = "${version}"\n`);
}

/** Three reloads, a rollback and the pruning that each of them brings, while visitors post. */
async function everyAcknowledgedRowAndFile(name: string, code: string, change: object): Promise<StackSite> {
  const folder = `${stack.folder}/apps/${name}`;
  await deploy(folder, code, "v1");
  const rollout = { watchWindowMs: 200, keepReleases: 1 };
  const site = await makeSite(stack, name, { folder, change: { ...change, rollout } });
  const load = startLoad({
    target: { host: "127.0.0.1", port: stack.httpPort },
    hostHeader: site.domain,
    clients: 4,
    requestsPerSecond: 60,
    posts: { share: 0.5 },
    tokens: true,
  });
  for (const version of ["v2", "v3", "v4"]) {
    await deploy(folder, code, version);
    expect(await act(stack, site, "reloads")).toMatchObject({ state: "succeeded" });
  }
  const { body } = await stack.api<{
    data: { id: string; number: number; kept: boolean; current: boolean }[];
  }>("GET", `/api/v1/sites/${site.id}/releases`);
  const older = body.data.find(({ kept, current }) => kept && !current);
  expect(body.data.filter(({ kept }) => kept)).toHaveLength(2);
  expect(await act(stack, site, "rollbacks", { releaseId: older?.id })).toMatchObject({ state: "succeeded" });
  const report = await load.stop();
  expect(report.firstFailures).toEqual([]);
  expect(report.posted).toBeGreaterThan(20);
  const counted = JSON.parse((await visit(stack, site.domain, "/count")).body) as Record<string, number>;
  expect(counted).toEqual({ rows: report.posted, distinct: report.posted, files: report.posted });
  return site;
}

test("an app with SQLite and uploads in declared folders loses no acknowledged row and no file", async () => {
  const site = await everyAcknowledgedRowAndFile("notes", flaskApp("instance/notes.db", "uploads"), {
    persistent: [
      { path: "instance", kind: "directory" },
      { path: "uploads", kind: "directory" },
    ],
  });
  expect(await readdir(`${site.folder}/instance`)).toContain("notes.db");
});

test("a layout like Django's, db.sqlite3 and media beside the code, is found by itself and loses nothing", async () => {
  const folder = `${stack.folder}/apps/shop`;
  await mkdir(`${folder}/media`, { recursive: true });
  await writeFile(`${folder}/db.sqlite3`, "");
  await everyAcknowledgedRowAndFile("shop", flaskApp("db.sqlite3", "media"), {});
});

test("data that first appears at run time inside of a release, where nobody declared it, loses nothing", async () => {
  await everyAcknowledgedRowAndFile("late", flaskApp("made/later.db", "also-made"), {});
});
