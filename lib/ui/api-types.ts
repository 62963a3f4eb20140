/** Shapes of answers that are not in the vocabulary of lib/schema. */
import type { LogLine } from "../schema/log-line.ts";
import type { Operation } from "../schema/operation.ts";
import type { Problem } from "../schema/problem.ts";
import type { SiteView } from "../schema/site-view.ts";

export type Page<T> = { data: T[]; nextCursor?: string | null };

export type OperationReply = { operation?: Operation | null; site?: SiteView };

/** Either what was asked for, or why it could not be had. */
export type Loaded<T> = { ok: true; data: T } | { ok: false; problem: Problem };

/** A page of a log, newest last; the cursors go on from its two ends. */
export type LogPage = { data: LogLine[]; before: string | null; after: string | null };

/** What an operation printed from an offset on. */
export type OutputChunk = { text: string; nextOffset: number; finished: boolean };

/** A generated file as nginx or gunicorn reads it. */
export type ConfigFile = {
  kind: "nginx" | "gunicorn" | "nginx-main";
  path: string;
  text: string;
  revision: number | null;
  updatedAt: string | null;
};
