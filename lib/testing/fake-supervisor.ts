/**
 * A supervisor without a machine, speaking lib/control/contract.ts over a real unix socket. It keeps the desired
 * state, walks operations through their steps and numbers events; workers and traffic are made up.
 */
import { randomBytes } from "node:crypto";
import http from "node:http";
import {
  CONTROL_PROTOCOL,
  checkRequestSchema,
  inspectRequestSchema,
  logQuerySchema,
  MAX_WAIT_MS,
  putDesiredSchema,
  startOperationSchema,
} from "../control/contract.ts";
import { type DesiredSite, type DesiredState, emptyDesiredState } from "../schema/desired.ts";
import type { JournalEvent, NewJournalEvent } from "../schema/event.ts";
import type { LogLine } from "../schema/log-line.ts";
import type { ObservedState } from "../schema/observed.ts";
import type { Actor, Operation, OperationKind, StepName } from "../schema/operation.ts";
import type { Release } from "../schema/release.ts";
import { answer, Refusal, readBody, refuse } from "./fake-http.ts";
import { checkSpec, inspectFolder, listFolders } from "./fake-inspection.ts";
import { configFilesOf, observe, releaseOf, workersOf } from "./fake-observation.ts";

const STEPS: Record<OperationKind, StepName[]> = {
  create: ["prepare", "environment", "boot", "ready", "probe", "cut-over", "publish", "request"],
  reload: ["prepare", "environment", "boot", "ready", "probe", "cut-over", "watch", "drain"],
  rollback: ["boot", "ready", "probe", "cut-over", "watch", "drain"],
  restart: ["stop", "boot", "ready", "probe"],
  start: ["boot", "ready", "probe", "cut-over", "publish"],
  stop: ["publish", "drain", "stop"],
  scale: ["scale"],
  apply: ["publish", "request"],
  remove: ["publish", "drain", "stop", "remove"],
};

export type FakeSupervisor = {
  readonly socketPath: string;
  desired(): DesiredState;
  readonly journal: JournalEvent[];
  /** The ids given as `purge` so far. */
  readonly purged: string[];
  /** Requests so far, as `GET /v1/observed`. */
  readonly requests: string[];
  /** Log followers that are connected. */
  followers(): number;
  emit(event: NewJournalEvent): void;
  log(siteId: string, line: Partial<LogLine> & { text: string }): void;
  /** Operations stop before their next step until `release` is called. */
  hold(): void;
  release(): void;
  /** The next operation of this kind fails at this step. */
  failNext(kind: OperationKind, step: StepName, detail: string): void;
  /** Changes what `GET /v1/observed` answers. */
  alter(change: (observed: ObservedState) => void): void;
  close(): Promise<void>;
};

type Live = { operation: Operation; output: string; abort: AbortController; pastTheReturn: boolean };

/** Starts it on `socketPath`, with the desired state and the journal it finds "on disk" when given. */
export async function startFakeSupervisor(options: {
  socketPath: string;
  desired?: DesiredState;
  journal?: JournalEvent[];
}): Promise<FakeSupervisor> {
  let desired = options.desired ?? emptyDesiredState;
  let alteration: (observed: ObservedState) => void = () => {};
  let gate: { promise: Promise<void>; open: () => void } | null = null;
  let planned: { kind: OperationKind; step: StepName; detail: string } | null = null;
  const startedAt = new Date().toISOString();
  const events: JournalEvent[] = options.journal ?? [];
  const operations = new Map<string, Live>();
  const releases = new Map<string, Release[]>();
  const lines = new Map<string, LogLine[]>();
  const news = new Set<() => void>();
  const followers = new Set<(siteId: string, line: LogLine) => void>();
  const requests: string[] = [];
  const purged: string[] = [];
  let ended = false;

  function wake() {
    for (const notify of [...news]) notify();
  }

  /** Resolves when something changed, after `ms`, or when the caller is gone. */
  function untilNews(ms: number, request: http.IncomingMessage): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        news.delete(done);
        request.socket.off("close", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      news.add(done);
      request.socket.on("close", done);
    });
  }

  async function wait(request: http.IncomingMessage, waitMs: number, isDone: () => boolean) {
    const until = performance.now() + Math.min(waitMs, MAX_WAIT_MS);
    while (!isDone() && !ended && !request.socket.destroyed && performance.now() < until)
      await untilNews(until - performance.now(), request);
  }

  function emit(event: NewJournalEvent) {
    events.push({ ...event, seq: events.length + 1, at: new Date().toISOString() } as JournalEvent);
    wake();
  }

  function start(kind: OperationKind, siteId: string, actor: Actor, target?: number): Operation {
    const operation: Operation = {
      id: `op_${randomId()}`,
      kind,
      state: "running",
      siteId,
      steps: STEPS[kind].map((name) => ({ name, state: "pending", startedAt: null, endedAt: null })),
      warnings: [],
      createdAt: new Date().toISOString(),
      actor,
    };
    const entry: Live = { operation, output: "", abort: new AbortController(), pastTheReturn: false };
    operations.set(operation.id, entry);
    if (kind === "create" || kind === "reload") operation.release = madeRelease(siteId, actor);
    if (kind === "rollback" && target !== undefined) operation.release = target;
    const failure = planned?.kind === kind ? planned : null;
    if (failure) planned = null;
    void run(entry, failure);
    return structuredClone(operation);
  }

  function madeRelease(siteId: string, actor: Actor): number {
    const list = releases.get(siteId) ?? [];
    list.unshift(releaseOf((list[0]?.number ?? 0) + 1, actor));
    releases.set(siteId, list);
    return list[0]?.number ?? 1;
  }

  async function run(entry: Live, failure: { step: StepName; detail: string } | null) {
    const { operation } = entry;
    const tell = () =>
      emit({
        type: "operation",
        siteId: operation.siteId,
        actor: operation.actor,
        operation: structuredClone(operation),
      });
    tell();
    for (const step of operation.steps) {
      await new Promise((resolve) => setImmediate(resolve));
      if (gate) await gate.promise;
      if (ended) return;
      step.startedAt = new Date().toISOString();
      step.state = "running";
      if (step.name === "cut-over") entry.pastTheReturn = true;
      if (step.name === "environment") entry.output += "Requirement already satisfied: flask\n";
      tell();
      const words = entry.abort.signal.aborted
        ? "cancelled"
        : step.name === failure?.step
          ? failure.detail
          : null;
      step.endedAt = new Date().toISOString();
      step.state = words === null ? "succeeded" : "failed";
      if (words !== null) {
        step.detail = words;
        finish(entry, words);
        tell();
        return;
      }
    }
    finish(entry, null);
    tell();
  }

  function finish({ operation }: Live, failure: string | null) {
    operation.state = failure === null ? "succeeded" : "failed";
    operation.finishedAt = new Date().toISOString();
    if (failure !== null) {
      const code =
        failure === "cancelled"
          ? "cancelled"
          : `${operation.steps.find((it) => it.state === "failed")?.name}-failed`;
      operation.error = { type: "about:blank", title: "Failed", status: 422, code, detail: failure };
      for (const step of operation.steps) if (step.state === "pending") step.state = "skipped";
    }
    const list = releases.get(operation.siteId ?? "") ?? [];
    const made = list.find((release) => release.number === operation.release);
    if (made && failure === null) for (const release of list) release.current = release === made;
    if (made && made.result === "pending") {
      made.result = failure === null ? "succeeded" : "failed";
      made.durationMs = 5;
    }
  }

  function putDesired(next: DesiredState, actor: Actor): Operation[] {
    if (next.revision < desired.revision)
      throw new Refusal(
        409,
        "stale-revision",
        `Revision ${next.revision} is older than ${desired.revision}.`,
      );
    const before = new Map(desired.sites.map((site) => [site.id, site]));
    desired = next;
    const begun: Operation[] = [];
    for (const site of next.sites) {
      const kind = kindOfChange(before.get(site.id), site);
      if (kind) begun.push(start(kind, site.id, actor));
      before.delete(site.id);
    }
    for (const id of before.keys()) begun.push(start("remove", id, actor));
    return begun;
  }

  function siteOf(id: string): DesiredSite {
    const site = desired.sites.find((candidate) => candidate.id === id);
    if (!site) throw new Refusal(404, "site-unknown", "There is no such site.");
    return site;
  }

  function liveOf(id: string): Live {
    const entry = operations.get(id);
    if (!entry) throw new Refusal(404, "operation-unknown", "There is no such operation.");
    return entry;
  }

  function busy(siteId: string): Operation | null {
    for (const { operation } of operations.values())
      if (operation.siteId === siteId && !operation.finishedAt) return operation;
    return null;
  }

  async function handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<unknown> {
    const url = new URL(request.url ?? "/", "http://supervisor");
    const route = `${request.method} ${url.pathname}`;
    requests.push(route);
    const number = (name: string, otherwise: number) => Number(url.searchParams.get(name) ?? otherwise);
    const [, , collection = "", id = "", part = "", rest = ""] = url.pathname.split("/");
    if (route === "GET /v1/hello")
      return { protocol: CONTROL_PROTOCOL, version: "0.0.0-fake", pid: process.pid, startedAt };
    if (route === "GET /v1/observed") {
      const observed = observe({ desired, startedAt, busy, releases });
      alteration(observed);
      return observed;
    }
    if (route === "GET /v1/desired") return desired;
    if (route === "PUT /v1/desired") {
      const body = await readBody(request, putDesiredSchema);
      const begun = putDesired(body.desired, body.actor);
      purged.push(...body.purge);
      return { operations: begun };
    }
    if (route === "POST /v1/operations") {
      const body = await readBody(request, startOperationSchema);
      siteOf(body.siteId);
      const other = busy(body.siteId);
      if (other) throw new Refusal(409, "site-busy", `The site is busy: ${other.kind} is under way.`);
      if (body.kind === "rollback" && !releases.get(body.siteId)?.some((it) => it.number === body.release))
        throw new Refusal(404, "release-unknown", "There is no such release.");
      response.statusCode = 202;
      return start(body.kind, body.siteId, body.actor, body.kind === "rollback" ? body.release : undefined);
    }
    if (route === "GET /v1/operations") {
      const siteId = url.searchParams.get("siteId");
      const all = [...operations.values()].map((entry) => entry.operation).reverse();
      return {
        data: all.filter((it) => siteId === null || it.siteId === siteId).slice(0, number("limit", 50)),
      };
    }
    if (collection === "operations" && part === "cancel" && request.method === "POST") {
      const entry = liveOf(id);
      if (entry.pastTheReturn || entry.operation.finishedAt)
        throw new Refusal(409, "too-late-to-cancel", "The operation is past its cut over.");
      entry.abort.abort();
      return entry.operation;
    }
    if (collection === "operations" && part === "output") {
      const entry = liveOf(id);
      const offset = number("offset", 0);
      await wait(
        request,
        number("waitMs", 0),
        () => entry.output.length > offset || !!entry.operation.finishedAt,
      );
      return {
        text: entry.output.slice(offset),
        nextOffset: entry.output.length,
        finished: !!entry.operation.finishedAt,
      };
    }
    if (collection === "operations" && part === "") {
      const entry = liveOf(id);
      await wait(request, number("waitMs", 0), () => !!entry.operation.finishedAt);
      return entry.operation;
    }
    if (route === "GET /v1/events") {
      const after = number("after", 0);
      await wait(request, number("waitMs", 0), () => events.length !== after);
      const data = events.slice(after, after + number("limit", 500));
      return { data, next: data.at(-1)?.seq ?? Math.min(after, events.length), lost: 0 };
    }
    if (route === "POST /v1/inspections")
      return inspectFolder((await readBody(request, inspectRequestSchema)).path);
    if (route === "GET /v1/folders") return listFolders(url.searchParams.get("path") ?? "");
    if (route === "POST /v1/checks")
      return { errors: await checkSpec((await readBody(request, checkRequestSchema)).spec) };
    if (collection === "sites") return handleSite(request, response, { url, id, part, rest });
    throw new Refusal(404, "unknown", "There is no such path.");
  }

  function handleSite(
    request: http.IncomingMessage,
    response: http.ServerResponse,
    { url, id, part, rest }: { url: URL; id: string; part: string; rest: string },
  ): unknown {
    const site = siteOf(id);
    const known = lines.get(id) ?? [];
    if (part === "workers") return { data: workersOf(site) };
    if (part === "releases") return { data: releases.get(id) ?? [] };
    if (part === "history") return { data: [] };
    if (part === "config-files") return { data: configFilesOf(site) };
    const query = logQuerySchema.parse({ ...Object.fromEntries(url.searchParams) });
    const fits = (line: LogLine) =>
      line.source === query.source &&
      line.text.includes(query.contains ?? "") &&
      (query.level === undefined || line.level === query.level);
    if (rest === "stream") {
      const follow = (siteId: string, line: LogLine) => {
        if (siteId === id && fits(line)) response.write(`${JSON.stringify(line)}\n`);
      };
      followers.add(follow);
      request.socket.on("close", () => followers.delete(follow));
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.flushHeaders();
      return undefined;
    }
    if (rest === "download") {
      response.writeHead(200, { "content-type": "text/plain; charset=utf-8" });
      response.end(
        known
          .filter(fits)
          .map((line) => `${line.text}\n`)
          .join(""),
      );
      return undefined;
    }
    const found = known.filter(
      (line) =>
        fits(line) &&
        (query.before === undefined || Number(line.cursor) < Number(query.before)) &&
        (query.after === undefined || Number(line.cursor) > Number(query.after)),
    );
    const data = found.slice(-query.limit);
    return { data, before: data[0]?.cursor ?? null, after: data.at(-1)?.cursor ?? null };
  }

  const server = http.createServer((request, response) => {
    handle(request, response).then(
      (value) => value !== undefined && answer(response, response.statusCode, value),
      (error) => refuse(response, error),
    );
  });
  await new Promise<void>((resolve) => server.listen(options.socketPath, resolve));

  return {
    socketPath: options.socketPath,
    desired: () => desired,
    journal: events,
    purged,
    requests,
    followers: () => followers.size,
    emit,
    log(siteId, line) {
      const list = lines.get(siteId) ?? [];
      const full: LogLine = {
        cursor: String(list.length + 1),
        source: "app",
        at: new Date().toISOString(),
        level: "info",
        ...line,
      };
      lines.set(siteId, [...list, full]);
      for (const follow of followers) follow(siteId, full);
    },
    hold() {
      if (gate) return;
      let open = () => {};
      const promise = new Promise<void>((resolve) => {
        open = resolve;
      });
      gate = { promise, open };
    },
    release() {
      gate?.open();
      gate = null;
    },
    failNext(kind, step, detail) {
      planned = { kind, step, detail };
    },
    alter(change) {
      alteration = change;
    },
    async close() {
      ended = true;
      gate?.open();
      wake();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function kindOfChange(before: DesiredSite | undefined, after: DesiredSite): OperationKind | null {
  if (!before) return after.wanted === "started" ? "create" : null;
  if (before.wanted !== after.wanted) return after.wanted === "started" ? "start" : "stop";
  const { workers: old, ...oldPool } = before.spec.pool;
  const { workers, ...pool } = after.spec.pool;
  const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
  if (same(before.spec, after.spec) || after.wanted === "stopped") return null;
  if (workers !== old && same({ ...before.spec, pool: oldPool }, { ...after.spec, pool })) return "scale";
  return "apply";
}

function randomId(): string {
  return [...randomBytes(16)].map((byte) => (byte % 36).toString(36)).join("");
}
