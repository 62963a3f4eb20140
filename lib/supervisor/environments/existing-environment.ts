/** An environment somebody else made: looked at, used, never changed. */
import { createHash } from "node:crypto";
import type { Account, System } from "../../system/system.ts";
import { lastLine, runAs } from "./interpreter.ts";
import type { EnvironmentResult } from "./result.ts";

const CHECK_TIMEOUT_MS = 20_000;

const CHECK = `
import sys
print("%d.%d.%d" % sys.version_info[:3])
import gunicorn
print(gunicorn.__version__)
`;

export async function useExisting(args: {
  system: System;
  user: Account;
  path: string;
}): Promise<EnvironmentResult> {
  const { system, user } = args;
  const path = args.path.replace(/\/+$/, "");
  const python = `${path}/bin/python`;
  const fail = (sentence: string, evidence: string[] = []): EnvironmentResult => ({
    ok: false,
    sentence,
    evidence,
  });
  if (!(await system.files.realPath(python).catch(() => null))) {
    return fail(`${path} is not a virtual environment that works: there is no ${python}.`);
  }
  let result: Awaited<ReturnType<System["run"]>>;
  try {
    result = await system.run({
      file: python,
      args: ["-I", "-c", CHECK],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      ...runAs(system, user),
      timeoutMs: CHECK_TIMEOUT_MS,
    });
  } catch (cause) {
    return fail(`${user.name}, who runs the site, cannot run ${python}.`, [String(cause)]);
  }
  const [version, gunicornVersion] = result.stdout.trim().split("\n");
  if (result.exitCode === 0 && gunicornVersion) {
    const key = createHash("sha256").update(`${path} ${version} ${gunicornVersion}`).digest("hex");
    return { ok: true, hash: `existing-${key.slice(0, 16)}`, python, gunicornVersion, reused: true };
  }
  const evidence = result.stderr.trimEnd().split("\n").slice(-20);
  if (version && /No module named '?gunicorn/.test(result.stderr)) {
    return fail(
      `gunicorn is not installed in ${path}; install it there with: ${python} -m pip install gunicorn`,
      evidence,
    );
  }
  return fail(
    `${python} does not run: ${lastLine(result.stderr) || `it ended with ${result.exitCode}`}.`,
    evidence,
  );
}
