"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import type { LogLevel, LogLine, LogSource } from "../../schema/log-line.ts";
import type { Problem } from "../../schema/problem.ts";
import { get, problemOf } from "../api-client.ts";
import type { LogPage } from "../api-types.ts";
import { usePageVisible } from "../live/page-visible.ts";
import { append, emptyBuffer, type LogBuffer, prepend, release } from "./log-buffer.ts";

const PAGE = 200;
/** Lines are put on the screen in bundles: a busy site writes hundreds a second, ms. */
const FLUSH_MS = 200;
const RECONNECT_MS = 3_000;

export type LogFilter = { source: LogSource; contains: string; level: LogLevel | "" };

/** One log, its last page and then every new line, until the tab is hidden or the page is left. */
export function useLog(siteId: string, filter: LogFilter) {
  const { source, contains, level } = filter;
  const [buffer, setBuffer] = useState<LogBuffer>(emptyBuffer);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [loaded, setLoaded] = useState(false);
  const [connected, setConnected] = useState(false);
  const [paused, setPaused] = useState(false);
  const isPaused = useRef(paused);
  isPaused.current = paused;
  const visible = usePageVisible();

  useEffect(() => {
    if (!visible) return;
    const query = queryOf({ source, contains, level });
    const aborter = new AbortController();
    let stream: EventSource | null = null;
    let timer: ReturnType<typeof setTimeout> | null = null;
    let waiting: LogLine[] = [];
    const flush = setInterval(() => {
      if (waiting.length === 0) return;
      const fresh = waiting;
      waiting = [];
      setBuffer((now) => append(now, fresh, isPaused.current));
    }, FLUSH_MS);

    function follow(after: string | null): void {
      const since = after ? `&after=${encodeURIComponent(after)}` : "";
      stream = new EventSource(`/api/v1/sites/${siteId}/logs/stream?${query}${since}`);
      stream.onopen = () => setConnected(true);
      stream.addEventListener("line", (message) => waiting.push(JSON.parse(message.data) as LogLine));
      stream.addEventListener("away", () => setConnected(false));
      stream.onerror = () => {
        stream?.close();
        setConnected(false);
        if (!aborter.signal.aborted) timer = setTimeout(start, RECONNECT_MS);
      };
    }

    async function start(): Promise<void> {
      try {
        const page = await get<LogPage>(`/sites/${siteId}/logs?${query}&limit=${PAGE}`, {
          signal: aborter.signal,
        });
        setBuffer({ lines: page.data, before: page.before, held: [] });
        setProblem(null);
        setLoaded(true);
        follow(page.after);
      } catch (error) {
        if (aborter.signal.aborted) return;
        setProblem(problemOf(error));
        setLoaded(true);
        timer = setTimeout(start, RECONNECT_MS);
      }
    }

    setLoaded(false);
    setBuffer(emptyBuffer);
    void start();
    return () => {
      aborter.abort();
      stream?.close();
      setConnected(false);
      clearInterval(flush);
      if (timer) clearTimeout(timer);
    };
  }, [siteId, source, contains, level, visible]);

  const resume = useCallback(() => {
    setPaused(false);
    setBuffer(release);
  }, []);

  const loadOlder = useCallback(async () => {
    if (!buffer.before) return;
    try {
      const query = queryOf({ source, contains, level });
      const page = await get<LogPage>(
        `/sites/${siteId}/logs?${query}&limit=${PAGE}&before=${encodeURIComponent(buffer.before)}`,
      );
      setPaused(true);
      setBuffer((now) => prepend(now, page.data, page.before));
    } catch (error) {
      setProblem(problemOf(error));
    }
  }, [siteId, source, contains, level, buffer.before]);

  return {
    buffer,
    problem,
    loaded,
    connected,
    paused,
    pause: useCallback(() => setPaused(true), []),
    resume,
    loadOlder,
  };
}

function queryOf({ source, contains, level }: LogFilter): string {
  const query = new URLSearchParams({ source });
  if (contains) query.set("contains", contains);
  if (level) query.set("level", level);
  return query.toString();
}
