/** Looks whether the addresses Monban wants are free, before anything is started: a taken port is told at once. */
import { access } from "node:fs/promises";
import { createServer } from "node:net";
import type { Instance } from "../schema/instance.ts";
import { SettingError } from "./settings.ts";

/**
 * Throws a SettingError that names the setting when an address cannot be listened on. After a keeper that was killed
 * its survivors still listen there, and the next keeper takes the sockets back from them: then nothing is checked.
 */
export async function checkPorts(instance: Instance): Promise<void> {
  if (await hasSurvivors(instance)) return;
  await checkPort({
    host: instance.panelHost,
    port: instance.panelPort,
    what: "the panel",
    repair: (port) => `MONBAN_PANEL_ADDRESS=${bracketed(instance.panelHost)}:${port} npm start`,
  });
  await checkPort({
    host: instance.httpAddress,
    port: instance.httpPort,
    what: "the sites",
    repair: (port) => `MONBAN_HTTP_PORT=${port} npm start`,
  });
}

/** The keeper removes this file when it stops in order. */
async function hasSurvivors(instance: Instance): Promise<boolean> {
  return access(`${instance.run}/keeper.json`).then(
    () => true,
    () => false,
  );
}

async function checkPort(args: {
  host: string;
  port: number;
  what: string;
  repair: (port: number) => string;
}): Promise<void> {
  const { host, port, what, repair } = args;
  const code = await whyNotFree(host, port);
  if (code === null) return;
  const address = `${bracketed(host)}:${port}`;
  // Three more digits keep 80 recognizable as 8080.
  const other = port < 1024 ? 8000 + port : port + 1;
  const reason =
    code === "EADDRINUSE"
      ? `another program listens on ${address} already`
      : code === "EACCES"
        ? `only root may listen on ${address}`
        : code === "EADDRNOTAVAIL"
          ? `this machine does not have the address ${host}`
          : `${address} cannot be listened on (${code})`;
  const hint = code === "EADDRNOTAVAIL" ? "Give one of its own." : `Choose another port: ${repair(other)}`;
  throw new SettingError(`Nothing was started: ${what} cannot be served, because ${reason}.\n${hint}`);
}

/** The system's name of the error, or null when the address can be had. */
function whyNotFree(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (cause: NodeJS.ErrnoException) => resolve(cause.code ?? cause.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
