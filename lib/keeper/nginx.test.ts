import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { ask, startLoad } from "../testing/ask.ts";
import { aProgram, keeperScenes, python, type Scene } from "../testing/keeper-scene.ts";
import { waitFor } from "../testing/wait-for.ts";

const scenes = keeperScenes();

/** What nginx does with its NGINX variable, for machines that have no nginx. */
const TAKES_THEM_LIKE_NGINX = `
import os, select, socket
servers = [socket.socket(fileno=int(fd)) for fd in os.environ["NGINX"].split(";") if fd]
while True:
    for server in select.select(servers, [], [])[0]:
        client, _ = server.accept()
        client.recv(4096)
        client.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\nserved")
        client.close()
`;

/** nginx on the two sockets a keeper holds, in a folder of its own. */
async function nginx({ folder, client }: Scene) {
  const path = `${folder}/n.sock`;
  await client.listen({ name: "unix", kind: "unix", path, backlog: 511 });
  const { port } = await client.listen({
    name: "tcp",
    kind: "tcp",
    host: "127.0.0.1",
    port: 0,
    backlog: 511,
  });
  await mkdir(`${folder}/temp`);
  const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (kind) => `${kind}_temp_path temp/${kind};`,
  );
  await writeFile(
    `${folder}/nginx.conf`,
    `daemon off; pid nginx.pid; error_log stderr; worker_processes 2; events {}
     http { ${temp.join(" ")} access_log off;
       server { listen unix:${path}; listen 127.0.0.1:${port}; return 200 "served"; } }`,
  );
  const file = ["/usr/sbin/nginx", "nginx"].find((name) => spawnSync(name, ["-v"]).status === 0);
  const argv = file ? [file, "-p", folder, "-c", "nginx.conf"] : python(TAKES_THEM_LIKE_NGINX);
  return {
    targets: [{ path }, { host: "127.0.0.1", port: port ?? 0 }],
    program: aProgram(folder, argv, { name: "nginx", sockets: ["unix", "tcp"], inherit: "nginx" }),
  };
}

test("nginx serves on the sockets it inherits, and connections made while it is dead are answered by the next one", async () => {
  const scene = await scenes.open();
  const { targets, program } = await nginx(scene);
  const first = await scene.client.spawn(program);
  for (const target of targets) expect(await ask(target, GET)).toContain("served");

  await scene.client.signal({ ...first, signal: "SIGKILL", group: true });
  await waitFor("the group to end", async () => (await scene.client.members(first.pid)).length === 0);
  const queued = targets.map((target) => ask(target, GET));
  await waitFor("connections to wait", async () => {
    const waiting = await scene.client.waiting(["unix", "tcp"]);
    return waiting.unix && waiting.tcp;
  });
  await scene.client.spawn(program);
  for (const answer of await Promise.all(queued)) expect(answer).toContain("served");
});

test("a second nginx takes over from the first on the same sockets without a failed request", async () => {
  const scene = await scenes.open();
  const { targets, program } = await nginx(scene);
  const loads = targets.map((target) => startLoad(target, 2, GET));
  let running = await scene.client.spawn(program);
  for (let round = 1; round <= 3; round++) {
    await answers(loads);
    const next = await scene.client.spawn({ ...program, name: `nginx-${round}` });
    await answers(loads);
    await scene.client.signal({ ...running, signal: "SIGQUIT", group: false });
    await waitFor("the old one to end", () => scene.exits.some((exit) => exit.pid === running.pid));
    running = next;
  }
  for (const load of loads) expect((await load.stop()).failures).toEqual([]);
});

const GET = "GET / HTTP/1.0\r\n\r\n";

async function answers(loads: ReturnType<typeof startLoad>[]) {
  const before = loads.map((load) => load.answered());
  await waitFor("answers", () => loads.every((load, i) => load.answered() > (before[i] ?? 0) + 20));
}
