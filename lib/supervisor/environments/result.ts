/** What came of an environment: where its interpreter is, or why there is none. */
export type EnvironmentResult =
  | { ok: true; hash: string; python: string; gunicornVersion: string; reused: boolean }
  | { ok: false; sentence: string; evidence: string[] };
