/** Runs a few lines of Python, for tests of what is generated as Python. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** What the program printed; rejects with what it complained when it fails. */
export async function evaluatePython(source: string): Promise<string> {
  const child = spawn("python3", ["-I", "-S", "-"], { stdio: ["pipe", "pipe", "pipe"], timeout: 20_000 });
  child.stdin.end(source);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (stderr !== "") throw new Error(stderr);
  return stdout;
}
