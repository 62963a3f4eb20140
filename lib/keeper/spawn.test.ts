import { readFile, stat, symlink } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { aProgram, keeperScenes, processesOf, python } from "../testing/keeper-scene.ts";
import { waitFor } from "../testing/wait-for.ts";

const scenes = keeperScenes();
const privileged = process.getuid?.() === 0;

/** Tells what it finds itself to be, then waits. */
const DESCRIBES_ITSELF = `
import json, os, resource, signal, socket
names = [s for s in os.listdir("/proc/self/fd")]
fds = {}
for name in names:
    try:
        fds[name] = os.readlink("/proc/self/fd/" + name)
    except OSError:
        pass
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
print(json.dumps({
    "pid": os.getpid(), "sid": os.getsid(0), "pgid": os.getpgid(0), "env": dict(os.environ), "fds": fds,
    "cwd": os.getcwd(), "umask": os.umask(0), "blocked": int(status["SigBlk"], 16), "ignored": int(status["SigIgn"], 16),
    "uid": os.getresuid(), "gid": os.getresgid(), "groups": os.getgroups(),
    "nofile": resource.getrlimit(resource.RLIMIT_NOFILE), "core": resource.getrlimit(resource.RLIMIT_CORE),
    "addresses": [socket.socket(fileno=fd).getsockname() for fd in range(3, 3 + int(os.environ.get("SOCKETS", "0")))],
}), flush=True)
signal.pause()
`;

type SelfDescription = {
  ignored: number;
  fds: Record<string, string>;
  env: Record<string, string>;
  addresses: string[];
  nofile: [soft: number, hard: number];
  core: [soft: number, hard: number];
};

const SHOWS_ITS_IDS = ["cat", "/proc/self/status"];
const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

/** Real, effective, saved and file-system ids of the child that showed them, and its groups. */
async function ids(folder: string) {
  const status = await waitFor("the child's status", async () => {
    const text = await readFile(`${folder}/child.log`, "utf8");
    return text.includes("Groups:") && text.endsWith("\n") ? text : null;
  });
  const numbers = (key: string) =>
    (new RegExp(`^${key}:(.*)$`, "m").exec(status)?.[1] ?? "").match(/\d+/g)?.map(Number) ?? [];
  return { uid: numbers("Uid"), gid: numbers("Gid"), groups: numbers("Groups").sort() };
}

async function said(folder: string) {
  const text = await waitFor("the child's words", async () => {
    const log = await readFile(`${folder}/child.log`, "utf8");
    return log.endsWith("\n") ? log : null;
  });
  return JSON.parse(text) as SelfDescription;
}

describe("a spawned program", () => {
  test("has its own session, the given environment and folder, default signals and the umask of a user", async () => {
    const { folder, client } = await scenes.open();
    const request = aProgram(folder, python(DESCRIBES_ITSELF), {
      cwd: folder,
      env: { GREETING: "hé ✓", LC_ALL: "C.UTF-8" },
    });
    const { pid } = await client.spawn(request);
    const child = await said(folder);
    expect(child).toMatchObject({ pid, sid: pid, pgid: pid, cwd: folder, umask: 0o022, blocked: 0 });
    expect(child.env).toEqual(request.env);
    expect(child.ignored & ~((1 << 12) | (1 << 24))).toBe(0); // Python itself ignores SIGPIPE and SIGXFSZ
  });

  test("has no descriptor but its three, and its sockets from 3 on in the order they were named", async () => {
    const { folder, client } = await scenes.open();
    for (const name of ["a", "b", "c", "d", "e"]) {
      await client.listen({ name, kind: "unix", path: `${folder}/${name}.sock`, backlog: 8 });
    }
    const sockets = ["d", "a", "e"];
    const request = aProgram(folder, python(DESCRIBES_ITSELF), {
      sockets,
      inherit: "systemd",
      env: { SOCKETS: "3" },
    });
    const { pid } = await client.spawn(request);
    const child = await said(folder);
    const kept = Object.entries(child.fds).filter(([, target]) => !target.startsWith("/proc/"));
    expect(kept.map(([fd]) => Number(fd)).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(child.fds).toMatchObject({ 0: "/dev/null", 1: `${folder}/child.log`, 2: `${folder}/child.log` });
    expect(child.addresses).toEqual(sockets.map((name) => `${folder}/${name}.sock`));
    expect(child.env).toMatchObject({ LISTEN_FDS: "3", LISTEN_PID: String(pid), LISTEN_FDNAMES: "d:a:e" });
  });

  test("is told of its sockets the way nginx wants it", async () => {
    const { folder, client } = await scenes.open();
    await client.listen({ name: "http", kind: "tcp", host: "127.0.0.1", port: 0, backlog: 8 });
    await client.listen({ name: "https", kind: "tcp", host: "127.0.0.1", port: 0, backlog: 8 });
    await client.spawn(
      aProgram(folder, python(DESCRIBES_ITSELF), { sockets: ["http", "https"], inherit: "nginx" }),
    );
    const child = await said(folder);
    expect(child.env).toMatchObject({ NGINX: "3;4;" });
    expect(child.env).not.toHaveProperty("LISTEN_PID");
  });

  test("gets the limits it was given, and otherwise those the keeper was started with", async () => {
    const { folder, client } = await scenes.open();
    await client.spawn(aProgram(folder, python(DESCRIBES_ITSELF), { limits: { nofile: 777, core: 0 } }));
    const limited = await said(folder);
    expect([limited.nofile[0], limited.core[0]]).toEqual([777, 0]);

    const other = await scenes.open();
    await other.client.spawn(aProgram(other.folder, python(DESCRIBES_ITSELF)));
    const own = await readFile("/proc/self/limits", "utf8");
    const hard = Number(/Max open files\s+\d+\s+(\d+)/.exec(own)?.[1]);
    const usual = await said(other.folder);
    expect(usual.nofile[1]).toBe(hard);
    expect(usual.nofile[0]).toBeLessThanOrEqual(hard);
  });

  test("becomes the given user when the keeper may, and the refusal is told when it may not", async () => {
    const { folder, client } = await scenes.open();
    if (privileged) {
      await client.spawn(aProgram(folder, SHOWS_ITS_IDS, { uid: 65534, gid: 65533, groups: [65532, 65531] }));
      expect(await ids(folder)).toEqual({
        uid: Array(4).fill(65534),
        gid: Array(4).fill(65533),
        groups: [65531, 65532],
      });
    } else {
      const refused = client.spawn(aProgram(folder, SHOWS_ITS_IDS, { uid: 0, gid: 0 }));
      await expect(refused).rejects.toMatchObject({ code: "EPERM" });
      await client.spawn(aProgram(folder, SHOWS_ITS_IDS, self));
      expect(await ids(folder)).toMatchObject({ uid: Array(4).fill(self.uid), gid: Array(4).fill(self.gid) });
    }
  });

  test("keeps none of the keeper's groups when only uid and gid are given by root", async () => {
    const { folder, client } = await scenes.open();
    const user = privileged ? { uid: 65534, gid: 65533 } : self;
    await client.spawn(aProgram(folder, SHOWS_ITS_IDS, user));
    const child = await ids(folder);
    expect(child).toMatchObject({ uid: Array(4).fill(user.uid), gid: Array(4).fill(user.gid) });
    if (privileged) expect(child.groups).toEqual([65533]);
  });

  test("is refused when only half of a user is given", async () => {
    const { folder, client } = await scenes.open();
    const half = client.spawn(aProgram(folder, SHOWS_ITS_IDS, { uid: 65534 }));
    await expect(half).rejects.toMatchObject({ code: "BadRequest" });
  });

  test("writes into log files that are appended to and private to owner and group", async () => {
    const { folder, client, exits } = await scenes.open();
    for (const word of ["one", "two"]) {
      await client.spawn(aProgram(folder, ["/bin/echo", word], { stderr: `${folder}/error.log` }));
      await waitFor("the exit", () => exits.some((exit) => exit.seq === (word === "one" ? 1 : 2)));
    }
    expect(await readFile(`${folder}/child.log`, "utf8")).toBe("one\ntwo\n");
    expect((await stat(`${folder}/child.log`)).mode & 0o777).toBe(0o640);
    expect((await stat(`${folder}/error.log`)).size).toBe(0);
  });

  test("never writes its log through a symbolic link", async () => {
    const { folder, client } = await scenes.open();
    await symlink(`${folder}/precious`, `${folder}/child.log`);
    await expect(client.spawn(aProgram(folder, ["/bin/echo"]))).rejects.toMatchObject({ code: "ELOOP" });
  });

  test("has a name nobody else alive has", async () => {
    const { folder, client, exits } = await scenes.open();
    const program = aProgram(folder, ["/bin/sleep", "infinity"]);
    const child = await client.spawn(program);
    await expect(client.spawn(program)).rejects.toMatchObject({ code: "Conflict" });
    await expect(client.spawn({ ...program, name: "supervisor" })).rejects.toMatchObject({
      code: "Conflict",
    });
    await client.signal({ ...child, signal: "SIGKILL", group: false });
    await waitFor("the exit", () => exits.length === 1);
    await client.spawn(program);
  });
});

describe("a program that cannot be started", () => {
  test("is the error of spawn itself, with the system's code, and leaves neither a process nor an exit", async () => {
    const { folder, keeper, client, exits } = await scenes.open();
    const fails = (code: string, rest: Parameters<typeof aProgram>[2], argv = ["/bin/true"]) =>
      expect(client.spawn(aProgram(folder, argv, rest))).rejects.toMatchObject({ code });
    await fails("ENOENT", {}, [`${folder}/missing`]);
    await fails("EACCES", {}, [folder]);
    await fails("ENOENT", { cwd: `${folder}/missing` });
    await fails("ENOTDIR", { cwd: keeper.socketPath });
    await fails("ENOENT", { stdout: `${folder}/missing/out.log` });
    await fails("NotFound", { sockets: ["missing"] });
    if (privileged) await fails("EACCES", { cwd: keeper.runDir, uid: 65534, gid: 65534 });
    else await fails("EPERM", { uid: 0, gid: 0 });

    expect((await client.status()).children).toEqual([]);
    expect(exits).toEqual([]);
    const children = await readFile(`/proc/${keeper.pid}/task/${keeper.pid}/children`, "utf8");
    expect(children.trim().split(" ")).toHaveLength(1); // the supervisor, and no zombie
    expect(await processesOf(`SCENE=${folder}`)).toEqual([]);
  });

  test("is found on the PATH it was given, not on the keeper's", async () => {
    const { folder, client } = await scenes.open();
    const none = client.spawn(aProgram(folder, ["sleep", "1"], { env: { PATH: folder } }));
    await expect(none).rejects.toMatchObject({ code: "ENOENT" });
  });
});

describe("an exit", () => {
  test("is reported with the exact code or signal", async () => {
    const { folder, client, exits } = await scenes.open();
    const run = async (argv: string[]) => {
      const child = await client.spawn(aProgram(folder, argv, { name: `p${exits.length}` }));
      return { child, exit: await waitFor("the exit", () => exits.find((exit) => exit.pid === child.pid)) };
    };
    for (const code of [0, 1, 3, 255]) {
      const { child, exit } = await run(python(`raise SystemExit(${code})`));
      expect(exit).toMatchObject({ ...child, code, signal: null, known: true });
    }
    for (const signal of ["SIGKILL", "SIGTERM", "SIGSEGV", "SIGUSR1"]) {
      const { exit } = await run(python(`import os, signal; os.kill(os.getpid(), signal.${signal})`));
      expect(exit).toMatchObject({ code: null, signal, known: true });
    }
    expect(exits.map((exit) => exit.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("is kept until acknowledged, and each subscriber gets it from where it asks", async () => {
    const { folder, keeper, client, exits } = await scenes.open();
    for (let n = 1; n <= 4; n++) {
      await client.spawn(aProgram(folder, ["/bin/true"]));
      await waitFor("the exit", () => exits.length === n);
    }
    const later = await scenes.connect(keeper);
    await waitFor("all four", () => later.exits.length === 4);

    const third: number[] = [];
    const again = await keeper.connect();
    expect(await again.subscribe(2, (exit) => third.push(exit.seq))).toBe(4);
    await waitFor("the two after the second", () => third.length === 2);
    expect(third).toEqual([3, 4]);
    again.close();

    expect(await client.acknowledge(3)).toBe(1);
    expect((await client.status()).exits.map((exit) => exit.seq)).toEqual([4]);
    const after = await scenes.connect(keeper);
    await waitFor("the fourth", () => after.exits.length === 1);
    expect(after.exits[0]?.seq).toBe(4);
  });

  test("is dropped only when a thousand others wait, and the loss is counted", async () => {
    const { folder, client, exits } = await scenes.open();
    for (let n = 0; n < 1_003; n++) await client.spawn(aProgram(folder, ["/bin/true"], { name: `p${n}` }));
    await waitFor("all exits", () => exits.length === 1_003);
    const status = await client.status();
    expect(status.exits).toHaveLength(1_000);
    expect(status.exits[0]?.seq).toBe(4);
    expect(status.lostExits).toBe(3);
  });
});
