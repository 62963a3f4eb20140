/** Shapes of answers that are not in the vocabulary of lib/schema. */
import type { Operation } from "../schema/operation.ts";
import type { Problem } from "../schema/problem.ts";
import type { SiteView } from "../schema/site-view.ts";

export type Page<T> = { data: T[]; nextCursor?: string | null };

export type OperationReply = { operation?: Operation | null; site?: SiteView };

/** Either what was asked for, or why it could not be had. */
export type Loaded<T> = { ok: true; data: T } | { ok: false; problem: Problem };
