import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { checkImports } from "./check-imports.mjs";

const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
});

/** Writes the files and gives what the check says about them, one line per problem. */
function problemsOf(files: Record<string, string>): string[] {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "mb-imports-"));
  folders.push(root);
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  return checkImports(root).problems.map(({ file, line, message }) => `${file}:${line} ${message}`);
}

const site = { "lib/schema/site.ts": "export const site = 1;\n" };

describe("who may import whom", () => {
  test("a tree that keeps the rules has no problem", () => {
    expect(
      problemsOf({
        ...site,
        "lib/core/plan.ts":
          'import { site } from "../schema/site.ts";\nexport const plan = /a/.exec(String(site));\n',
        "lib/system/run.ts": 'import { spawn } from "node:child_process";\nexport const run = spawn;\n',
        "lib/core/plan.test.ts":
          'import fs from "node:fs";\nimport { plan } from "./plan.ts";\nfs.statSync(plan);\n',
        "lib/ui/note.tsx": 'export const Note = () => <p>Don\'t `import "fs"`</p>;\n',
        "app/page.tsx": 'import { Note } from "../lib/ui/note.tsx";\nexport default Note;\n',
      }),
    ).toEqual([]);
  });

  test("a layer imports only the layers in its row", () => {
    expect(
      problemsOf({
        ...site,
        "lib/db/client.ts": "export const db = 1;\n",
        "app/page.tsx": '\nimport { db } from "../lib/db/client.ts";\nexport default db;\n',
        "lib/core/plan.ts": 'import type { Db } from "../db/client.ts";\nexport type Plan = Db;\n',
      }),
    ).toEqual([
      "app/page.tsx:2 imports lib/db/client.ts: app may import lib/schema, lib/core, lib/render, lib/ui, lib/panel, lib/api",
      "lib/core/plan.ts:1 imports lib/db/client.ts: lib/core may import lib/schema",
    ]);
  });

  test("shipped code imports nothing that is made for tests", () => {
    expect(
      problemsOf({
        "lib/testing/a-site.ts": "export const aSite = 1;\n",
        "lib/supervisor/loop.ts": 'export { aSite } from "../testing/a-site.ts";\n',
        "lib/supervisor/loop.test.ts": 'import { aSite } from "../testing/a-site.ts";\naSite;\n',
      }),
    ).toEqual([
      "lib/supervisor/loop.ts:1 imports lib/testing/a-site.ts: lib/testing is for tests and tools only",
    ]);
  });

  test("pure layers import no module of Node, under whatever name", () => {
    expect(
      problemsOf({
        "lib/core/clock.ts": 'import { hrtime } from "node:process";\nhrtime();\n',
        "lib/render/read.ts": 'const fs = await import("fs");\nexport { fs };\n',
      }),
    ).toEqual([
      "lib/core/clock.ts:1 imports node:process: lib/core is pure, it is given what it needs",
      "lib/render/read.ts:1 imports node:fs: lib/render is pure, it is given what it needs",
    ]);
  });

  test("a relative import names a file that exists, with its extension", () => {
    expect(
      problemsOf({
        ...site,
        "lib/core/a.ts":
          'import "../schema/site";\nimport "./gone.ts";\nimport "../../../other.ts";\nimport "@/lib/x.ts";\n',
      }),
    ).toEqual([
      'lib/core/a.ts:1 imports "../schema/site" without its extension',
      'lib/core/a.ts:2 imports "./gone.ts", which does not exist',
      'lib/core/a.ts:3 imports "../../../other.ts", which lies outside the repository',
      'lib/core/a.ts:4 imports "@/lib/x.ts": write a relative path',
    ]);
  });

  test("a circle of imports is told once, unless types alone close it", () => {
    expect(
      problemsOf({
        "lib/core/a.ts": 'import { b } from "./b.ts";\nexport const a = b;\n',
        "lib/core/b.ts": '\nimport { c } from "./c.ts";\nexport const b = c;\n',
        "lib/core/c.ts": 'import { a } from "./a.ts";\nexport const c = a;\n',
        "lib/core/x.ts": 'import type { Y } from "./y.ts";\nexport type X = Y;\n',
        "lib/core/y.ts": 'import { type X } from "./x.ts";\nexport type Y = X;\n',
      }),
    ).toEqual([
      "lib/core/a.ts:1 imports itself in a circle: lib/core/a.ts → lib/core/b.ts → lib/core/c.ts → lib/core/a.ts",
    ]);
  });
});

describe("processes and shells", () => {
  test("only the places in the table start processes, threads and terminals", () => {
    expect(
      problemsOf({
        "lib/panel/run.ts": 'import { spawn } from "child_process";\nspawn("ls");\n',
        "lib/panel/run.test.ts": 'import "node:worker_threads";\n',
        "lib/api/terminal.ts": 'import * as pty from "node-pty";\npty;\n',
        "lib/server/terminal.ts": 'import * as pty from "node-pty";\npty;\n',
        "lib/keeper/keeper.test.ts": 'import { spawn } from "node:child_process";\nspawn;\n',
      }),
    ).toEqual([
      "lib/api/terminal.ts:1 imports node-pty: only lib/server opens terminals",
      "lib/panel/run.test.ts:1 imports node:worker_threads: only lib/system, lib/testing, the keeper's tests, e2e and scripts start processes",
      "lib/panel/run.ts:1 imports node:child_process: only lib/system, lib/testing, the keeper's tests, e2e and scripts start processes",
    ]);
  });

  test("no shell runs anywhere, whichever way it is asked for", () => {
    expect(
      problemsOf({
        "scripts/a.ts": [
          'import cp, { exec as run, spawn } from "node:child_process";',
          'cp.execSync("ls");',
          'spawn("ls", [], { shell: true });',
          'spawn("ls", [], { shell: "/bin/bash" });',
          'spawn("/bin/sh", ["-c", "ls"]);',
          "run;",
          'export const entry = { name: "x", shell: "/bin/bash" };',
        ].join("\n"),
        "lib/keeper/keeper.py": 'import os\nos.system("ls")\nsubprocess.run("ls", shell = True)\n',
      }),
    ).toEqual([
      "lib/keeper/keeper.py:2 os.system(: run a list of arguments, never a shell",
      "lib/keeper/keeper.py:3 shell = True: run a list of arguments, never a shell",
      "scripts/a.ts:1 imports exec(): run a file with a list of arguments, never a shell",
      "scripts/a.ts:2 calls cp.execSync(): run a file with a list of arguments, never a shell",
      "scripts/a.ts:3 says shell: true: run a file with a list of arguments, never a shell",
      "scripts/a.ts:4 gives spawn() a shell: run a file with a list of arguments, never a shell",
      "scripts/a.ts:5 runs /bin/sh -c: run a file with a list of arguments, never a shell",
    ]);
  });
});

describe("the supervisor", () => {
  test("reaches no web framework, database or native addon, not even through another file", () => {
    expect(
      problemsOf({
        "lib/supervisor/main.ts": 'import "./loop.ts";\n',
        "lib/supervisor/loop.ts": 'import "../system/store.ts";\n',
        "lib/system/store.ts":
          'import type { PrismaClient } from "@prisma/client";\nimport "better-sqlite3";\n',
        "lib/supervisor/main.test.ts": 'import "react";\n',
      }),
    ).toEqual([
      "lib/system/store.ts:2 brings better-sqlite3 into the supervisor: lib/supervisor/loop.ts → lib/system/store.ts → better-sqlite3",
    ]);
  });
});
