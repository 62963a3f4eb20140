"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { Problem } from "../../schema/problem.ts";
import { get, problemOf } from "../api-client.ts";
import { usePageVisible } from "./page-visible.ts";

export type Fetched<T> = {
  data: T | undefined;
  problem: Problem | null;
  refresh: () => void;
};

/**
 * Loads `path` of the API, again every `everyMs` while the page is visible, and whenever `key` changes. The former
 * answer stays while a new one is on its way. A null path loads nothing.
 */
export function useFetch<T>(
  path: string | null,
  { everyMs, initial, key }: { everyMs?: number; initial?: T; key?: unknown } = {},
): Fetched<T> {
  const [data, setData] = useState<T | undefined>(initial);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  const loadedPath = useRef<string | null>(initial === undefined ? null : path);
  const firstKey = useRef(key);
  const visible = usePageVisible();
  // `turn` and `key` ask for a new answer to the same question.
  useEffect(() => {
    if (path === null || !visible) return;
    const aborter = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    if (loadedPath.current !== path) {
      if (loadedPath.current !== null) setData(undefined);
      setProblem(null);
    }
    async function load(): Promise<void> {
      try {
        const answer = await get<T>(path ?? "", { signal: aborter.signal });
        if (aborter.signal.aborted) return;
        loadedPath.current = path;
        setData(answer);
        setProblem(null);
      } catch (error) {
        if (aborter.signal.aborted) return;
        setProblem(problemOf(error));
      }
      if (everyMs && !aborter.signal.aborted) timer = setTimeout(load, everyMs);
    }
    const hasInitial = loadedPath.current === path && turn === 0 && firstKey.current === key;
    if (hasInitial && everyMs) timer = setTimeout(load, everyMs);
    else if (!hasInitial) void load();
    return () => {
      aborter.abort();
      if (timer) clearTimeout(timer);
    };
  }, [path, everyMs, visible, turn, key]);
  const refresh = useCallback(() => setTurn((count) => count + 1), []);
  return { data, problem, refresh };
}
