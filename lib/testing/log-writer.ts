/** Another process that writes to a log while it is rotated. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("./log-writer.py", import.meta.url));

export type LogWriter = {
  /** As nginx on USR1. */
  reopen(): void;
  /** Ends it; resolves with the number of lines it wrote, `line 0 …` being the first. */
  stop(): Promise<number>;
};

export function startLogWriter(path: string, linesPerSecond: number): LogWriter {
  const child = spawn("/usr/bin/python3", ["-I", PROGRAM, path, String(linesPerSecond)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", () => resolve());
  });
  return {
    reopen: () => void child.kill("SIGUSR1"),
    async stop() {
      child.kill("SIGTERM");
      await ended;
      return Number(output);
    },
  };
}
