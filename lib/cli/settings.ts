/** Settings by environment or flag, checked at the door. A flag wins over the environment. */
import { isAbsolute, resolve } from "node:path";
import { parseArgs } from "node:util";

export type Settings = {
  data: string;
  /** False when `data` is the default: then a better place may be chosen. */
  dataGiven: boolean;
  panelHost: string;
  panelPort: number;
  httpAddress: string;
  httpPort: number;
  httpsPort: number;
  nginx: string | null;
  python: string | null;
  sample: boolean;
  dev: boolean;
};

/** A setting that cannot be used, with its name and the repair. */
export class SettingError extends Error {}

/** What `monban up --help` says; the names are those of the environment. */
export const upHelp = `Usage: monban up [options]

Starts everything in the foreground: keeper, supervisor, panel, nginx and the sites. Ctrl-C stops it all.

  --data DIR             where everything is kept          MONBAN_DATA           ./data
  --panel HOST:PORT      address of the dashboard          MONBAN_PANEL_ADDRESS  127.0.0.1:4600
  --http-port PORT       where nginx serves the sites      MONBAN_HTTP_PORT      8080
  --http-address HOST    address nginx listens on          MONBAN_HTTP_ADDRESS   0.0.0.0
  --no-sample            no sample site on an empty folder MONBAN_SAMPLE=0

Also read: MONBAN_SETUP_TOKEN (unattended set-up), MONBAN_NGINX and MONBAN_PYTHON (programs to use),
MONBAN_SOURCE_ROOTS (folders sites may come from, separated by colons), MONBAN_PANEL_HOSTS (further names the
panel answers to), MONBAN_METRICS_LOOPBACK=1 (/metrics without a token on this machine).
`;

/** Reads flags and environment; throws a SettingError that names what is wrong. */
export function readSettings(argv: string[], env: NodeJS.ProcessEnv, cwd: string): Settings {
  const { values } = parseFlags(argv);
  const data = values.data ?? env.MONBAN_DATA;
  const panel = parseAddress(
    values.panel ?? env.MONBAN_PANEL_ADDRESS ?? "127.0.0.1:4600",
    "MONBAN_PANEL_ADDRESS",
  );
  return {
    data:
      data === undefined || data === ""
        ? resolve(cwd, "data")
        : isAbsolute(data)
          ? resolve(data)
          : resolve(cwd, data),
    dataGiven: data !== undefined && data !== "",
    panelHost: panel.host,
    panelPort: panel.port,
    httpAddress: values["http-address"] ?? env.MONBAN_HTTP_ADDRESS ?? "0.0.0.0",
    httpPort: parsePort(values["http-port"] ?? env.MONBAN_HTTP_PORT ?? "8080", "MONBAN_HTTP_PORT"),
    httpsPort: parsePort(env.MONBAN_HTTPS_PORT ?? "8443", "MONBAN_HTTPS_PORT"),
    nginx: env.MONBAN_NGINX || null,
    python: env.MONBAN_PYTHON || null,
    sample: !values["no-sample"] && env.MONBAN_SAMPLE !== "0",
    dev: env.MONBAN_DEV === "1",
  };
}

function parseFlags(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      options: {
        data: { type: "string" },
        panel: { type: "string" },
        "http-port": { type: "string" },
        "http-address": { type: "string" },
        "no-sample": { type: "boolean" },
      },
      strict: true,
      allowPositionals: false,
    });
  } catch (cause) {
    throw new SettingError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${upHelp}`);
  }
}

function parsePort(text: string, name: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new SettingError(`${name} is "${text}". Give a port between 1 and 65535.`);
}

function parseAddress(text: string, name: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([0-9A-Za-z.-]+)):(\d{1,5})$/.exec(text);
  if (!match) throw new SettingError(`${name} is "${text}". Give it as HOST:PORT, such as 127.0.0.1:4600.`);
  const host = match[1] ?? match[2] ?? "";
  return { host: host === "localhost" ? "127.0.0.1" : host, port: parsePort(match[3] ?? "", name) };
}
