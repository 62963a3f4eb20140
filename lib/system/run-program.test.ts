import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runProgram } from "./run-program.ts";

const PATH = "/usr/bin:/bin";
const base = { env: { PATH }, timeoutMs: 20_000 };

it("a program's exit code and words come back", async () => {
  const script = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)";
  const result = await runProgram({ ...base, file: "/usr/bin/python3", args: ["-c", script] });
  expect(result).toEqual({
    exitCode: 3,
    signal: null,
    stdout: "out\n",
    stderr: "err\n",
    timedOut: false,
    aborted: false,
  });
});

it("nothing of our environment reaches a program", async () => {
  const result = await runProgram({ ...base, file: "/usr/bin/env", args: [], env: { ONLY: "this" } });
  expect(result.stdout).toBe("ONLY=this\n");
});

it("arguments are never read by a shell", async () => {
  const result = await runProgram({ ...base, file: "echo", args: ["$(id)", ";", "`id`"] });
  expect(result.stdout).toBe("$(id) ; `id`\n");
});

it("a program that cannot be started is an error with its name", async () => {
  await expect(runProgram({ ...base, file: "/no/such/program", args: [] })).rejects.toMatchObject({
    code: "ENOENT",
  });
});

it("only the last part of a long output is kept, in whole characters, while all of it is passed on", async () => {
  let passed = 0;
  const result = await runProgram({
    ...base,
    file: "/usr/bin/python3",
    args: ["-c", "print('あ' * 100000)"],
    env: { PATH, PYTHONIOENCODING: "utf-8" },
    maxOutputBytes: 1_000,
    onOutput: (text) => {
      passed += text.length;
    },
  });
  expect(passed).toBe(100_001);
  expect(Buffer.byteLength(result.stdout)).toBeLessThanOrEqual(1_000);
  expect(result.stdout).toMatch(/^あ+\n$/);
});

it("a program past its deadline ends with everything it started, even when it ignores TERM", async () => {
  const folder = await mkdtemp(join(tmpdir(), "mb-run-"));
  try {
    const child = `import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(${JSON.stringify(folder)} + "/pid", "w").write(str(os.getpid()))
time.sleep(600)`;
    await writeFile(
      join(folder, "parent.py"),
      `import subprocess, sys, time\nsubprocess.Popen([sys.executable, "-c", ${JSON.stringify(child)}])\ntime.sleep(600)\n`,
    );
    const result = await runProgram({
      ...base,
      file: "/usr/bin/python3",
      args: [join(folder, "parent.py")],
      timeoutMs: 1_500,
    });
    expect(result).toMatchObject({ timedOut: true, exitCode: null, signal: "SIGTERM" });
    const pid = await readFile(join(folder, "pid"), "utf8").catch(() => null);
    if (pid) await gone(Number(pid));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

it("an abort ends the program and says so; before the start it starts nothing", async () => {
  const control = new AbortController();
  const running = runProgram({
    ...base,
    file: "/usr/bin/python3",
    args: ["-c", "import os, time; os.write(1, b'up\\n'); time.sleep(600)"],
    signal: control.signal,
    onOutput: () => control.abort(),
  });
  expect(await running).toMatchObject({ aborted: true, timedOut: false, signal: "SIGTERM", stdout: "up\n" });
  const late = await runProgram({ ...base, file: "/no/such/program", args: [], signal: control.signal });
  expect(late).toMatchObject({ aborted: true, exitCode: null });
});

it("a child left behind with the output open does not keep us waiting", async () => {
  const script = "import os, time\nif os.fork() == 0:\n  time.sleep(600)\nelse:\n  print('done')";
  const result = await runProgram({ ...base, file: "/usr/bin/python3", args: ["-c", script] });
  expect(result).toMatchObject({ exitCode: 0, stdout: "done\n", timedOut: false });
});

async function gone(pid: number): Promise<void> {
  for (let tries = 0; tries < 500; tries += 1) {
    const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => null);
    if (!state || / [ZX] /.test(state.slice(state.lastIndexOf(")")))) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`process ${pid} is still there`);
}
