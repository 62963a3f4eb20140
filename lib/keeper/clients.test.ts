import { createConnection, createServer } from "node:net";
import { expect, test } from "vitest";
import { connectKeeper } from "../system/keeper-client.ts";
import { aProgram, keeperScenes } from "../testing/keeper-scene.ts";
import type { TestKeeper } from "../testing/start-keeper.ts";
import { waitFor } from "../testing/wait-for.ts";

const scenes = keeperScenes();
const MIB = 1024 * 1024;

type Answer = { id: unknown; result?: unknown; error?: { code: string; message: string } };

/** A client that says whatever it likes. */
function talkTo(keeper: TestKeeper) {
  const answers: Answer[] = [];
  let rest = "";
  let over = false;
  const socket = createConnection({ path: keeper.socketPath });
  socket.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) answers.push(JSON.parse(line));
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    over = true;
  });
  return {
    socket,
    answers,
    over: () => over,
    say: (text: string | Buffer) => socket.write(text),
    answer: (n: number) => waitFor(`answer ${n}`, () => answers[n]),
  };
}

const request = (id: unknown, method: unknown, params?: unknown) =>
  `${JSON.stringify({ id, method, params })}\n`;

test.each([
  ["no JSON", "hello\n"],
  ["half of it", '{"id":1,"method":"hello"\n'],
  ["a list", "[]\n"],
  ["a number", "7\n"],
  ["nothing to answer to", '{"method":"hello"}\n'],
  ["an id of the wrong kind", request({}, "hello")],
  ["no text at all", Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
  ["brackets without end", `${"[".repeat(500_000)}\n`],
  ["a number without end", `{"id":1,"method":"members","params":{"pgid":${"9".repeat(900_000)}}}\n`],
  ["numbers that are none", '{"id":1,"method":"members","params":{"pgid":NaN}}\n'],
  ["an unknown method", request(1, "accept", {})],
  ["a method that is a private part", request(1, "__init__", {})],
  ["a method of the wrong kind", request(1, ["hello"], {})],
  ["params of the wrong kind", request(1, "hello", [])],
  ["an unknown field", request(1, "hello", { shell: "rm" })],
  ["an unknown field beside the params", '{"id":1,"method":"hello","extra":1}\n'],
  ["a missing field", request(1, "members", {})],
  ["a field of the wrong kind", request(1, "members", { pgid: "1" })],
  ["true for a number", request(1, "members", { pgid: true })],
  ["pid 1", request(1, "signal", { pid: 1, startTime: 0, signal: "SIGKILL", group: false })],
  ["a negative pid", request(1, "signal", { pid: -1, startTime: 0, signal: "SIGKILL", group: true })],
  ["an unknown signal", request(1, "signal", { pid: 99, startTime: 0, signal: "SIGNOPE", group: false })],
  ["a NUL in a path", request(1, "listen", { name: "a", kind: "unix", path: "/tmp/a\0b", backlog: 1 })],
  ["a relative path", request(1, "listen", { name: "a", kind: "unix", path: "a.sock", backlog: 1 })],
  [
    "a socket of two kinds",
    request(1, "listen", { name: "a", kind: "unix", path: "/a", port: 1, backlog: 1 }),
  ],
  [
    "a name with a separator",
    request(1, "listen", { name: "a:b", kind: "tcp", host: "::1", port: 0, backlog: 1 }),
  ],
  ["an empty argv", request(1, "spawn", { ...aProgram("/missing", []) })],
  ["half a character in argv", request(1, "spawn", { ...aProgram("/missing", ["/bin/true", "\ud800"]) })],
  [
    "a name in env that is none",
    request(1, "spawn", { ...aProgram("/missing", ["/bin/true"], { env: { "A=B": "c" } }) }),
  ],
])("%s is answered with BadRequest and the connection goes on", async (_what, text) => {
  const { keeper } = await scenes.open();
  const client = talkTo(keeper);
  client.say(text);
  expect((await client.answer(0)).error?.code).toBe("BadRequest");
  client.say(request(2, "hello"));
  expect(await client.answer(1)).toMatchObject({ id: 2, result: { protocol: 1 } });
  client.socket.destroy();
});

test("a line that is too long is skipped to its end and answered with TooLarge", async () => {
  const { keeper, client: other } = await scenes.open();
  const client = talkTo(keeper);
  client.say(`{"id":1,"method":"${"x".repeat(MIB)}`);
  expect((await client.answer(0)).error?.code).toBe("TooLarge");
  for (let n = 0; n < 20; n++) client.say("x".repeat(MIB));
  client.say(`"}\n${request(2, "hello")}`);
  expect(await client.answer(1)).toMatchObject({ id: 2, result: { protocol: 1 } });
  expect(client.answers).toHaveLength(2);
  expect((await other.status()).rssBytes).toBeLessThan(30 * MIB);
  client.socket.destroy();
});

test("requests come apart and together and are answered in order, also after the client said all it had to say", async () => {
  const { keeper } = await scenes.open();
  const client = talkTo(keeper);
  const text = Array.from({ length: 50 }, (_, id) => request(id, "hello")).join("");
  for (let at = 0; at < text.length; at += 7) client.say(text.slice(at, at + 7));
  client.socket.end();
  await waitFor("the keeper to close", client.over);
  expect(client.answers.map((answer) => answer.id)).toEqual(Array.from({ length: 50 }, (_, id) => id));
});

test("a client that floods does not keep others waiting for long, and memory stays bounded", async () => {
  const { keeper, client: other } = await scenes.open();
  const flooding = talkTo(keeper);
  const flood = setInterval(() => flooding.say(request(1, "status").repeat(2_000)), 5);
  await waitFor("the flood", () => flooding.answers.length > 1_000);
  for (let n = 0; n < 50; n++) await other.hello();
  clearInterval(flood);
  flooding.socket.destroy();
  expect((await other.status()).rssBytes).toBeLessThan(30 * MIB);
});

test("a client that does not read is dropped, others go on", async () => {
  const { keeper, client: other } = await scenes.open();
  const deaf = createConnection({ path: keeper.socketPath });
  deaf.on("error", () => undefined).pause();
  const flood = setInterval(() => deaf.write(request(1, "status").repeat(500)), 5);
  await waitFor("it to be dropped", async () => {
    await other.hello();
    return keeper.stderr().includes("dropped a client that does not read");
  });
  clearInterval(flood);
  deaf.destroy();
  expect((await other.status()).rssBytes).toBeLessThan(40 * MIB);
});

test("clients beyond sixteen are refused until one of them leaves", async () => {
  const { keeper } = await scenes.open(); // its own connection is the first
  const guests = await Promise.all(Array.from({ length: 15 }, () => keeper.connect()));
  await expect(keeper.connect()).rejects.toMatchObject({ code: "EAGAIN" });
  guests[0]?.close();
  const late = await waitFor("a place", () => keeper.connect());
  await late.hello();
  for (const guest of [...guests, late]) guest.close();
});

test("a client that vanishes in the middle of everything harms nobody", async () => {
  const { folder, keeper, client } = await scenes.open();
  for (let n = 0; n < 50; n++) {
    const vanishing = talkTo(keeper);
    vanishing.say(request(1, "subscribe", { after: 0 }) + request(2, "status").repeat(20));
    vanishing.say('{"id":3,');
    if (n % 2 === 0) await vanishing.answer(0);
    vanishing.socket.destroy();
  }
  await client.spawn(aProgram(folder, ["/bin/true"]));
  await waitFor("the exit", async () => (await client.status()).exits.length === 1);
});

test("requests under way are rejected when the keeper goes, and closed resolves", async () => {
  const { keeper, client } = await scenes.open();
  process.kill(keeper.pid, "SIGSTOP"); // so that it cannot answer before it dies
  const underWay = expect(client.status()).rejects.toMatchObject({ code: "Closed" });
  keeper.kill("SIGKILL");
  await underWay;
  await client.closed;
  await keeper.ended;
  await expect(client.hello()).rejects.toMatchObject({ code: "Closed" });
  await expect(keeper.connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
});

test("a request that is not answered in time is rejected, and its late answer disturbs nothing", async () => {
  const { keeper } = await scenes.open();
  const client = await connectKeeper({
    path: keeper.socketPath,
    connectTimeoutMs: 5_000,
    requestTimeoutMs: 200,
  });
  process.kill(keeper.pid, "SIGSTOP");
  await expect(client.status()).rejects.toMatchObject({ code: "Timeout" });
  process.kill(keeper.pid, "SIGCONT");
  await waitFor("answers in time", async () => (await client.hello()).pid === keeper.pid);
  client.close();
  await client.closed;
});

test("what answers nonsense is not taken for a keeper", async () => {
  const path = `${await scenes.folder()}/nonsense.sock`;
  for (const nonsense of ["hello\n", "[]\n", '{"id":1,"result":{"protocol":2}}\n', '{"id":1,"result":7}\n']) {
    const server = createServer((socket) =>
      socket
        .on("error", () => undefined)
        .resume()
        .end(nonsense),
    ).listen(path);
    const refused = connectKeeper({ path, connectTimeoutMs: 5_000, requestTimeoutMs: 5_000 });
    await expect(refused).rejects.toMatchObject({ name: "KeeperError", code: "BadReply" });
    await new Promise((resolve) => server.close(resolve));
  }
});
