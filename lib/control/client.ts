/** The panel's side of the contract: typed calls over the unix socket, each with a deadline. */
import http from "node:http";
import * as z from "zod";
import { type DesiredState, desiredStateSchema } from "../schema/desired.ts";
import {
  type FolderListing,
  folderListingSchema,
  type Inspection,
  inspectionSchema,
} from "../schema/inspection.ts";
import { type LogLine, logLineSchema } from "../schema/log-line.ts";
import { type Minute, minuteSchema, type ObservedState, observedStateSchema } from "../schema/observed.ts";
import { type Operation, operationSchema } from "../schema/operation.ts";
import { type FieldError, type Problem, problemSchema } from "../schema/problem.ts";
import { type Release, releaseSchema } from "../schema/release.ts";
import type { SiteSpec } from "../schema/site.ts";
import { type Worker, workerSchema } from "../schema/worker.ts";
import {
  type ConfigFile,
  checkReplySchema,
  configFileSchema,
  type EventPage,
  eventPageSchema,
  type Hello,
  helloSchema,
  type LogPage,
  type LogQuery,
  logPageSchema,
  type OutputChunk,
  outputChunkSchema,
  type putDesiredSchema,
  type StartOperation,
} from "./contract.ts";

/** For calls that read or write state. */
const CALL_DEADLINE_MS = 10_000;
/** For calls that read a whole source folder. */
const INSPECT_DEADLINE_MS = 60_000;
/** A waiting call may take this much longer than what it was asked to wait. */
const WAIT_GRACE_MS = 10_000;
const MAX_REPLY_BYTES = 64 * 1024 ** 2;

/** The supervisor did not answer: it is restarting, overloaded or gone. Sites keep serving. */
export class SupervisorAway extends Error {
  override name = "SupervisorAway";
}

/** The supervisor answered with a problem. */
export class ControlProblem extends Error {
  override name = "ControlProblem";
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

type Signal = { signal?: AbortSignal | undefined };
type StreamQuery = Pick<LogQuery, "source" | "contains" | "level">;

export type ControlClient = {
  hello(): Promise<Hello>;
  observed(): Promise<ObservedState>;
  desired(): Promise<DesiredState>;
  putDesired(body: z.input<typeof putDesiredSchema>): Promise<Operation[]>;
  startOperation(body: StartOperation): Promise<Operation>;
  operations(query: { siteId?: string; limit?: number }): Promise<Operation[]>;
  operation(id: string, query?: { waitMs?: number; after?: number } & Signal): Promise<Operation>;
  output(id: string, query: { offset: number; waitMs?: number } & Signal): Promise<OutputChunk>;
  cancel(id: string): Promise<Operation>;
  events(query: { after: number; limit?: number; waitMs?: number } & Signal): Promise<EventPage>;
  workers(siteId: string): Promise<Worker[]>;
  releases(siteId: string): Promise<Release[]>;
  history(siteId: string, minutes: number): Promise<Minute[]>;
  configFiles(siteId: string): Promise<ConfigFile[]>;
  logs(siteId: string, query: LogQuery): Promise<LogPage>;
  /** Lines as they are written, until the signal aborts or the supervisor ends. */
  followLogs(siteId: string, query: StreamQuery, signal: AbortSignal): AsyncIterable<LogLine>;
  /** The whole log as bytes, rotated files first; aborting the signal ends the transfer. */
  downloadLogs(
    siteId: string,
    source: LogQuery["source"],
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>>;
  inspect(path: string): Promise<Inspection>;
  folders(path: string): Promise<FolderListing>;
  check(spec: SiteSpec, siteId?: string): Promise<FieldError[]>;
};

/**
 * Calls throw `SupervisorAway` when no answer comes, `ControlProblem` when the answer is a problem; an aborted
 * signal rejects with its own reason.
 */
export function createControlClient({ socketPath }: { socketPath: string }): ControlClient {
  const call = <T extends z.ZodType>(schema: T, request: Call) =>
    callJson(schema, { ...request, socketPath });
  const data = async <T extends z.ZodType>(schema: T, path: string) =>
    (await call(z.object({ data: z.array(schema) }), { path })).data;
  const site = (id: string, rest: string) => `/v1/sites/${encodeURIComponent(id)}/${rest}`;
  const waiting = (waitMs = 0) => CALL_DEADLINE_MS + waitMs + (waitMs > 0 ? WAIT_GRACE_MS : 0);

  return {
    hello: () => call(helloSchema, { path: "/v1/hello" }),
    observed: () => call(observedStateSchema, { path: "/v1/observed" }),
    desired: () => call(desiredStateSchema, { path: "/v1/desired" }),
    putDesired: async (body) =>
      (
        await call(z.object({ operations: z.array(operationSchema) }), {
          method: "PUT",
          path: "/v1/desired",
          body,
        })
      ).operations,
    startOperation: (body) => call(operationSchema, { method: "POST", path: "/v1/operations", body }),
    operations: (query) => data(operationSchema, `/v1/operations${queryText(query)}`),
    operation: (id, { signal, ...query } = {}) =>
      call(operationSchema, {
        path: `/v1/operations/${encodeURIComponent(id)}${queryText(query)}`,
        deadlineMs: waiting(query.waitMs),
        signal,
      }),
    output: (id, { signal, ...query }) =>
      call(outputChunkSchema, {
        path: `/v1/operations/${encodeURIComponent(id)}/output${queryText(query)}`,
        deadlineMs: waiting(query.waitMs),
        signal,
      }),
    cancel: (id) =>
      call(operationSchema, { method: "POST", path: `/v1/operations/${encodeURIComponent(id)}/cancel` }),
    events: ({ signal, ...query }) =>
      call(eventPageSchema, {
        path: `/v1/events${queryText(query)}`,
        deadlineMs: waiting(query.waitMs),
        signal,
      }),
    workers: (id) => data(workerSchema, site(id, "workers")),
    releases: (id) => data(releaseSchema, site(id, "releases")),
    history: (id, minutes) => data(minuteSchema, site(id, `history${queryText({ minutes })}`)),
    configFiles: (id) => data(configFileSchema, site(id, "config-files")),
    logs: (id, query) => call(logPageSchema, { path: site(id, `logs${queryText(query)}`) }),
    followLogs: (id, query, signal) =>
      followLines({ socketPath, path: site(id, `logs/stream${queryText(query)}`), signal }),
    downloadLogs: async (id, source, signal) =>
      open({ socketPath, path: site(id, `logs/download${queryText({ source })}`), signal }),
    inspect: (path) =>
      call(inspectionSchema, {
        method: "POST",
        path: "/v1/inspections",
        body: { path },
        deadlineMs: INSPECT_DEADLINE_MS,
      }),
    folders: (path) => call(folderListingSchema, { path: `/v1/folders${queryText({ path })}` }),
    check: async (spec, siteId) =>
      (
        await call(checkReplySchema, {
          method: "POST",
          path: "/v1/checks",
          body: { spec, ...(siteId ? { siteId } : {}) },
          deadlineMs: INSPECT_DEADLINE_MS,
        })
      ).errors,
  };
}

type Call = {
  method?: string;
  path: string;
  body?: object;
  deadlineMs?: number;
  signal?: AbortSignal | undefined;
};

function queryText(query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === "" ? "" : `?${text}`;
}

async function callJson<T extends z.ZodType>(
  schema: T,
  request: Call & { socketPath: string },
): Promise<z.output<T>> {
  const deadline = AbortSignal.timeout(request.deadlineMs ?? CALL_DEADLINE_MS);
  const signal = request.signal ? AbortSignal.any([request.signal, deadline]) : deadline;
  let status: number;
  let text: string;
  try {
    const response = await send({ ...request, signal });
    status = response.statusCode ?? 0;
    text = await readText(response);
  } catch (error) {
    if (request.signal?.aborted) throw request.signal.reason;
    if (deadline.aborted)
      throw new SupervisorAway(
        `the supervisor did not answer within ${request.deadlineMs ?? CALL_DEADLINE_MS} ms`,
      );
    throw new SupervisorAway(`the supervisor cannot be reached: ${words(error)}`, { cause: error });
  }
  return parseReply(schema, status, text);
}

function parseReply<T extends z.ZodType>(schema: T, status: number, text: string): z.output<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SupervisorAway(`the supervisor answered ${status} without JSON`);
  }
  if (status >= 400) throw asProblem(status, value);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const first = parsed.error.issues[0];
  throw new SupervisorAway(
    `the supervisor speaks another version: ${first?.path.join(".")}: ${first?.message}`,
  );
}

function asProblem(status: number, value: unknown): ControlProblem {
  const parsed = problemSchema.safeParse(value);
  if (parsed.success) return new ControlProblem({ ...parsed.data, status });
  return new ControlProblem({
    type: "about:blank",
    title: "The supervisor refused",
    status,
    code: "supervisor-refused",
    detail: `The supervisor refused with status ${status}.`,
  });
}

function send(request: Call & { socketPath: string; signal: AbortSignal }) {
  return new Promise<http.IncomingMessage>((resolve, reject) => {
    const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
    const outgoing = http.request(
      {
        socketPath: request.socketPath,
        path: request.path,
        method: request.method ?? "GET",
        // A kept connection may die with a supervisor that restarts, and the next call with it; a new one costs microseconds.
        agent: false,
        signal: request.signal,
        headers: {
          host: "supervisor",
          ...(body ? { "content-type": "application/json", "content-length": body.length } : {}),
        },
      },
      resolve,
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function readText(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REPLY_BYTES) {
      response.destroy();
      throw new Error(`the reply is larger than ${MAX_REPLY_BYTES} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** Opens a reply without an end: on a connection of its own, under the caller's signal only. */
async function open(request: { socketPath: string; path: string; signal: AbortSignal }) {
  let response: http.IncomingMessage;
  try {
    response = await send(request);
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    throw new SupervisorAway(`the supervisor cannot be reached: ${words(error)}`, { cause: error });
  }
  const status = response.statusCode ?? 0;
  if (status < 400) return response as AsyncIterable<Buffer>;
  const text = await readText(response);
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {}
  throw asProblem(status, value);
}

async function* followLines(request: { socketPath: string; path: string; signal: AbortSignal }) {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of await open(request)) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line.trim() !== "") yield logLineSchema.parse(JSON.parse(line));
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
