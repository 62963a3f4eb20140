/** Builds one environment: by uv when it is there, else, or when uv does not get through, by venv and pip. */
import { explainInstallFailure } from "../../core/install-failure.ts";
import type { Account, ProgramResult, System } from "../../system/system.ts";
import { type Interpreter, lastLine, runAs } from "./interpreter.ts";
import { addedRequirements, type WantedPackages } from "./read-requirements.ts";

const MAKE_TIMEOUT_MS = 180_000;
const INSTALL_TIMEOUT_MS = 1_800_000;
const CHECK_TIMEOUT_MS = 20_000;
const EVIDENCE_LINES = 20;
const MAX_OUTPUT_BYTES = 256 * 1024;

type InstallArgs = {
  system: System;
  user: Account;
  interpreter: Interpreter;
  wanted: WantedPackages;
  /** The environment; it exists, is empty and belongs to the user. */
  folder: string;
  releaseFolder: string;
  env: Record<string, string>;
  signal: AbortSignal;
  onOutput: (text: string) => void;
};

type InstallResult =
  | { ok: true; gunicornVersion: string }
  | { ok: false; sentence: string; evidence: string[] };

export async function installPackages(args: InstallArgs): Promise<InstallResult> {
  const { system, user, wanted, folder, releaseFolder, signal, onOutput } = args;
  const python = `${folder}/bin/python`;
  const list = wanted.generated === null ? `${releaseFolder}/requirements.txt` : `${folder}/requirements.txt`;
  const packages = [...(isBlank(wanted) ? [] : ["-r", list]), ...addedRequirements(wanted)];

  const byUv = await tryUv(args, python, list, packages);
  if (byUv === "aborted" || signal.aborted) return cancelled;
  if (byUv === "failed") onOutput("uv did not get through; the environment is built by pip instead.\n");
  if (byUv !== "installed") {
    const made = await makeByVenv(args);
    if (made) return made;
    await writeList(args, list);
    const pip = await run(args, python, ["-m", "pip", "install", ...packages], INSTALL_TIMEOUT_MS);
    if (pip.aborted) return cancelled;
    if (pip.exitCode !== 0) {
      const sentence = pip.timedOut
        ? `The packages were not installed within ${INSTALL_TIMEOUT_MS / 60_000} minutes.`
        : explainInstallFailure(`${pip.stdout}\n${pip.stderr}`, wanted.texts);
      return { ok: false, sentence, evidence: lastLines(pip) };
    }
  }
  await system.files.remove(`${folder}/.home`);
  const gunicornVersion = await readGunicornVersion({ system, user, python });
  if (gunicornVersion) return { ok: true, gunicornVersion };
  const sentence = "The packages are installed, but gunicorn cannot be imported.";
  return { ok: false, sentence, evidence: [`${python} -c "import gunicorn" failed`] };
}

/** Null when gunicorn cannot be imported by that Python. */
export async function readGunicornVersion(args: {
  system: System;
  user: Account;
  python: string;
}): Promise<string | null> {
  const { system, user, python } = args;
  try {
    const { exitCode, stdout } = await system.run({
      file: python,
      args: ["-I", "-c", "import gunicorn; print(gunicorn.__version__)"],
      cwd: "/",
      env: { PATH: "/usr/bin:/bin" },
      ...runAs(system, user),
      timeoutMs: CHECK_TIMEOUT_MS,
    });
    return exitCode === 0 ? stdout.trim() : null;
  } catch {
    return null;
  }
}

async function tryUv(
  args: InstallArgs,
  python: string,
  list: string,
  packages: string[],
): Promise<"installed" | "failed" | "missing" | "aborted"> {
  const { folder, interpreter } = args;
  const version = await run({ ...args, onOutput: () => {} }, "uv", ["--version"], CHECK_TIMEOUT_MS).catch(
    () => null,
  );
  if (version?.exitCode !== 0) return "missing";
  const make = ["venv", "--allow-existing", "--python", interpreter.path, folder];
  const made = await run(args, "uv", make, MAKE_TIMEOUT_MS);
  if (made.aborted) return "aborted";
  if (made.exitCode !== 0) return "failed";
  await writeList(args, list);
  const install = ["pip", "install", "--python", python, ...packages];
  const installed = await run(args, "uv", install, INSTALL_TIMEOUT_MS);
  if (installed.aborted) return "aborted";
  return installed.exitCode === 0 ? "installed" : "failed";
}

async function makeByVenv(args: InstallArgs): Promise<InstallResult | null> {
  const { interpreter, folder } = args;
  const made = await run(args, interpreter.path, ["-m", "venv", "--clear", folder], MAKE_TIMEOUT_MS);
  if (made.aborted) return cancelled;
  if (made.exitCode === 0) return null;
  const text = `${made.stdout}\n${made.stderr}`;
  const sentence = /ensurepip is not available|No module named '?(venv|ensurepip)/.test(text)
    ? `${interpreter.command} (Python ${interpreter.version}) cannot make environments: install the package python3-venv.`
    : `${interpreter.command} could not make an environment: ${lastLine(text.trim()) || "no reason given"}.`;
  return { ok: false, sentence, evidence: lastLines(made) };
}

function run(args: InstallArgs, file: string, words: string[], timeoutMs: number): Promise<ProgramResult> {
  const { system, user, releaseFolder, env, signal, onOutput } = args;
  return system.run({
    file,
    args: words,
    // Requirements may name paths relative to their own folder.
    cwd: releaseFolder,
    env,
    ...runAs(system, user),
    timeoutMs,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    onOutput,
    signal,
  });
}

async function writeList({ system, wanted }: InstallArgs, list: string): Promise<void> {
  if (wanted.generated !== null) await system.files.writeAtomic(list, wanted.generated, { mode: 0o644 });
}

function isBlank({ generated }: WantedPackages): boolean {
  return generated !== null && generated.trim() === "";
}

const cancelled = { ok: false as const, sentence: "The installation was cancelled.", evidence: [] };

function lastLines({ stdout, stderr }: ProgramResult): string[] {
  const lines = `${stdout}\n${stderr}`.split("\n").map((line) => line.trimEnd());
  return lines.filter((line) => line !== "").slice(-EVIDENCE_LINES);
}
