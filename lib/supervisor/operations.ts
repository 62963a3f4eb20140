/**
 * Operations: long actions with steps. An operation that was under way when the supervisor died is told as failed
 * at the next start, because after a surprise the supervisor looks at the world and plans again instead of resuming.
 */
import {
  type Actor,
  type Operation,
  type OperationKind,
  operationSchema,
  type StepName,
} from "../schema/operation.ts";
import type { Problem } from "../schema/problem.ts";
import type { System } from "../system/system.ts";
import type { Journal } from "./journal.ts";

const KEPT_OPERATIONS = 200;
/** At least this much of an operation's newest output is kept, and at most twice as much. */
const MAX_OUTPUT_CHARS = 512 * 1024;
/** Of all operations that have ended together, the newest first: an installer that talks a lot must not fill the heap. */
const MAX_ENDED_OUTPUT_CHARS = 8 * 1024 ** 2;

/** Thrown inside a step: it becomes the operation's problem, word for word. */
export class StepFailure extends Error {
  readonly code: string;
  readonly hint: string | undefined;
  readonly evidence: string[] | undefined;
  constructor(args: { code: string; sentence: string; hint?: string; evidence?: string[]; cause?: unknown }) {
    super(args.sentence, { cause: args.cause });
    this.name = "StepFailure";
    this.code = args.code;
    this.hint = args.hint;
    this.evidence = args.evidence;
  }
}

/** Why an operation is cancelled when nobody asked for it: the supervisor is stopping everything. */
export class Stopping extends Error {
  constructor() {
    super("Monban is stopping");
    this.name = "Stopping";
  }
}

export type OperationHandle = {
  readonly id: string;
  /** Aborts when somebody cancels; checked by steps up to cut over. */
  readonly signal: AbortSignal;
  /** Runs one step; what it returns is the step's detail. */
  step(name: StepName, act: () => Promise<string | undefined>): Promise<void>;
  skip(name: StepName, detail: string): void;
  warn(sentence: string): void;
  output(text: string): void;
  madeRelease(number: number): void;
  /** From here on cancelling is refused. */
  pastTheReturn(): void;
};

export type Operations = {
  start(args: {
    kind: OperationKind;
    siteId?: string;
    siteName?: string;
    actor: Actor;
    steps: StepName[];
    run: (handle: OperationHandle) => Promise<void>;
    /** What is true for visitors when it fails, appended to the problem's sentence. */
    afterFailure?: () => string;
    onEnd?: (operation: Operation) => void;
  }): Operation;
  get(id: string): Operation | null;
  list(args: { siteId?: string; limit: number }): Operation[];
  busyWith(siteId: string): string | null;
  /** Resolves with the operation when it has ended, or as it stands after `waitMs`. */
  wait(id: string, waitMs: number, signal?: AbortSignal): Promise<Operation | null>;
  output(
    id: string,
    offset: number,
    waitMs: number,
  ): Promise<{ text: string; nextOffset: number; finished: boolean } | null>;
  cancel(id: string): "cancelled" | "too-late" | "unknown";
  /** Cancels everything and resolves when all have ended. */
  stop(): Promise<void>;
};

type Live = {
  operation: Operation;
  output: string;
  outputDropped: number;
  abort: AbortController;
  cancellable: boolean;
  changed: Set<() => void>;
  done: Promise<void>;
};

/** Opens the registry; `folder` keeps one JSON file per recent operation. */
export async function openOperations(args: {
  system: System;
  journal: Journal;
  folder: string;
}): Promise<Operations> {
  const { system, journal, folder } = args;
  const live = new Map<string, Live>();
  for (const operation of await loadFinished(system, folder)) {
    if (operation.state === "queued" || operation.state === "running") {
      const interrupted = asInterrupted(operation, system.clock.now());
      live.set(operation.id, settled(interrupted));
      save(interrupted);
      journal.write({
        type: "operation",
        siteId: operation.siteId,
        actor: operation.actor,
        operation: interrupted,
      });
    } else live.set(operation.id, settled(operation));
  }

  function settled(operation: Operation): Live {
    return {
      operation,
      output: "",
      outputDropped: 0,
      abort: new AbortController(),
      cancellable: false,
      changed: new Set(),
      done: Promise.resolve(),
    };
  }

  function save(operation: Operation) {
    // A full disk costs the record of an operation, never the operation.
    system.files
      .writeAtomic(`${folder}/${operation.id}.json`, JSON.stringify(operation), { mode: 0o600 })
      .catch(() => undefined);
  }

  function announce(entry: Live) {
    const operation = structuredClone(entry.operation);
    journal.write({ type: "operation", siteId: operation.siteId, actor: operation.actor, operation });
    save(operation);
    for (const notify of entry.changed) notify();
  }

  function forgetOldest() {
    for (const [id, entry] of live) {
      if (live.size <= KEPT_OPERATIONS) return;
      if (!entry.operation.finishedAt) continue;
      live.delete(id);
      system.files.remove(`${folder}/${id}.json`).catch(() => undefined);
    }
  }

  function dropOldOutput() {
    let left = MAX_ENDED_OUTPUT_CHARS;
    for (const entry of [...live.values()].reverse()) {
      if (!entry.operation.finishedAt) continue;
      left -= entry.output.length;
      if (left >= 0) continue;
      entry.outputDropped += entry.output.length;
      entry.output = "";
    }
  }

  const timeNow = () => new Date(system.clock.now()).toISOString();

  function waitForChange(entry: Live, waitMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = new AbortController();
      const finish = () => {
        entry.changed.delete(finish);
        stop.abort();
        resolve();
      };
      entry.changed.add(finish);
      const either = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
      system.clock.sleep(waitMs, either).then(finish, finish);
    });
  }

  return {
    start({ kind, siteId, siteName, actor, steps, run, afterFailure, onEnd }) {
      const operation: Operation = {
        id: newId(system, "op"),
        kind,
        state: "running",
        siteId,
        siteName,
        steps: steps.map((name) => ({ name, state: "pending", startedAt: null, endedAt: null })),
        warnings: [],
        createdAt: timeNow(),
        actor,
      };
      const entry: Live = { ...settled(operation), cancellable: true };
      live.set(operation.id, entry);
      forgetOldest();
      announce(entry);
      entry.done = execute();
      return structuredClone(operation);

      async function execute() {
        try {
          await run(handle());
          operation.state = "succeeded";
        } catch (cause) {
          operation.state = "failed";
          operation.error = toProblem(cause, entry.abort.signal.aborted, afterFailure?.());
        }
        for (const step of operation.steps) if (step.state === "pending") step.state = "skipped";
        operation.finishedAt = timeNow();
        entry.cancellable = false;
        dropOldOutput();
        onEnd?.(structuredClone(operation));
        announce(entry);
      }

      function handle(): OperationHandle {
        return {
          id: operation.id,
          signal: entry.abort.signal,
          async step(name, act) {
            const step = operation.steps.find((candidate) => candidate.name === name);
            if (!step) throw new Error(`operation ${operation.kind} has no step ${name}`);
            if (entry.cancellable) entry.abort.signal.throwIfAborted();
            step.state = "running";
            step.startedAt = timeNow();
            announce(entry);
            try {
              const detail = await act();
              if (detail !== undefined) step.detail = detail;
              step.state = "succeeded";
            } catch (cause) {
              step.state = "failed";
              step.detail = cause instanceof Error ? cause.message : String(cause);
              throw cause;
            } finally {
              step.endedAt = timeNow();
              announce(entry);
            }
          },
          skip(name, detail) {
            const step = operation.steps.find((candidate) => candidate.name === name);
            if (step) Object.assign(step, { state: "skipped", detail });
          },
          warn(sentence) {
            operation.warnings.push(sentence);
          },
          output(text) {
            entry.output += text;
            // Cut now and then, not at every word, because each cut copies what stays.
            if (entry.output.length > 2 * MAX_OUTPUT_CHARS) {
              const cut = entry.output.length - MAX_OUTPUT_CHARS;
              entry.output = entry.output.slice(cut);
              entry.outputDropped += cut;
            }
            for (const notify of entry.changed) notify();
          },
          madeRelease(number) {
            operation.release = number;
          },
          pastTheReturn() {
            entry.cancellable = false;
          },
        };
      }
    },
    get(id) {
      const entry = live.get(id);
      return entry ? structuredClone(entry.operation) : null;
    },
    list({ siteId, limit }) {
      return [...live.values()]
        .map((entry) => entry.operation)
        .filter((operation) => siteId === undefined || operation.siteId === siteId)
        .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1))
        .slice(0, limit)
        .map((operation) => structuredClone(operation));
    },
    busyWith(siteId) {
      for (const { operation } of live.values()) {
        if (operation.siteId === siteId && !operation.finishedAt) return operation.id;
      }
      return null;
    },
    async wait(id, waitMs, signal) {
      const entry = live.get(id);
      if (!entry) return null;
      const until = system.clock.monotonic() + waitMs;
      while (!entry.operation.finishedAt && !signal?.aborted) {
        const left = until - system.clock.monotonic();
        if (left <= 0) break;
        await waitForChange(entry, left, signal);
      }
      return structuredClone(entry.operation);
    },
    async output(id, offset, waitMs) {
      const entry = live.get(id);
      if (!entry) return null;
      const end = () => entry.outputDropped + entry.output.length;
      if (offset >= end() && !entry.operation.finishedAt && waitMs > 0) await waitForChange(entry, waitMs);
      const text = entry.output.slice(Math.max(0, offset - entry.outputDropped));
      return { text, nextOffset: end(), finished: entry.operation.finishedAt !== undefined };
    },
    cancel(id) {
      const entry = live.get(id);
      if (!entry) return "unknown";
      if (!entry.cancellable) return "too-late";
      entry.abort.abort(new Error("cancelled"));
      return "cancelled";
    },
    async stop() {
      for (const entry of live.values()) entry.abort.abort(new Stopping());
      await Promise.all([...live.values()].map((entry) => entry.done));
    },
  };
}

function toProblem(cause: unknown, aborted: boolean, afterFailure: string | undefined): Problem {
  const told = cause instanceof StepFailure ? cause : null;
  const reason = cause instanceof Error ? cause.message : String(cause);
  const sentence = aborted && !told ? `Cancelled: ${reason}.` : reason;
  return {
    type: "about:blank",
    title: aborted ? "Cancelled" : "The operation failed",
    status: told ? 422 : aborted ? 409 : 500,
    code: told?.code ?? (aborted ? "cancelled" : "unexpected"),
    detail: afterFailure ? `${sentence} ${afterFailure}` : sentence,
    ...(told?.hint ? { hint: told.hint } : {}),
    ...(told?.evidence ? { evidence: told.evidence } : {}),
  };
}

async function loadFinished(system: System, folder: string): Promise<Operation[]> {
  const operations: Operation[] = [];
  for (const name of await system.files.list(folder)) {
    if (!name.endsWith(".json")) continue;
    try {
      operations.push(
        operationSchema.parse(JSON.parse((await system.files.readText(`${folder}/${name}`)) ?? "")),
      );
    } catch {
      await system.files.remove(`${folder}/${name}`).catch(() => undefined);
    }
  }
  return operations.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}

function asInterrupted(operation: Operation, now: number): Operation {
  const at = new Date(now).toISOString();
  return {
    ...operation,
    state: "failed",
    finishedAt: at,
    steps: operation.steps.map((step) =>
      step.state === "running"
        ? { ...step, state: "failed", endedAt: at, detail: "interrupted" }
        : step.state === "pending"
          ? { ...step, state: "skipped" }
          : step,
    ),
    error: {
      type: "about:blank",
      title: "Interrupted",
      status: 503,
      code: "interrupted",
      detail:
        "The supervisor was restarted while this was under way. It has looked at everything again and brought it to the desired state.",
      hint: "Look at the site's release and repeat the action if it did not take effect.",
    },
  };
}

const ID_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

/** An identifier such as `op_…`: 16 characters, about 82 bits, from the system's source of chance. */
export function newId(system: Pick<System, "random">, prefix: string): string {
  let id = `${prefix}_`;
  for (let index = 0; index < 16; index += 1)
    id += ID_ALPHABET[Math.floor(system.random() * ID_ALPHABET.length)];
  return id;
}
