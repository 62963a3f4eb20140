/** The panel as a process of its own. Started by the supervisor with the path of the instance file. */
import fs from "node:fs";
import path from "node:path";
import { instancePaths } from "../core/layout.ts";
import { setPanel } from "../panel/instance.ts";
import { type Instance, instanceSchema } from "../schema/instance.ts";
import { parseHosts } from "./hosts.ts";
import { openPanel } from "./open-panel.ts";
import { loadPages } from "./pages.ts";
import { troubleNotice } from "./plain-page.ts";
import { type Address, serve } from "./serve.ts";

const FIRST_INHERITED_FD = 3;

// What the panel writes holds secrets: nobody else on the machine reads it.
process.umask(0o077);
await main();

async function main(): Promise<void> {
  const { env } = process;
  const instance = readInstance(env.MONBAN_INSTANCE);
  const paths = instancePaths(instance);
  const stopping = new AbortController();
  const dev = instance.dev;
  const server = await serve({
    address: inheritedSocket(env) ?? { host: instance.panelHost, port: instance.panelPort },
    rules: { panelHost: instance.panelHost, extraHosts: parseHosts(env.MONBAN_PANEL_HOSTS) },
    dev,
    log,
  });
  log(`listening on port ${server.port}`);

  const opening = openPanel({
    databaseFile: paths.database,
    migrations: paths.migrations,
    signal: stopping.signal,
    panel: {
      socketPath: paths.supervisorSocket,
      version: instance.version,
      ports: { panel: server.port, http: instance.httpPort, https: instance.httpsPort },
      setupTokenFile: paths.setupTokenFile,
      setupToken: env.MONBAN_SETUP_TOKEN || null,
      sampleFolder: env.MONBAN_SAMPLE === "0" ? null : `${instance.data}/sample`,
      breakableFolder: dev ? path.join(path.dirname(instance.data), "breakable") : null,
      metricsOnLoopback: env.MONBAN_METRICS_LOOPBACK === "1",
      log,
    },
    trouble(trouble, error) {
      log(`${trouble.detail} (${error instanceof Error ? error.message : String(error)}) ${trouble.hint}`);
      server.useNotice(troubleNotice(trouble));
    },
  });
  const loading = loadPages({
    root: instance.root,
    web: paths.web,
    dev,
    host: instance.panelHost,
    port: server.port,
  }).catch((error) => {
    log(`the dashboard could not be loaded: ${error instanceof Error ? error.stack : String(error)}`);
    return "failed" as const;
  });

  let isStopping = false;
  async function stop(signal: string): Promise<void> {
    if (isStopping) return;
    isStopping = true;
    log(`stopping after ${signal}`);
    stopping.abort();
    const opened = await opening;
    // Ends the streams first: nothing else would make their connections close.
    const closed = opened?.core.close();
    await server.close();
    await closed;
    process.exit(0);
  }
  process.on("SIGTERM", () => void stop("SIGTERM"));
  process.on("SIGINT", () => void stop("SIGINT"));

  // In parallel: each of the two takes a good part of the time to start.
  void loading.then((pages) => server.usePages(pages));
  const opened = await opening;
  if (!opened) return;
  setPanel(opened.panel);
  server.usePanel(opened.panel);
  log("ready");
}

function readInstance(file: string | undefined): Instance {
  if (!file)
    throw new Error("MONBAN_INSTANCE does not name the instance file: the panel is started by Monban itself");
  return instanceSchema.parse(JSON.parse(fs.readFileSync(file, "utf8")));
}

/** The listening socket that the keeper holds, so that no connection is lost while the panel restarts. */
function inheritedSocket(env: NodeJS.ProcessEnv): Address | null {
  const isForMe = env.LISTEN_PID === String(process.pid) && Number(env.LISTEN_FDS) >= 1;
  delete env.LISTEN_PID;
  delete env.LISTEN_FDS;
  return isForMe ? { fd: FIRST_INHERITED_FD } : null;
}

function log(sentence: string): void {
  process.stderr.write(`${new Date().toISOString()} panel: ${sentence}\n`);
}
