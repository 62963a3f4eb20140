import fs from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestPanel, SETUP_TOKEN, type TestPanel } from "../testing/test-panel.ts";

const admin = { username: "admin", password: "correct horse" };
const HOUR_MS = 3_600_000;
let panel: TestPanel;

beforeEach(async () => {
  panel = await createTestPanel();
});
afterEach(() => panel.close());

async function signIn(username: string, password: string, address = "192.0.2.7") {
  return panel.call("POST", "/api/v1/sessions", {
    body: { username, password },
    headers: { "x-monban-address": address },
  });
}

describe("set-up", () => {
  const setUp = (setupToken: string) =>
    panel.call("POST", "/api/v1/setup", { body: { setupToken, ...admin } });

  test("creates the first admin, who can sign in", async () => {
    const answer = await setUp(SETUP_TOKEN);
    expect(answer.status).toBe(201);
    expect(answer.body.user).toMatchObject({ username: "admin", role: "admin" });
    expect((await signIn(admin.username, admin.password)).status).toBe(201);
  });

  test("needs the token that was printed", async () => {
    const answer = await setUp("a guess");
    expect(answer.status).toBe(403);
    expect(answer.body.code).toBe("wrong-setup-token");
    expect((await panel.call("POST", "/api/v1/setup", { body: admin })).status).toBe(422);
  });

  test("works once", async () => {
    await setUp(SETUP_TOKEN);
    const again = await panel.call("POST", "/api/v1/setup", {
      body: { setupToken: SETUP_TOKEN, username: "mallory", password: "correct horse" },
    });
    expect(again.status).toBe(409);
    expect(again.body.code).toBe("already-set-up");
  });

  test("works once, also for two who come at the same time", async () => {
    const answers = await Promise.all([setUp(SETUP_TOKEN), setUp(SETUP_TOKEN), setUp(SETUP_TOKEN)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
  });

  test("takes the token from its file and removes it when it is used", async () => {
    await panel.close();
    panel = await createTestPanel({ setupToken: null });
    expect((await setUp("")).status).toBe(422);
    expect((await setUp("anything")).status).toBe(403);
    const file = path.join(panel.folder, "setup-token");
    await fs.writeFile(file, "from-the-file\n");
    expect((await setUp("from-the-file")).status).toBe(201);
    await expect(fs.access(file)).rejects.toThrow();
  });

  test("slows down whoever guesses", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++) statuses.push((await setUp(`guess ${i}`)).status);
    expect(statuses).toEqual([403, 403, 403, 403, 403, 429, 429]);
  });
});

describe("signing in", () => {
  beforeEach(async () => {
    await panel.call("POST", "/api/v1/setup", { body: { setupToken: SETUP_TOKEN, ...admin } });
  });

  test("says the same for a wrong password and for somebody unknown", async () => {
    const [wrong, unknown] = [await signIn("admin", "wrong"), await signIn("nobody", "wrong")];
    expect(wrong.status).toBe(401);
    expect({ ...unknown.body, requestId: "" }).toEqual({ ...wrong.body, requestId: "" });
  });

  test("is throttled by name after five failures, and Retry-After says for how long", async () => {
    for (let i = 0; i < 5; i++) expect((await signIn("admin", "wrong", `192.0.2.${i}`)).status).toBe(401);
    const answer = await signIn("admin", admin.password, "198.51.100.1");
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await signIn("somebody", "wrong")).status).toBe(401);
    panel.pass(Number(answer.headers.get("retry-after")) * 1_000);
    expect((await signIn("admin", admin.password)).status).toBe(201);
  });

  test("is throttled by address whatever the names are", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 16; i++) statuses.push((await signIn(`name${i}`, "wrong", "203.0.113.9")).status);
    expect(statuses.at(-1)).toBe(429);
    expect((await signIn("admin", admin.password, "203.0.113.10")).status).toBe(201);
  });

  test("counts failures that come at the same time", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => signIn("admin", "wrong")));
    expect(answers.filter((answer) => answer.status === 401)).toHaveLength(5);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(7);
  });

  test("success forgets the failures", async () => {
    for (let i = 0; i < 4; i++) await signIn("admin", "wrong");
    expect((await signIn("admin", admin.password)).status).toBe(201);
    for (let i = 0; i < 4; i++) expect((await signIn("admin", "wrong")).status).toBe(401);
  });

  test("failures are in the audit log, without what was typed", async () => {
    await signIn("my-secret-password", "oops");
    const { body } = await panel.asAdmin("GET", "/api/v1/audit");
    expect(body.data.map((entry: { action: string }) => entry.action)).toContain("session.failed");
    expect(JSON.stringify(body)).not.toContain("my-secret-password");
  });
});

describe("a session", () => {
  test("tells who I am", async () => {
    const { status, body } = await panel.asAdmin("GET", "/api/v1/sessions/current");
    expect(status).toBe(200);
    expect(body).toMatchObject({
      actor: { kind: "user", name: "admin" },
      user: { username: "admin" },
      scopes: ["admin"],
    });
  });

  test("ends in the moment of signing out, on the server", async () => {
    const cookie = await panel.cookie();
    const out = await panel.asAdmin("DELETE", "/api/v1/sessions/current");
    expect(out.status).toBe(204);
    expect(out.headers.get("set-cookie")).toContain("Max-Age=0");
    expect((await panel.call("GET", "/api/v1/sites", { headers: { cookie } })).status).toBe(401);
  });

  test("ends after 30 days, and after 7 days without use", async () => {
    expect((await panel.asAdmin("GET", "/api/v1/sites")).status).toBe(200);
    for (let day = 0; day < 29; day += 6) {
      panel.pass(6 * 24 * HOUR_MS);
      expect((await panel.asAdmin("GET", "/api/v1/sites")).status).toBe(day < 24 ? 200 : 401);
    }
    const cookie = await panel.signIn(admin);
    panel.pass(7 * 24 * HOUR_MS);
    expect((await panel.call("GET", "/api/v1/sites", { headers: { cookie } })).status).toBe(401);
  });

  test("can be ended from another one of the same person", async () => {
    await panel.cookie();
    const other = await panel.signIn(admin);
    const { body } = await panel.asAdmin("GET", "/api/v1/sessions");
    expect(body.data).toHaveLength(2);
    const theirs = body.data.find((session: { current: boolean }) => !session.current);
    expect((await panel.asAdmin("DELETE", `/api/v1/sessions/${theirs.id}`)).status).toBe(204);
    expect((await panel.call("GET", "/api/v1/sites", { headers: { cookie: other } })).status).toBe(401);
    expect((await panel.asAdmin("DELETE", `/api/v1/sessions/${theirs.id}`)).status).toBe(404);
  });
});

describe("changing the password", () => {
  const change = (currentPassword: string, newPassword = "battery staple") =>
    panel.asAdmin("POST", "/api/v1/users/current/password", { body: { currentPassword, newPassword } });

  test("needs the old one and ends all other sessions", async () => {
    await panel.cookie();
    const other = await panel.signIn(admin);
    expect((await change("wrong")).body.errors).toEqual([
      { path: "currentPassword", message: "This is not your current password." },
    ]);
    expect((await change(admin.password)).status).toBe(204);
    expect((await panel.asAdmin("GET", "/api/v1/sites")).status).toBe(200);
    expect((await panel.call("GET", "/api/v1/sites", { headers: { cookie: other } })).status).toBe(401);
    expect((await signIn("admin", admin.password)).status).toBe(401);
    expect((await signIn("admin", "battery staple")).status).toBe(201);
  });

  test("is throttled like signing in", async () => {
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await change("wrong")).status);
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
  });

  test("is not for tokens", async () => {
    const headers = await panel.token(["admin"]);
    const body = { currentPassword: "x", newPassword: "battery staple" };
    expect((await panel.call("POST", "/api/v1/users/current/password", { headers, body })).status).toBe(403);
  });

  test("wants at least 8 characters", async () => {
    expect((await change(admin.password, "short")).body.errors[0].message).toBe("Use at least 8 characters.");
  });
});

test("what admins do is in the audit log, with who and where", async () => {
  await panel.asAdmin("POST", "/api/v1/tokens", {
    body: { name: "ci", scopes: ["admin"] },
    headers: { "x-monban-address": "192.0.2.44" },
  });
  const { body } = await panel.asAdmin("GET", "/api/v1/audit?limit=1");
  expect(body.data).toMatchObject([
    { action: "token.create", target: "ci", actor: { kind: "user", name: "admin" }, address: "192.0.2.44" },
  ]);
  const older = await panel.asAdmin("GET", `/api/v1/audit?limit=1&cursor=${body.nextCursor}`);
  expect(older.body.data[0].action).toBe("session.create");
});

test("a host that has its own address may read metrics without a token, when that is allowed", async () => {
  const metrics = (address: string) =>
    panel.call("GET", "/metrics", { headers: { "x-monban-address": address } });
  expect((await metrics("127.0.0.1")).status).toBe(401);
  await panel.close();
  panel = await createTestPanel({ metricsOnLoopback: true });
  expect((await metrics("127.0.0.1")).status).toBe(200);
  expect((await metrics("192.0.2.1")).status).toBe(401);
  expect((await metrics("")).status).toBe(401);
});
