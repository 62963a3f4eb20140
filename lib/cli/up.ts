/** `monban up`: starts the keeper, waits until the panel answers, and stays until it is told to stop. */
import { readFile, readlink, rename, rmdir, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { instancePaths, sitePaths } from "../core/layout.ts";
import type { Instance } from "../schema/instance.ts";
import type { Problem } from "../schema/problem.ts";
import { launchKeeper } from "../system/launch-keeper.ts";
import { askSupervisor, runningKeeper } from "./ask-supervisor.ts";
import { checkPorts } from "./check-ports.ts";
import { placeSample, prepareInstance, setupToken } from "./prepare-instance.ts";
import { readSettings } from "./settings.ts";

/** After this long without a panel the reason is told; waiting goes on. */
const PATIENCE_MS = 20_000;
const READY_LOOK_EVERY_MS = 50;
/** The supervisor lets requests finish for as long as sites allow, 30 s by default; then the keeper insists. */
const SHUTDOWN_TIMEOUT_MS = 60_000;
const IMPATIENT_AFTER_MS = 2_000;
/** A keeper that ends this often within a minute is not started again. */
const MAX_KEEPER_STARTS_PER_MINUTE = 10;
/**
 * The supervisor does little and stays for months. Together with the settings of malloc these flags take 5 MB off it;
 * the price is a tenth more time per line of an access log (`npm run bench` measures the memory).
 */
const SUPERVISOR_NODE_FLAGS = [
  "--max-semi-space-size=1",
  "--max-old-space-size=96",
  "--optimize-for-size",
  "--v8-pool-size=1",
];
/** glibc otherwise keeps an arena per thread and gives little back. */
const SMALL_MALLOC = { MALLOC_ARENA_MAX: "1", MALLOC_TRIM_THRESHOLD_: "65536" };
/** Exit status of a keeper that found another one on its folder (lib/keeper/README.md). */
const KEEPER_ALREADY_THERE = 75;

/** Runs until everything is stopped; resolves with the exit status. */
export async function up(argv: string[], program: { root: string; version: string }): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const settings = readSettings(argv, process.env, process.cwd());
  const instance = await prepareInstance({ settings, ...program, say });
  const paths = instancePaths(instance);

  const other = await runningKeeper(instance);
  if (other !== null) {
    say(
      `Monban is already up on ${instance.data} (keeper ${other}); its panel is at ${await panelUrl(instance)}.`,
    );
    say("Nothing was started. Stop it with Ctrl-C where it runs, or with: npx monban down");
    return 1;
  }
  await checkPorts(instance);
  const token = await setupToken(instance, process.env.MONBAN_SETUP_TOKEN || undefined);
  if (settings.sample) await placeSample(instance);
  await writeWhole(paths.instanceFile, JSON.stringify(instance, null, 2), instance.users ? 0o644 : 0o600);
  const configFile = `${instance.run}/keeper.config.json`;
  await writeWhole(configFile, JSON.stringify(keeperConfig(instance), null, 2), 0o600);

  let stopping = false;
  let launched = launch(instance, configFile);
  let askedAt = 0;
  const stop = (signal: NodeJS.Signals) => {
    // One Ctrl-C may arrive twice, from the terminal and from whoever started us; an impatient one comes later.
    if (stopping && Date.now() - askedAt < IMPATIENT_AFTER_MS) return;
    say(
      stopping
        ? "Stopping at once …"
        : `\n${signal === "SIGINT" ? "Stopping" : `Stopping (${signal})`}: requests may finish …`,
    );
    stopping = true;
    askedAt = Date.now();
    launched.process.kill("SIGTERM");
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stop(signal));

  const ready = announce(instance, token, settings.sample, say, () => stopping);
  let starts: number[] = [Date.now()];
  for (;;) {
    const end = await launched.ended;
    if (end.code === KEEPER_ALREADY_THERE) {
      say(`Monban is already up on ${instance.data}. Nothing was started.`);
      return 1;
    }
    if (stopping || end.code === 0) break;
    starts = [...starts.filter((at) => Date.now() - at < 60_000), Date.now()];
    if (starts.length > MAX_KEEPER_STARTS_PER_MINUTE) {
      say(
        `The keeper ended ${starts.length - 1} times within a minute; see ${paths.processLogs}/keeper.log. Sites that are up stay up.`,
      );
      return 1;
    }
    say(`The keeper ended (${end.signal ?? `exit code ${end.code}`}); starting it again. Sites go on.`);
    launched = launch(instance, configFile);
  }
  stopping = true;
  await ready;
  // Outside the data, and empty now: what is not is a survivor's.
  await rmdir(instance.facts).catch(() => undefined);
  say("Everything is stopped.");
  return 0;
}

function launch(instance: Instance, configFile: string) {
  const paths = instancePaths(instance);
  return launchKeeper({
    python: instance.pythonBinary,
    program: paths.keeperProgram,
    runFolder: instance.run,
    configFile,
    logFile: `${paths.processLogs}/keeper.log`,
  });
}

function keeperConfig(instance: Instance) {
  const paths = instancePaths(instance);
  const log = `${paths.processLogs}/supervisor.log`;
  return {
    supervisor: {
      argv: [instance.nodeBinary, ...SUPERVISOR_NODE_FLAGS, paths.supervisorProgram],
      cwd: "/",
      env: { ...passedOn(), ...SMALL_MALLOC, MONBAN_INSTANCE: paths.instanceFile },
      stdout: log,
      stderr: log,
    },
    shutdownTimeoutMs: SHUTDOWN_TIMEOUT_MS,
  };
}

/** What building environments needs of ours (package indexes, proxies, certificates) and Monban's own settings. */
function passedOn(): Record<string, string> {
  const passed: Record<string, string> = {
    PATH: process.env.PATH ?? "/usr/local/bin:/usr/bin:/bin",
    NODE_ENV: "production",
  };
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined) continue;
    if (
      /^(MONBAN_|PIP_|UV_|SSL_CERT_|https?_proxy$|no_proxy$|all_proxy$)/i.test(name) ||
      name === "TZ" ||
      name === "HOME"
    ) {
      passed[name] = value;
    }
  }
  return passed;
}

/** Waits for the panel and says where everything is; says what is wrong when it does not come. */
async function announce(
  instance: Instance,
  token: string | null,
  sample: boolean,
  say: (line: string) => void,
  isStopping: () => boolean,
): Promise<void> {
  const tellAt = Date.now() + PATIENCE_MS;
  const url = await panelUrl(instance);
  const paths = instancePaths(instance);
  let told = false;
  for (;;) {
    const { answers, trouble } = await askPanel(instance);
    if (answers) break;
    if (isStopping()) return;
    if (!told && (trouble !== null || Date.now() > tellAt)) {
      told = true;
      say(`The panel does not answer at ${url} yet. ${trouble ?? (await whatIsWrong(instance))}`);
    }
    await pause(READY_LOOK_EVERY_MS);
  }
  if (isStopping()) return;
  say("");
  say(`Monban ${instance.version} is up.`);
  say(`  Panel        ${url}`);
  const unset = token !== null && (await readFile(paths.setupTokenFile, "utf8").catch(() => null)) !== null;
  if (unset) say(`  Setup token  ${token}   (works once, on the first page)`);
  const sampleUrl = httpUrl("sample.localhost", instance.httpPort);
  if (await serves(instance, "sample")) say(`  Sample site  ${sampleUrl}`);
  else if (sample && unset) say(`  Sample site  ${sampleUrl}   (ready in a moment)`);
  say(`  Data         ${instance.data}`);
  say("Ctrl-C stops everything.");
}

/** Whether a site of that name has a release: one that was removed has none. */
async function serves(instance: Instance, name: string): Promise<boolean> {
  return readlink(sitePaths(instance, name).current).then(
    () => true,
    () => false,
  );
}

/** The supervisor's reason, or where to read on when there is none. */
async function whatIsWrong(instance: Instance): Promise<string> {
  const { processLogs } = instancePaths(instance);
  try {
    const { panel } = await askSupervisor(instance).observed();
    if (panel.reason) return `${panel.reason} It is tried again and again.`;
    return `It is ${panel.state}; its log: ${processLogs}/panel.log`;
  } catch {
    return `Nor does the supervisor; its log: ${processLogs}/supervisor.log`;
  }
}

export async function panelUrl(instance: Instance): Promise<string> {
  const host =
    instance.panelHost === "0.0.0.0" || instance.panelHost === "::" ? "localhost" : instance.panelHost;
  return httpUrl(host.includes(":") ? `[${host}]` : host, instance.panelPort);
}

function httpUrl(host: string, port: number): string {
  return port === 80 ? `http://${host}/` : `http://${host}:${port}/`;
}

/** Whether the panel answers, and what one that does says of itself: that its database is damaged, for example. */
function askPanel(instance: Instance): Promise<{ answers: boolean; trouble: string | null }> {
  const host = instance.panelHost === "0.0.0.0" ? "127.0.0.1" : instance.panelHost;
  const silent = { answers: false, trouble: null };
  return new Promise((resolve) => {
    const asked = request(
      { host, port: instance.panelPort, path: "/healthz", timeout: 5_000 },
      (response) => {
        let text = "";
        response
          .setEncoding("utf8")
          .on("data", (part: string) => {
            text += part;
          })
          .on("error", () => resolve(silent))
          .on("end", () => {
            const answers = (response.statusCode ?? 500) < 500;
            resolve({ answers, trouble: answers ? null : troubleIn(text) });
          });
      },
    );
    asked.on("timeout", () => asked.destroy());
    asked.on("error", () => resolve(silent));
    asked.end();
  });
}

/** The sentences of a problem document, or null when the panel is only starting or says something else. */
function troubleIn(text: string): string | null {
  try {
    const { code, detail, hint } = JSON.parse(text) as Partial<Problem>;
    if (code === "starting" || !detail) return null;
    return hint ? `${detail} ${hint}` : detail;
  } catch {
    return null;
  }
}

async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const draft = `${path}.new`;
  await writeFile(draft, `${text}\n`, { mode });
  await rename(draft, path);
}
