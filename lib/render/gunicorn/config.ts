/** The configuration of one generation's gunicorn: all of it, because nothing else is on the command line. */
import type { Generation } from "../../schema/generation.ts";
import { type PythonValue, pythonLiteral } from "./python-literal.ts";

export type GunicornConfig = {
  generation: Pick<Generation, "number" | "release" | "folder" | "app" | "pool">;
  siteName: string;
  /** Absolute paths: monban_gunicorn.py, the facts its hooks write, the stacks of timed-out workers. */
  hooks: string;
  facts: string;
  stacks: string;
  /** gunicorn 25.1 and newer; older ones ignore the setting. Null: no control socket. */
  controlSocket: string | null;
  /** Where workers keep their heartbeat. On a disk it stalls when the disk does; null leaves gunicorn's default. */
  heartbeatFolder?: string | null;
};

/** nginx takes request lines and header fields of 16 KB; gunicorn's own limits are 4 and 8 KB, 8190 the most for a line. */
const REQUEST_LINE_BYTES = 8_190;
const HEADER_FIELD_BYTES = 16_384;

/**
 * The text of conf.py. Environment variables are not in it: they hold secrets and are given to the process. There is
 * no `bind`: the keeper hands the socket over. Throws a TypeError when a value has no Python literal.
 */
export function renderGunicornConfig(config: GunicornConfig): string {
  const { generation, siteName } = config;
  const { pool } = generation;
  const threads = pool.workerClass === "sync" ? 1 : pool.threads;
  const heartbeatFolder = config.heartbeatFolder === undefined ? "/dev/shm" : config.heartbeatFolder;
  const lines = [
    `# Written by Monban for generation ${wholeNumber(generation.number)} of a site, which runs release ${wholeNumber(generation.release)}.`,
    "# Changes made here are lost with the next generation.",
    setting("proc_name", `${siteName} g${generation.number}`),
    setting("wsgi_app", generation.app.entry),
    setting("chdir", generation.folder),
    "",
    setting("worker_class", pool.workerClass),
    setting("workers", pool.workers),
    "# A sync worker with more than one thread would become a gthread worker.",
    setting("threads", threads),
    "# A worker accepts only what it can serve at once. The rest waits in the socket, where another worker can take it,",
    "# where it outlives a worker that dies, and where it can be seen.",
    setting("worker_connections", threads),
    setting("keepalive", 0),
    setting("timeout", seconds(pool.timeoutMs)),
    setting("graceful_timeout", seconds(pool.gracefulTimeoutMs)),
    setting("max_requests", pool.maxRequests),
    setting("max_requests_jitter", pool.maxRequestsJitter),
    "# Each worker loads the application itself, so that a reload really loads it.",
    setting("preload_app", false),
    ...(heartbeatFolder === null ? [] : [setting("worker_tmp_dir", heartbeatFolder)]),
    "",
    "# Only nginx can connect; it has replaced what visitors claim about themselves.",
    setting("forwarded_allow_ips", "127.0.0.1,::1"),
    setting("limit_request_line", REQUEST_LINE_BYTES),
    setting("limit_request_field_size", HEADER_FIELD_BYTES),
    config.controlSocket === null
      ? setting("control_socket_disable", true)
      : setting("control_socket", config.controlSocket),
    "",
    "# nginx writes the access log; everything else goes to the site's application log.",
    setting("accesslog", null),
    setting("errorlog", "-"),
    setting("loglevel", "info"),
    setting("capture_output", true),
    "",
    "# What workers are doing, for the panel. Hooks set above this line are called as well.",
    "import importlib.util",
    `_spec = importlib.util.spec_from_file_location("monban_gunicorn", ${pythonLiteral(config.hooks)})`,
    "_monban = importlib.util.module_from_spec(_spec)",
    "_spec.loader.exec_module(_monban)",
    "_monban.configure(",
    `    facts=${pythonLiteral(config.facts)},`,
    `    stacks=${pythonLiteral(config.stacks)},`,
    `    generation=${wholeNumber(generation.number)},`,
    `    threads=${wholeNumber(threads)},`,
    ")",
    "_monban.install(globals())",
  ];
  return `${lines.join("\n")}\n`;
}

function setting(name: string, value: PythonValue): string {
  return `${name} = ${pythonLiteral(value)}`;
}

/** gunicorn counts whole seconds; a part of one is rounded up, because 0 would mean "forever". */
function seconds(ms: number): number {
  return Math.max(1, Math.ceil(ms / 1_000));
}

function wholeNumber(value: number): string {
  if (!Number.isSafeInteger(value)) throw new TypeError(`${value} is not a whole number.`);
  return pythonLiteral(value);
}
