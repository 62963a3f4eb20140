/** Monban's nginx against one written by hand in front of the same gunicorn, in turn, so that both see the same noise. */
import { spawn, spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { startLoad } from "../../lib/testing/load-generator.ts";
import { freePort } from "../../lib/testing/start-stack.ts";
import { waitFor } from "../../lib/testing/wait-for.ts";
import { cpuMsOf, familyOf, median } from "./measure.mjs";

const CLIENTS = 16;
const WINDOW_MS = 2_000;
const ROUNDS = 6;

/** Which program sends the requests. */
export const sender = spawnSync("wrk", ["-v"]).error === undefined ? "wrk" : "lib/testing/load-generator.ts";

/**
 * Medians over the rounds: the ratio, Monban's rate, and the CPU that each nginx spent per request. On a machine that
 * is busy with other things the CPU is the steadier of the two.
 * @param {{ nginx: string, pid: number, folder: string, socket: string, staticFolder: string, port: number, host: string }} scene
 *   `pid` is Monban's nginx master
 */
export async function compareNginx(scene) {
  const own = await startHandWritten(scene);
  try {
    const servers = [scene, own];
    const rounds = { static: [], proxy: [] };
    for (let round = 0; round <= ROUNDS; round += 1) {
      for (const [kind, path] of [
        ["static", "/static/kilobyte.bin"],
        ["proxy", "/"],
      ]) {
        const found = new Map();
        // Each comes first in every other round: what the machine does meanwhile falls on both.
        for (const server of round % 2 ? servers : servers.toReversed())
          found.set(server, await measure(server, path, scene.host));
        if (round > 0) rounds[kind].push({ monban: found.get(scene), own: found.get(own) });
      }
    }
    return { static: summary(rounds.static), proxy: summary(rounds.proxy) };
  } finally {
    await own.stop();
  }
}

function summary(rounds) {
  const ratios = rounds.map(({ monban, own }) => monban.rate / own.rate);
  return {
    ratio: median(ratios),
    ratios,
    rate: median(rounds.map(({ monban }) => monban.rate)),
    cpuMicros: {
      monban: median(rounds.map(({ monban }) => monban.cpuMicros)),
      own: median(rounds.map(({ own }) => own.cpuMicros)),
    },
  };
}

async function measure({ port, pid }, path, host) {
  const before = await cpuMs(pid);
  const startedAt = performance.now();
  const rate = await requestsPerSecond(port, path, host);
  const requests = (rate * (performance.now() - startedAt)) / 1000;
  return { rate, cpuMicros: (((await cpuMs(pid)) - before) * 1000) / requests };
}

async function cpuMs(pid) {
  const all = await Promise.all((await familyOf(pid)).map(cpuMsOf));
  return all.reduce((sum, one) => sum + (one ?? 0), 0);
}

async function requestsPerSecond(port, path, host) {
  if (sender === "wrk") {
    const seconds = WINDOW_MS / 1000;
    const options = ["-t1", `-c${CLIENTS}`, `-d${seconds}s`, "-H", `Host: ${host}`];
    const text = await output("wrk", [...options, `http://127.0.0.1:${port}${path}`]);
    if (/Non-2xx|Socket errors/.test(text)) throw new Error(`wrk saw failures on ${path}:\n${text}`);
    return Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1]);
  }
  const load = startLoad({
    target: { host: "127.0.0.1", port },
    hostHeader: host,
    paths: [path],
    clients: CLIENTS,
    keepAlive: true,
  });
  await new Promise((resolve) => setTimeout(resolve, WINDOW_MS));
  const report = await load.stop();
  if (report.failed > 0) throw new Error(`${path}: ${JSON.stringify(report.firstFailures[0])}`);
  return report.ok / (report.durationMs / 1000);
}

/** What a careful person would write: an access log, the usual headers, a unix socket, static files by nginx. */
async function startHandWritten({ nginx, folder, socket, staticFolder, host }) {
  const port = await freePort();
  const prefix = `${folder}/hand-written`;
  await mkdir(prefix, { recursive: true });
  const config = `${prefix}/nginx.conf`;
  const user = process.getuid?.() === 0 ? "user root;" : "";
  await writeFile(
    config,
    `${user}
daemon off; worker_processes auto; pid ${prefix}/nginx.pid; error_log ${prefix}/error.log;
events { worker_connections 1024; }
http {
  include /etc/nginx/mime.types;
  access_log ${prefix}/access.log combined;
  sendfile on;
  client_body_temp_path ${prefix}/body; proxy_temp_path ${prefix}/proxy; fastcgi_temp_path ${prefix}/f;
  uwsgi_temp_path ${prefix}/u; scgi_temp_path ${prefix}/s;
  upstream app { server unix:${socket} fail_timeout=0; }
  server {
    listen 127.0.0.1:${port};
    server_name ${host};
    location /static/ { alias ${staticFolder}/; }
    location / {
      proxy_pass http://app;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_redirect off;
    }
  }
}
`,
  );
  const child = spawn(nginx, ["-p", prefix, "-e", "stderr", "-c", config], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("exit", resolve));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  await waitFor("the hand-written nginx to answer", async () => {
    if (child.exitCode !== null) throw new Error(`the hand-written nginx ended with ${child.exitCode}`);
    return fetch(`http://127.0.0.1:${port}/`).then(
      (answer) => answer.ok,
      () => false,
    );
  }).catch(async (error) => {
    await stop();
    throw error;
  });
  return { port, pid: child.pid, stop };
}

function output(file, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk) => {
      text += chunk;
    });
    child.once("error", reject);
    child.once("close", () => resolve(text));
  });
}
