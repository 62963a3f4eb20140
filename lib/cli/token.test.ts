import { afterEach, beforeEach, expect, test } from "vitest";
import { createTestPanel, type TestPanel } from "../testing/test-panel.ts";
import { createToken } from "./token.ts";
import { resetPassword } from "./user.ts";

let panel: TestPanel;

beforeEach(async () => {
  panel = await createTestPanel();
});
afterEach(() => panel.close());

test("a token made in the shell works in the running panel, and is in its audit log", async () => {
  const token = await createToken({ data: panel.folder, name: "ci", scopes: ["admin"] });
  const headers = { authorization: `Bearer ${token.secret}` };
  expect((await panel.call("GET", "/api/v1/sites", { headers })).status).toBe(200);
  const { body } = await panel.call("GET", "/api/v1/audit", { headers });
  expect(body.data).toMatchObject([{ action: "token.create", actor: { kind: "cli" }, target: "ci" }]);
});

test("a scope that does not exist is refused with those that do", async () => {
  await expect(createToken({ data: panel.folder, name: "ci", scopes: ["root"] })).rejects.toThrow(
    "The scopes are admin, sites:read, sites:write and metrics:read.",
  );
});

test("without a database the shell says what to do, and makes none", async () => {
  await expect(createToken({ data: "/nowhere", name: "ci", scopes: ["admin"] })).rejects.toThrow(
    "There is no database at /nowhere/monban.db. Start Monban once, or name its data folder.",
  );
});

test("a new password from the shell ends all sessions and lets its owner in", async () => {
  const cookie = await panel.cookie();
  const { username, password } = await resetPassword({ data: panel.folder });
  expect(username).toBe("admin");
  expect((await panel.call("GET", "/api/v1/sites", { headers: { cookie } })).status).toBe(401);
  await panel.signIn({ username, password });
});

test("a new password from the shell lifts the throttle of that name", async () => {
  await panel.cookie();
  const attempt = () =>
    panel.call("POST", "/api/v1/sessions", { body: { username: "admin", password: "wrong" } });
  for (let i = 0; i < 6; i++) await attempt();
  expect((await attempt()).status).toBe(429);
  const { password } = await resetPassword({
    data: panel.folder,
    username: "admin",
    password: "another good one",
  });
  await panel.signIn({ username: "admin", password });
});

test("there is nobody to give a password to before set-up, or under another name", async () => {
  await expect(resetPassword({ data: panel.folder })).rejects.toThrow("Monban does not have any user yet.");
  await panel.cookie();
  await expect(resetPassword({ data: panel.folder, username: "ana" })).rejects.toThrow("a user named ana");
  await expect(resetPassword({ data: panel.folder, password: "short" })).rejects.toThrow(
    "Use at least 8 characters.",
  );
});
