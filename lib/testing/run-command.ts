/** Programs a test needs beside the thing it is about: file and arguments, never a shell. */
import { type ChildProcessByStdio, execFileSync, spawn } from "node:child_process";
import type { Readable } from "node:stream";

export type { ChildProcess } from "node:child_process";

/** Runs a program to its end and returns what it printed; throws when it fails. */
export function runCommand(file: string, args: readonly string[]): string {
  return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Starts a program and leaves it running; the caller ends it. */
export function startCommand(
  file: string,
  args: readonly string[],
  options: { uid?: number; gid?: number } = {},
): ChildProcessByStdio<null, Readable, null> {
  return spawn(file, args, { ...options, cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
}
