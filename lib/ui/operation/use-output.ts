"use client";

import { useEffect, useState } from "react";
import { get } from "../api-client.ts";
import type { OutputChunk } from "../api-types.ts";
import { usePageVisible } from "../live/page-visible.ts";

/** While output is still being written it is asked for this often, ms. */
const POLL_MS = 800;
/** The end of the output is what matters; more than this is cut off at the front, characters. */
const MAX_SHOWN = 200_000;

/** What pip and the commands of an operation printed, as it grows. Nothing is asked while `open` is false. */
export function useOutput(
  operationId: string,
  open: boolean,
): { text: string; finished: boolean; failed: boolean } {
  const [output, setOutput] = useState({ text: "", offset: 0, finished: false, failed: false });
  const visible = usePageVisible();
  useEffect(() => {
    if (!open || !visible) return;
    const aborter = new AbortController();
    let timer: ReturnType<typeof setTimeout> | null = null;
    let offset = 0;
    let text = "";
    async function load(): Promise<void> {
      try {
        const chunk = await get<OutputChunk>(`/operations/${operationId}/output?offset=${offset}`, {
          signal: aborter.signal,
        });
        offset = chunk.nextOffset;
        text = (text + chunk.text).slice(-MAX_SHOWN);
        setOutput({ text, offset, finished: chunk.finished, failed: false });
        if (!chunk.finished) timer = setTimeout(load, POLL_MS);
      } catch {
        if (!aborter.signal.aborted) setOutput((before) => ({ ...before, failed: true }));
      }
    }
    void load();
    return () => {
      aborter.abort();
      if (timer) clearTimeout(timer);
    };
  }, [operationId, open, visible]);
  return output;
}
