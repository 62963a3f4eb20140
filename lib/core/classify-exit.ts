/**
 * Why a worker ended, from what is known: gunicorn's lines about it, what its hooks had written, whether Monban asked
 * for it and whether the kernel ran out of memory. No single one of these is enough: gunicorn says "Perhaps out of
 * memory?" for every SIGKILL, and a worker killed for its timeout ends with the same signal.
 */
import type { ExitCause } from "../schema/event.ts";
import { explainBootFailure } from "./boot-failure.ts";

export type WorkerEnd = {
  pid: number;
  /** What the hooks had written when it ended (a record of the `.exits` file); null when there is none. */
  hook: {
    ready: boolean;
    requests: number;
    /** `METHOD /path` of every request it had not finished, longest first. */
    serving: readonly string[];
    code: number | null;
    signal: string | null;
  } | null;
  /** Lines of the application log from around its end. */
  lines: readonly string[];
  /** What Monban had asked for; `hung` is its watchdog. */
  asked: "stop" | "scale-down" | "hung" | null;
  /** How often the kernel killed for lack of memory meanwhile; null when that cannot be seen. */
  oomKills: number | null;
  pool: { timeoutMs: number; maxRequests: number };
  entry: string;
  folder: string;
};

export type ClassifiedExit = {
  cause: ExitCause;
  /** One sentence. */
  detail: string;
  /** `METHOD /path` of the request it had served longest. */
  serving?: string;
};

/** Signals a program gets from its own faults, in native code mostly. */
const FAULTS = new Set(["SIGSEGV", "SIGABRT", "SIGBUS", "SIGILL", "SIGFPE", "SIGSYS", "SIGTRAP"]);

export function classifyExit(exit: WorkerEnd): ClassifiedExit {
  const { pid, hook, asked, pool } = exit;
  const said = readGunicorn(exit);
  const busy = hook?.serving ?? [];
  const serving = busy[0];
  const during = serving ? ` while serving ${serving}${others(busy.length - 1)}` : "";
  const lost =
    busy.length === 0
      ? ""
      : busy.length === 1
        ? "; that request was lost"
        : `; these ${busy.length} requests were lost`;
  const as = (cause: ExitCause, detail: string): ClassifiedExit => ({
    cause,
    detail: `${detail}.`,
    ...(serving ? { serving } : {}),
  });

  if (asked === "hung") {
    return as("timeout", `Monban ended worker ${pid}: it had been busy for too long${during}`);
  }
  if (said.timeout) {
    const limit = `${Math.round(pool.timeoutMs / 1000)} s`;
    return as(
      "timeout",
      `gunicorn ended worker ${pid}: it was silent for more than ${limit}${during}${lost}`,
    );
  }
  if (asked !== null) {
    const cause = asked === "stop" ? "stopped" : "scaled-down";
    const cut = busy.length > 0 ? `; it was cut off${during} when its time to finish was over` : "";
    return as(cause, `Monban asked worker ${pid} to end${cut}`);
  }
  if (said.bootFailed || (hook?.ready === false && said.signal === null && said.code !== null)) {
    const lines = said.own.length > 0 ? said.own : exit.lines;
    const why = explainBootFailure({
      lines,
      exitCode: said.code,
      signal: said.signal,
      entry: exit.entry,
      folder: exit.folder,
    });
    return as("boot-failed", `Worker ${pid} could not start: ${why.sentence.replace(/\.$/, "")}`);
  }
  if (said.signal === "SIGKILL") {
    if (exit.oomKills === null) {
      return as(
        "killed",
        `Worker ${pid} was killed${during}; whether for lack of memory cannot be seen here${lost}`,
      );
    }
    return exit.oomKills > 0
      ? as("out-of-memory", `The kernel killed worker ${pid} for lack of memory${during}${lost}`)
      : as(
          "killed",
          `Worker ${pid} was killed with SIGKILL${during}; not by Monban and not for lack of memory${lost}`,
        );
  }
  if (said.signal !== null && FAULTS.has(said.signal)) {
    return as(
      "crashed",
      `Worker ${pid} crashed with ${said.signal}${during}, most likely in native code${lost}`,
    );
  }
  if (said.signal !== null) {
    return as("killed", `Worker ${pid} was ended by ${said.signal}${during}; not by Monban${lost}`);
  }
  if (
    said.autorestart ||
    (said.code === null && pool.maxRequests > 0 && (hook?.requests ?? 0) >= pool.maxRequests)
  ) {
    const after = hook ? ` after ${hook.requests} requests` : "";
    return as("recycled", `Worker ${pid} was replaced${after}, as its settings say`);
  }
  if (said.code !== null && said.code !== 0) {
    return as("crashed", `Worker ${pid} ended itself with exit code ${said.code}${during}${lost}`);
  }
  if (said.orphaned) return as("stopped", `Worker ${pid} ended because its master was gone`);
  if (said.masterAsked)
    return as("stopped", `Worker ${pid} was ended by its master, which got ${said.masterAsked}`);
  if (busy.length > 0) return as("crashed", `Worker ${pid} ended${during}, and nothing tells why${lost}`);
  return as("unknown", `Worker ${pid} ended, and nothing tells why`);
}

function others(count: number): string {
  return count <= 0 ? "" : count === 1 ? " and 1 other request" : ` and ${count} other requests`;
}

type Said = {
  timeout: boolean;
  bootFailed: boolean;
  autorestart: boolean;
  orphaned: boolean;
  masterAsked: string | null;
  code: number | null;
  signal: string | null;
  /** The lines this worker printed itself, tracebacks included. */
  own: string[];
};

/** What gunicorn 26.1 writes about a worker; its lines carry the pid, and tracebacks stand below them. */
function readGunicorn({ pid, lines, hook }: WorkerEnd): Said {
  const said: Said = {
    timeout: false,
    bootFailed: false,
    autorestart: false,
    orphaned: false,
    masterAsked: null,
    code: hook?.code ?? null,
    signal: hook?.signal ?? null,
    own: [],
  };
  let speaker: string | null = null;
  for (const line of lines) {
    const head = /^\[[^\]]*\] \[(\d+)\] \[[A-Z]+\] (.*)$/.exec(line);
    if (head) speaker = head[1] ?? null;
    const isOwn = speaker === String(pid);
    if (isOwn) said.own.push(line);
    const text = head ? (head[2] ?? "") : line;
    if (text === `WORKER TIMEOUT (pid:${pid})`) said.timeout = true;
    if (isOwn && text === "Exception in worker process") said.bootFailed = true;
    if (isOwn && text.startsWith("Autorestarting worker")) said.autorestart = true;
    if (isOwn && text.startsWith("Parent changed, shutting down")) said.orphaned = true;
    const asked = /^Handling signal: (term|int|quit|hup|ttou)$/.exec(text)?.[1];
    if (asked) said.masterAsked = `SIG${asked.toUpperCase()}`;
    const code = about(pid, text, /exited with code (\d+)/);
    if (code !== null) said.code = Number(code);
    said.signal = about(pid, text, /was sent (SIG\w+)!/) ?? said.signal;
    // gunicorn's own code for an entry point that is none; an application that was ready may end itself with it too.
    if (code === "4" && hook?.ready !== true) said.bootFailed = true;
  }
  return said;
}

function about(pid: number, text: string, what: RegExp): string | null {
  return text.startsWith(`Worker (pid:${pid}) `) ? (what.exec(text)?.[1] ?? null) : null;
}
