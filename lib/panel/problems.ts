/** What can go wrong in the panel, as problems: one table of codes, so that programs can rely on them. */
import { ControlProblem, SupervisorAway } from "../control/client.ts";
import { type DatabaseTrouble, troubleOf } from "../db/trouble.ts";
import type { FieldError, Problem } from "../schema/problem.ts";

const catalogue = {
  "malformed-json": { status: 400, title: "Malformed request" },
  "malformed-request": { status: 400, title: "Malformed request" },
  unauthenticated: { status: 401, title: "Not signed in" },
  "wrong-credentials": { status: 401, title: "Not signed in" },
  "not-allowed": { status: 403, title: "Not allowed" },
  "wrong-origin": { status: 403, title: "Not allowed" },
  "wrong-setup-token": { status: 403, title: "Not allowed" },
  "unknown-path": { status: 404, title: "Not found" },
  "unknown-site": { status: 404, title: "Not found" },
  "unknown-operation": { status: 404, title: "Not found" },
  "unknown-release": { status: 404, title: "Not found" },
  "unknown-token": { status: 404, title: "Not found" },
  "unknown-session": { status: 404, title: "Not found" },
  "wrong-method": { status: 405, title: "Method not allowed" },
  "already-set-up": { status: 409, title: "Conflict" },
  "name-taken": { status: 409, title: "Conflict" },
  "domain-taken": { status: 409, title: "Conflict" },
  "site-changed": { status: 409, title: "Conflict" },
  "site-stopped": { status: 409, title: "Conflict" },
  "already-started": { status: 409, title: "Conflict" },
  "already-stopped": { status: 409, title: "Conflict" },
  "request-under-way": { status: 409, title: "Conflict" },
  "stale-revision": { status: 412, title: "Changed meanwhile" },
  "too-large": { status: 413, title: "Too large" },
  "wrong-content-type": { status: 415, title: "Wrong content type" },
  invalid: { status: 422, title: "Invalid request" },
  "key-reused": { status: 422, title: "Invalid request" },
  throttled: { status: 429, title: "Too many attempts" },
  "too-many-streams": { status: 429, title: "Too many streams" },
  failed: { status: 500, title: "Internal error" },
  "supervisor-away": { status: 503, title: "Supervisor away" },
  "database-damaged": { status: 503, title: "Database unusable" },
  "database-locked": { status: 503, title: "Database unusable" },
  "database-full": { status: 503, title: "Database unusable" },
  "database-unwritable": { status: 503, title: "Database unusable" },
  "database-other-version": { status: 503, title: "Database unusable" },
  "database-failed": { status: 503, title: "Database unusable" },
} as const satisfies Record<string, { status: number; title: string }> &
  Record<DatabaseTrouble["code"], { status: number; title: string }>;

export type ProblemCode = keyof typeof catalogue;
export const problemCatalogue: Record<ProblemCode, { status: number; title: string }> = catalogue;

/** Thrown by use cases; the API answers it as it stands. */
export class PanelError extends Error {
  override name = "PanelError";
  readonly problem: Problem;
  /** When to try again; answered as Retry-After. */
  readonly retryAfterSeconds: number | undefined;
  constructor(problem: Problem, options: { retryAfterSeconds?: number; cause?: unknown } = {}) {
    super(problem.detail, { cause: options.cause });
    this.problem = problem;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** Makes the error for one of the codes. `detail` is the sentence people read. */
export function problem(
  code: ProblemCode,
  detail: string,
  more: { hint?: string; errors?: FieldError[]; retryAfterSeconds?: number; cause?: unknown } = {},
): PanelError {
  const { hint, errors, ...options } = more;
  return new PanelError(
    {
      type: "about:blank",
      ...catalogue[code],
      code,
      detail,
      ...(hint ? { hint } : {}),
      ...(errors ? { errors } : {}),
    },
    options,
  );
}

/** 422 for fields that do not fit. */
export function invalid(errors: FieldError[]): PanelError {
  return problem("invalid", "Some fields do not fit. Nothing was changed.", { errors });
}

/** Recognizes the errors of the supervisor and the database; null for what nobody expected. */
export function asPanelError(error: unknown): PanelError | null {
  if (error instanceof PanelError) return error;
  if (error instanceof SupervisorAway)
    return problem(
      "supervisor-away",
      "The supervisor cannot be reached. Sites keep serving; nothing was changed.",
      { hint: "It is restarted by itself; try again in a moment.", retryAfterSeconds: 2, cause: error },
    );
  if (error instanceof ControlProblem) return new PanelError(error.problem, { cause: error });
  const trouble = troubleOf(error);
  if (!trouble) return null;
  return problem(trouble.code, trouble.detail, { hint: trouble.hint, retryAfterSeconds: 5, cause: error });
}
