"use client";

import type { Minute } from "../../schema/observed.ts";
import { useFetch } from "./use-fetch.ts";

/** A minute is complete only once a minute. */
const REFRESH_MS = 30_000;

/** The last `minutes` minutes of a site, oldest first; undefined until the first answer. */
export function useHistory(siteId: string | null, minutes: number, initial?: Minute[]): Minute[] | undefined {
  const { data } = useFetch<{ data: Minute[] }>(
    siteId ? `/sites/${siteId}/history?minutes=${minutes}` : null,
    {
      everyMs: REFRESH_MS,
      ...(initial ? { initial: { data: initial } } : {}),
    },
  );
  return data?.data;
}
