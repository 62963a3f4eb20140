import fs from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type PanelProcess, startPanelProcess } from "../testing/start-panel.ts";
import { createTempFolder, type TempFolder } from "../testing/temp-folder.ts";
import { waitFor } from "../testing/wait-for.ts";

let folder: TempFolder;
let panel: PanelProcess | null;

beforeEach(async () => {
  folder = await createTempFolder();
  panel = null;
});
afterEach(async () => {
  await panel?.stop("SIGKILL");
  await folder.remove();
});

const health = async () => (await fetch(`http://127.0.0.1:${panel?.port}/healthz`)).status;

test("the panel serves the socket it inherits, and ends in order", async () => {
  panel = await startPanelProcess(folder.path);
  await waitFor("the panel to be well", async () => (await health()) === 200);
  expect(panel.log()).toContain(`listening on port ${panel.port}`);
  const { mode } = await fs.stat(path.join(folder.path, "monban.db"));
  expect(mode & 0o077).toBe(0);
  const code = await panel.stop();
  expect(code).toBe(0);
  await expect(fs.access(path.join(folder.path, "monban.db-wal"))).rejects.toThrow();
});

test("set-up, sign-in and a status work in the process as a whole, without a dashboard or a supervisor", async () => {
  panel = await startPanelProcess(folder.path, { MONBAN_SETUP_TOKEN: "unattended" });
  await waitFor("the panel to be well", async () => (await health()) === 200);
  const url = `http://127.0.0.1:${panel.port}`;
  const post = (target: string, body: object) =>
    fetch(url + target, {
      method: "POST",
      headers: { "content-type": "application/json", origin: url },
      body: JSON.stringify(body),
    });
  const admin = { username: "admin", password: "correct horse" };
  expect((await post("/api/v1/setup", { setupToken: "unattended", ...admin })).status).toBe(201);
  const signedIn = await post("/api/v1/sessions", admin);
  const [cookie = ""] = (signedIn.headers.get("set-cookie") ?? "").split(";");
  const status = await fetch(`${url}/api/v1/status`, { headers: { cookie } });
  expect(await status.json()).toMatchObject({
    version: "1.2.3",
    panel: { pid: panel.pid, state: "ready" },
    ports: { panel: panel.port },
    supervisorReachable: false,
  });
});

test("a killed panel finds everything again", async () => {
  panel = await startPanelProcess(folder.path, { MONBAN_SETUP_TOKEN: "unattended" });
  await waitFor("the panel to be well", async () => (await health()) === 200);
  const setUp = () =>
    fetch(`http://127.0.0.1:${panel?.port}/api/v1/setup`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ setupToken: "unattended", username: "admin", password: "correct horse" }),
    });
  expect((await setUp()).status).toBe(201);
  await panel.stop("SIGKILL");
  panel = await startPanelProcess(folder.path, { MONBAN_SETUP_TOKEN: "unattended" });
  await waitFor("the panel to be well", async () => (await health()) === 200);
  expect((await setUp()).status).toBe(409);
});
