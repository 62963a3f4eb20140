/**
 * One route of the API as data: who may call it, what it takes, what it answers. The same definition guards,
 * validates, answers and documents, so that none of the four can be forgotten.
 */
import type * as z from "zod";
import type { Caller } from "../panel/context.ts";
import type { PanelCore } from "../panel/create-panel.ts";
import type { Scope } from "../schema/account.ts";

/** `public`: nobody is asked who they are. `anyone`: every caller who is somebody. Else the scope that is needed. */
export type Access = "public" | "anyone" | Scope;

export type Call<Params, Query, Body> = {
  panel: PanelCore;
  request: Request;
  params: Params;
  query: Query;
  body: Body;
  /** Who asks; for public routes nobody. */
  caller: Caller;
  address: string;
  userAgent: string;
  /** The revision of `If-Match`, or null when there is none. */
  seen: { revision: number | null };
};

export type Reply<Answer> = {
  /** Otherwise the route's own. */
  status?: number;
  body: Answer;
  headers?: Record<string, string>;
};

export type Route = {
  method: "get" | "post" | "patch" | "delete";
  /** Absolute, with parameters in braces: `/api/v1/sites/{siteId}`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  access: Access;
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** What success answers with: JSON of `response`, nothing at all, or a body of another type. */
  status: 200 | 201 | 202 | 204;
  alsoStatus?: 200;
  response?: z.ZodType;
  contentType?: string;
  /** Problems beyond those that every route of its kind has. */
  problems: number[];
  /** Takes Idempotency-Key: the same request again answers what the first one did. */
  idempotent?: boolean;
  /** Takes If-Match. */
  conditional?: boolean;
  handle(call: Call<never, never, never>): Promise<Reply<unknown> | Response>;
};

type Definition<
  P extends z.ZodObject,
  Q extends z.ZodObject,
  B extends z.ZodType,
  R extends z.ZodType,
> = Omit<Route, "params" | "query" | "body" | "response" | "handle"> & {
  params?: P;
  query?: Q;
  body?: B;
  response?: R;
  handle(call: Call<z.output<P>, z.output<Q>, z.output<B>>): Promise<Reply<z.input<R>> | Response>;
};

/** Checks that the handler fits the schemas of its own definition. */
export function route<
  P extends z.ZodObject = z.ZodObject<Record<never, never>>,
  Q extends z.ZodObject = z.ZodObject<Record<never, never>>,
  B extends z.ZodType = z.ZodUndefined,
  R extends z.ZodType = z.ZodNull,
>(definition: Definition<P, Q, B, R>): Route {
  return definition as unknown as Route;
}
