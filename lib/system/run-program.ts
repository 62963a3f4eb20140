/** Runs a program to its end: file and arguments, no shell, its own process group, a deadline, a bounded memory of its words. */
import { spawn } from "node:child_process";
import type { Program, ProgramResult } from "./system.ts";

const DEFAULT_MAX_OUTPUT_BYTES = 64 * 1024;

/** After TERM a program has this long before its whole group is killed. */
const KILL_AFTER_MS = 2_000;

/** A program that ended may leave children that hold its output open; after this they are ended too. */
const LEFTOVER_OUTPUT_MS = 500;

/** Rejects only when the program cannot be started; how it ended is in the result. */
export function runProgram(program: Program): Promise<ProgramResult> {
  const { file, args, cwd, env, uid, gid, timeoutMs, onOutput, signal } = program;
  const limit = program.maxOutputBytes ?? DEFAULT_MAX_OUTPUT_BYTES;
  const result: ProgramResult = {
    exitCode: null,
    signal: null,
    stdout: "",
    stderr: "",
    timedOut: false,
    aborted: false,
  };
  if (signal?.aborted) return Promise.resolve({ ...result, aborted: true });

  return new Promise((resolve, reject) => {
    // `detached` gives it a session and group of its own: a signal to the group reaches what it started as well.
    const child = spawn(file, args, {
      cwd,
      env: env as NodeJS.ProcessEnv,
      uid,
      gid,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const timers: NodeJS.Timeout[] = [];
    const after = (ms: number, act: () => void) => void timers.push(setTimeout(act, ms));

    function signalGroup(name: "SIGTERM" | "SIGKILL") {
      if (child.pid === undefined) return;
      try {
        process.kill(-child.pid, name);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
      }
    }
    function end() {
      signalGroup("SIGTERM");
      after(KILL_AFTER_MS, () => signalGroup("SIGKILL"));
    }
    function abort() {
      result.aborted = true;
      end();
    }
    function settle() {
      for (const timer of timers) clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      child.stdout.destroy();
      child.stderr.destroy();
    }

    after(timeoutMs, () => {
      result.timedOut = true;
      end();
    });
    signal?.addEventListener("abort", abort, { once: true });
    for (const name of ["stdout", "stderr"] as const) {
      child[name].setEncoding("utf8").on("data", (text: string) => {
        result[name] = tail(result[name] + text, limit);
        onOutput?.(text);
      });
    }
    child.once("error", (error) => {
      settle();
      reject(error);
    });
    child.once("exit", (exitCode, exitSignal) => {
      Object.assign(result, { exitCode, signal: exitSignal });
      after(LEFTOVER_OUTPUT_MS, () => {
        signalGroup("SIGKILL");
        settle();
        resolve(result);
      });
    });
    child.once("close", () => {
      settle();
      resolve(result);
    });
  });
}

function tail(text: string, maxBytes: number): string {
  if (text.length * 4 <= maxBytes) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let start = bytes.length - maxBytes;
  // Never begin inside a character of several bytes.
  while (start < bytes.length && (bytes[start]! & 0xc0) === 0x80) start += 1;
  return bytes.subarray(start).toString();
}
