"use client";

import { useState } from "react";
import type { Problem } from "../../schema/problem.ts";
import { ApiError, problemOf } from "../api-client.ts";

/** Sends a form: busy while it is under way, the problem when it was refused, and how long a throttle lasts. */
export function useSubmit() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [blockedUntil, setBlockedUntil] = useState<number | null>(null);
  async function submit(send: () => Promise<void>): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      await send();
    } catch (error) {
      setProblem(problemOf(error));
      const seconds = error instanceof ApiError ? error.retryAfterSeconds : null;
      setBlockedUntil(seconds === null ? null : Date.now() + seconds * 1_000);
      setBusy(false);
    }
  }
  return { busy, problem, blockedUntil, submit, reset: () => setBusy(false) };
}
