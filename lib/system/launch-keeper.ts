/** Starts the keeper as a process of its own session, so that the terminal's Ctrl-C does not reach it or its children. */
import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";

/** `ended` resolves with what is known of its end. */
export type LaunchedKeeper = {
  process: ChildProcess;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
};

export function launchKeeper(args: {
  python: string;
  program: string;
  runFolder: string;
  configFile: string;
  logFile: string;
}): LaunchedKeeper {
  const log = openSync(args.logFile, "a", 0o640);
  const keeper: ChildProcess = spawn(
    args.python,
    ["-I", "-S", args.program, "--run-dir", args.runFolder, "--config", args.configFile],
    {
      detached: true,
      stdio: ["ignore", log, log],
      cwd: "/",
      env: { PATH: "/usr/local/bin:/usr/bin:/bin", LANG: "C.UTF-8", NODE_ENV: "production" },
    },
  );
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    keeper.once("error", reject);
    keeper.once("exit", (code, signal) => resolve({ code, signal }));
  });
  return { process: keeper, ended };
}
