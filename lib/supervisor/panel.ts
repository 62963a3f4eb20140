/** The panel as a supervised child: unprivileged, on a socket the keeper holds, so that its restarts refuse nobody. */
import type { Context } from "./context.ts";

/** With MALLOC_ARENA_MAX they take about 6 MB off an idle panel (`npm run bench`); what they cost in speed is within the noise of one run. */
const NODE_FLAGS = [
  "--max-old-space-size=192",
  "--max-semi-space-size=2",
  "--disable-warning=ExperimentalWarning",
];
const SOCKET_NAME = "panel";

/** Binds the panel's address and starts it; rejects with the reason, such as an address in use. */
export async function startPanel(context: Context): Promise<{ pid: number }> {
  const { instance, system, paths } = context;
  await system.keeper.listen({
    name: SOCKET_NAME,
    kind: "tcp",
    host: instance.panelHost,
    port: instance.panelPort,
    backlog: 512,
  });
  await system.files.makeFolder(paths.processLogs, { mode: 0o750 });
  const user = instance.users?.panel;
  return system.keeper.spawn({
    name: "panel",
    argv: [instance.nodeBinary, ...NODE_FLAGS, paths.panelProgram],
    cwd: instance.root,
    env: {
      ...passedOn(),
      NODE_ENV: instance.dev ? "development" : "production",
      MONBAN_INSTANCE: paths.instanceFile,
      HOME: instance.data,
      NEXT_TELEMETRY_DISABLED: "1",
      MALLOC_ARENA_MAX: "2",
    },
    ...(user ? { uid: user.uid, gid: user.gid, groups: [] } : {}),
    umask: 0o077,
    stdout: `${paths.processLogs}/panel.log`,
    stderr: `${paths.processLogs}/panel.log`,
    sockets: [SOCKET_NAME],
    inherit: "systemd",
  });
}

/** Settings of the panel that people give by environment; nothing else of Monban's environment reaches it. */
function passedOn(): Record<string, string> {
  const environment: Record<string, string> = { PATH: "/usr/local/bin:/usr/bin:/bin" };
  for (const name of [
    "MONBAN_SETUP_TOKEN",
    "MONBAN_SAMPLE",
    "MONBAN_PANEL_HOSTS",
    "MONBAN_METRICS_LOOPBACK",
    "TZ",
    "LANG",
  ]) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}
