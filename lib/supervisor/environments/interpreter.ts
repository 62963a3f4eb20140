/** Finds a Python that the site's user can run. A Python in somebody's home folder often is not one. */
import * as z from "zod";
import type { Account, System } from "../../system/system.ts";

const PROBE_TIMEOUT_MS = 20_000;
/** What gunicorn 26 needs. */
const MIN_VERSION = [3, 10] as const;

const FIXED_CANDIDATES = ["/usr/bin/python3", "/usr/local/bin/python3"];
const VERSIONED_NAMES = ["python3.14", "python3.13", "python3.12", "python3.11", "python3.10"];

const PROBE = `
import json, os, sys
def has(name):
    try:
        __import__(name)
        return True
    except Exception:
        return False
print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3],
    "path": os.path.realpath(sys.executable),
    "canMakeEnvironments": has("venv") and has("ensurepip"),
    "platform": sys.implementation.cache_tag + " " + os.uname().machine,
}))
`;

const interpreterSchema = z.object({
  version: z.string(),
  path: z.string(),
  canMakeEnvironments: z.boolean(),
  platform: z.string(),
});
/** `command` is how it was found, `path` what it really is. */
export type Interpreter = z.infer<typeof interpreterSchema> & { command: string };

export type InterpreterSearch =
  | { ok: true; interpreter: Interpreter }
  | { ok: false; sentence: string; evidence: string[] };

/** `chosen` is the only one tried when somebody chose it. `searchPath` is a PATH, the last place to look. */
export async function findInterpreter(args: {
  system: System;
  user: Account;
  chosen: string | undefined;
  searchPath: string;
}): Promise<InterpreterSearch> {
  const { system, user, chosen, searchPath } = args;
  const evidence: string[] = [];
  const usable: Interpreter[] = [];
  for (const command of chosen ? [chosen] : await candidates(system, searchPath)) {
    const found = await probe(system, user, command);
    if (typeof found === "string") {
      evidence.push(`${command}: ${found}`);
    } else if (!isNewEnough(found.version)) {
      evidence.push(`${command}: is Python ${found.version}`);
    } else if (found.canMakeEnvironments || chosen) {
      return { ok: true, interpreter: found };
    } else {
      usable.push(found);
    }
  }
  if (usable[0]) return { ok: true, interpreter: usable[0] };
  const minimum = MIN_VERSION.join(".");
  const sentence = chosen
    ? `${chosen} cannot be used: it has to be Python ${minimum} or newer and ${user.name} has to be able to run it.`
    : `No Python ${minimum} or newer was found that ${user.name} can run; install one for all users, for example python3 and python3-venv of the system.`;
  return { ok: false, sentence, evidence };
}

async function candidates(system: System, searchPath: string): Promise<string[]> {
  const folders = searchPath.split(":").filter((folder) => folder.startsWith("/"));
  const names = ["python3", ...VERSIONED_NAMES];
  const all = [
    ...FIXED_CANDIDATES,
    ...VERSIONED_NAMES.map((name) => `/usr/local/bin/${name}`),
    ...VERSIONED_NAMES.map((name) => `/usr/bin/${name}`),
    ...folders.flatMap((folder) => names.map((name) => `${folder}/${name}`)),
  ];
  const present: string[] = [];
  for (const path of new Set(all)) {
    if (await system.files.stat(path).catch(() => null)) present.push(path);
  }
  return present;
}

async function probe(system: System, user: Account, command: string): Promise<Interpreter | string> {
  try {
    const result = await system.run({
      file: command,
      args: ["-I", "-c", PROBE],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8" },
      ...runAs(system, user),
      timeoutMs: PROBE_TIMEOUT_MS,
    });
    if (result.exitCode !== 0)
      return lastLine(result.stderr) || `ended with ${result.exitCode ?? result.signal}`;
    return { ...interpreterSchema.parse(JSON.parse(result.stdout)), command };
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code ?? String(cause);
  }
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > MIN_VERSION[0] || (major === MIN_VERSION[0] && minor >= MIN_VERSION[1]);
}

/** Whose rights a program of the site gets; ours when we have none to give. */
export function runAs(system: System, user: Account): { uid?: number; gid?: number } {
  return system.accounts.privileged ? { uid: user.uid, gid: user.gid } : {};
}

export function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
