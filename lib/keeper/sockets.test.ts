import { lstat, stat, symlink, unlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { ask, startLoad } from "../testing/ask.ts";
import { ANSWERS_WITH_PID, aProgram, keeperScenes, python } from "../testing/keeper-scene.ts";
import { waitFor } from "../testing/wait-for.ts";

const scenes = keeperScenes();
const server = (folder: string) =>
  aProgram(folder, python(ANSWERS_WITH_PID), { sockets: ["site"], inherit: "systemd" });

describe("a socket outlives the server behind it", () => {
  test("connections made while the server is dead are answered by the next one", async () => {
    const { folder, client, exits } = await scenes.open();
    const path = `${folder}/site.sock`;
    await client.listen({ name: "site", kind: "unix", path, backlog: 64 });
    const first = await client.spawn(server(folder));
    expect(await ask({ path })).toBe(String(first.pid));

    await client.signal({ ...first, signal: "SIGKILL", group: false });
    await waitFor("the exit", () => exits.length === 1);
    const queued = Promise.all(Array.from({ length: 20 }, () => ask({ path })));
    await waitFor("connections to wait", async () => (await client.waiting(["site"])).site);

    const second = await client.spawn(server(folder));
    expect(new Set(await queued)).toEqual(new Set([String(second.pid)]));
    await waitFor("nobody to wait", async () => !(await client.waiting(["site"])).site);
  });

  test("a server killed and started again under load loses only what it was answering", async () => {
    const { folder, client, exits } = await scenes.open();
    const { port } = await client.listen({
      name: "site",
      kind: "tcp",
      host: "127.0.0.1",
      port: 0,
      backlog: 64,
    });
    let running = await client.spawn(server(folder));
    const load = startLoad({ host: "127.0.0.1", port: port ?? 0 }, 4);
    for (let round = 1; round <= 5; round++) {
      const before = load.answered();
      await waitFor("answers", () => load.answered() > before + 20);
      // Stopped first, so that no connection is half answered when it dies.
      await client.signal({ ...running, signal: "SIGSTOP", group: false });
      await client.signal({ ...running, signal: "SIGKILL", group: false });
      await waitFor("the exit", () => exits.length === round);
      running = await client.spawn(server(folder));
    }
    const { failures, answers } = await load.stop();
    expect(answers.length).toBeGreaterThan(1);
    expect(failures.length).toBeLessThanOrEqual(5); // the one connection accepted at each kill
  });
});

describe("listening", () => {
  test("the same address again is fine; another one under the same name, or the same one under another, is a conflict", async () => {
    const { folder, client } = await scenes.open();
    const request = { name: "site", kind: "unix", path: `${folder}/a.sock`, backlog: 64 } as const;
    const socket = await client.listen(request);
    expect(socket).toEqual({
      name: "site",
      kind: "unix",
      address: request.path,
      port: null,
      held: true,
      rebound: false,
    });
    expect(await client.listen({ ...request, mode: 0o666 })).toEqual(socket);
    expect((await stat(request.path)).mode & 0o777).toBe(0o666);
    await expect(client.listen({ ...request, path: `${folder}/b.sock` })).rejects.toMatchObject({
      code: "Conflict",
    });
    await expect(client.listen({ ...request, name: "other" })).rejects.toMatchObject({ code: "Conflict" });
    expect((await client.status()).sockets).toHaveLength(1);
  });

  test("a socket file is 0600 unless told otherwise, also while it is being made", async () => {
    const { folder, keeper, client } = await scenes.open();
    await client.listen({ name: "private", kind: "unix", path: `${folder}/private.sock`, backlog: 1 });
    await client.listen({
      name: "shared",
      kind: "unix",
      path: `${folder}/shared.sock`,
      backlog: 1,
      mode: 0o660,
    });
    expect((await stat(`${folder}/private.sock`)).mode & 0o777).toBe(0o600);
    expect((await stat(`${folder}/shared.sock`)).mode & 0o777).toBe(0o660);
    expect((await stat(keeper.socketPath)).mode & 0o777).toBe(0o600);
  });

  test("a stale socket file is replaced; one that somebody listens on, a file and a symbolic link are left alone", async () => {
    const { folder, client } = await scenes.open();
    const listen = (name: string) =>
      client.listen({ name, kind: "unix", path: `${folder}/${name}`, backlog: 1 });

    const stale = await scenes.open();
    await stale.client.listen({ name: "s", kind: "unix", path: `${folder}/stale`, backlog: 1 });
    stale.keeper.kill("SIGKILL");
    await stale.keeper.ended;
    expect((await lstat(`${folder}/stale`)).isSocket()).toBe(true);
    await listen("stale");

    const other = createServer().listen(`${folder}/alive`);
    await waitFor("the other server", () => other.listening);
    await expect(listen("alive")).rejects.toMatchObject({ code: "EADDRINUSE" });
    await new Promise((resolve) => other.close(resolve));

    await writeFile(`${folder}/file`, "precious");
    await expect(listen("file")).rejects.toMatchObject({ code: "EEXIST" });
    await symlink(`${folder}/stale`, `${folder}/link`);
    await expect(listen("link")).rejects.toMatchObject({ code: "EEXIST" });
    expect((await lstat(`${folder}/file`)).size).toBe(8);
  });

  test("a path that cannot be a socket's is refused and nothing is held", async () => {
    const { folder, client } = await scenes.open();
    const listen = (path: string) => client.listen({ name: "s", kind: "unix", path, backlog: 1 });
    await expect(listen(`${folder}/${"x".repeat(108)}`)).rejects.toMatchObject({ code: "ENAMETOOLONG" });
    await expect(listen(`${folder}/missing/s.sock`)).rejects.toMatchObject({ code: "ENOENT" });
    expect((await client.status()).sockets).toEqual([]);
  });

  test("tcp over both families, with the port that was really got; host names are refused", async () => {
    const { client } = await scenes.open();
    const four = await client.listen({ name: "four", kind: "tcp", host: "127.0.0.1", port: 0, backlog: 8 });
    expect(four.address).toBe(`127.0.0.1:${four.port}`);
    const six = await client.listen({ name: "six", kind: "tcp", host: "::1", port: 0, backlog: 8 });
    expect(six.address).toBe(`[::1]:${six.port}`);
    const taken = client.listen({
      name: "again",
      kind: "tcp",
      host: "127.0.0.1",
      port: four.port ?? 0,
      backlog: 8,
    });
    await expect(taken).rejects.toMatchObject({ code: "EADDRINUSE" });
    const named = client.listen({ name: "named", kind: "tcp", host: "localhost", port: 0, backlog: 8 });
    await expect(named).rejects.toMatchObject({ code: "BadRequest" });
  });

  test("every IPv6 address and every IPv4 address can be listened on at the same port", async () => {
    const { client } = await scenes.open();
    const six = await client.listen({ name: "six", kind: "tcp", host: "::", port: 0, backlog: 8 });
    const four = await client.listen({
      name: "four",
      kind: "tcp",
      host: "0.0.0.0",
      port: six.port ?? 0,
      backlog: 8,
    });
    expect(four.port).toBe(six.port);
  });

  test("a socket path that somebody removed is bound anew by asking again, and says so", async () => {
    const { folder, client } = await scenes.open();
    const request = { name: "site", kind: "unix", path: `${folder}/site.sock`, backlog: 8 } as const;
    await client.listen(request);
    await unlink(request.path);
    expect(await client.listen(request)).toMatchObject({ held: true, rebound: true });
    const { pid } = await client.spawn(server(folder));
    expect(await ask({ path: request.path })).toBe(String(pid));
    expect((await client.status()).sockets).toMatchObject([{ name: "site", rebound: false }]);
  });

  test("unlisten closes the socket and removes its path, but not what took its place", async () => {
    const { folder, client } = await scenes.open();
    const path = `${folder}/site.sock`;
    await client.listen({ name: "site", kind: "unix", path, backlog: 8 });
    await client.unlisten("site");
    await expect(lstat(path)).rejects.toMatchObject({ code: "ENOENT" });
    await expect(client.unlisten("site")).rejects.toMatchObject({ code: "NotFound" });
    await expect(client.waiting(["site"])).rejects.toMatchObject({ code: "NotFound" });
  });
});
