import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import * as pty from "node-pty";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

/** Says what it gets, and ends with status 7 when it is told so on a file, so that no test depends on time. */
const PROGRAM = `
import fs from "node:fs";
const [, , folder] = process.argv;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => console.log("got", signal));
setInterval(() => { if (fs.existsSync(folder + "/end")) process.exit(7); }, 20);
console.log("up", process.pid);
`;

let folder: string;
const started: ChildProcess[] = [];

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "mb-hand-"));
  fs.writeFileSync(path.join(folder, "program.mjs"), PROGRAM);
  fs.writeFileSync(
    path.join(folder, "launcher.mjs"),
    `import { handOver } from ${JSON.stringify(path.join(import.meta.dirname, "hand-over.mjs"))};
     await handOver(process.execPath, [${JSON.stringify(path.join(folder, "program.mjs"))}, ${JSON.stringify(folder)}]);`,
  );
});

afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  fs.rmSync(folder, { recursive: true });
});

describe("handing over", () => {
  test("the launcher ends with the program's status", async () => {
    const launcher = launch();
    await launcher.says("up");
    letProgramEnd();
    expect(await launcher.end()).toEqual({ status: 7, signal: null });
  });

  test("a signal is handed on, once, and the launcher stays until the program has ended", async () => {
    const launcher = launch();
    await launcher.says("up");
    launcher.child.kill("SIGTERM");
    await launcher.says("got SIGTERM");
    launcher.child.kill("SIGTERM");
    launcher.child.kill("SIGHUP");
    await launcher.says("got SIGHUP");
    letProgramEnd();
    expect(await launcher.end()).toEqual({ status: 7, signal: null });
    expect(launcher.text().match(/got SIGTERM/g)).toHaveLength(1);
  });

  test("a program that is killed gives the status a shell would give", async () => {
    const launcher = launch();
    const [, pid] = await launcher.says(/up (\d+)/);
    process.kill(Number(pid), "SIGKILL");
    expect(await launcher.end()).toEqual({ status: 137, signal: null });
  });

  test("when npm is killed the program is told to end", async () => {
    // Stands for npm: it starts the launcher and stays its parent.
    const npm = path.join(folder, "npm.mjs");
    fs.writeFileSync(
      npm,
      `import { spawn } from "node:child_process";
       spawn(process.execPath, [${JSON.stringify(path.join(folder, "launcher.mjs"))}], { stdio: "inherit" });`,
    );
    const launcher = launch([npm], { npm_lifecycle_event: "start" });
    await launcher.says("up");
    launcher.child.kill("SIGKILL");
    await launcher.says("got SIGTERM");
    letProgramEnd();
    await launcher.closed();
  });

  test("Ctrl-C in a terminal reaches the program exactly once", async () => {
    const terminal = pty.spawn(process.execPath, [path.join(folder, "launcher.mjs")], {
      cols: 200,
      rows: 50,
    });
    let text = "";
    const changed = new Set<() => void>();
    terminal.onData((more) => {
      text += more;
      for (const look of changed) look();
    });
    const ended = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)));
    const says = (wanted: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (text.includes(wanted)) resolve();
        };
        changed.add(look);
        look();
      });
    await says("up");
    terminal.write("\x03");
    await says("got SIGINT");
    letProgramEnd();
    expect(await ended).toBe(7);
    expect(text.match(/got SIGINT/g)).toHaveLength(1);
  });
});

function letProgramEnd(): void {
  fs.writeFileSync(path.join(folder, "end"), "");
}

function launch(args = [path.join(folder, "launcher.mjs")], more: Record<string, string> = {}) {
  const { npm_lifecycle_event: _, ...own } = process.env;
  const child = spawn(process.execPath, args, {
    env: { ...own, ...more },
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more) => {
    text += more;
  });
  // The pipe closes when the last process that writes to it has ended.
  const closed = new Promise<void>((resolve) => child.stdout.on("close", () => resolve()));
  const ended = new Promise<{ status: number | null; signal: string | null }>((resolve) => {
    child.on("close", (status, signal) => resolve({ status, signal }));
  });
  return {
    child,
    text: () => text,
    end: () => ended,
    closed: () => closed,
    says: (wanted: string | RegExp) =>
      new Promise<RegExpMatchArray>((resolve) => {
        const look = () => {
          const found = text.match(wanted);
          if (found) resolve(found);
        };
        child.stdout.on("data", look);
        look();
      }),
  };
}
