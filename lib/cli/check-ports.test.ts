import { writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import type { Instance } from "../schema/instance.ts";
import { createTempFolder, type TempFolder } from "../testing/temp-folder.ts";
import { checkPorts } from "./check-ports.ts";

const servers: Server[] = [];
const folders: TempFolder[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await folder.remove();
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
});

async function listen(): Promise<number> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as { port: number }).port;
}

async function freePort(): Promise<number> {
  const port = await listen();
  await new Promise((resolve) => servers.pop()?.close(resolve));
  return port;
}

async function instanceOn(ports: { panel: number; http: number }): Promise<Instance> {
  const address = { panelHost: "127.0.0.1", httpAddress: "127.0.0.1" };
  const folder = await createTempFolder();
  folders.push(folder);
  return { ...address, panelPort: ports.panel, httpPort: ports.http, run: folder.path } as Instance;
}

test("free ports are fine", async () => {
  const instance = await instanceOn({ panel: await freePort(), http: await freePort() });
  await expect(checkPorts(instance)).resolves.toBeUndefined();
});

test("a taken port for the sites is told with the setting that chooses another", async () => {
  const http = await listen();
  const instance = await instanceOn({ panel: await freePort(), http });
  await expect(checkPorts(instance)).rejects.toThrow(
    `Nothing was started: the sites cannot be served, because another program listens on 127.0.0.1:${http} already.\n` +
      `Choose another port: MONBAN_HTTP_PORT=${http + 1} npm start`,
  );
});

test("a taken port for the panel is told with its address", async () => {
  const panel = await listen();
  const instance = await instanceOn({ panel, http: await freePort() });
  await expect(checkPorts(instance)).rejects.toThrow(`MONBAN_PANEL_ADDRESS=127.0.0.1:${panel + 1} npm start`);
});

test("after a keeper was killed its ports may be taken by what survived", async () => {
  const instance = await instanceOn({ panel: await listen(), http: await listen() });
  await writeFile(`${instance.run}/keeper.json`, "{}");
  await expect(checkPorts(instance)).resolves.toBeUndefined();
});
