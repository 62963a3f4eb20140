"use client";

import { createContext, useContext } from "react";
import type { JournalEvent } from "../../schema/event.ts";
import type { SiteView } from "../../schema/site-view.ts";
import type { SiteNow } from "../status/site-now.ts";

export type SiteInView = {
  site: SiteView;
  now: SiteNow;
  /** Events of this site, newest first. */
  events: readonly JournalEvent[];
};

export const SiteContext = createContext<SiteInView | null>(null);

/** The site the page is about. */
export function useSiteInView(): SiteInView {
  const value = useContext(SiteContext);
  if (!value) throw new Error("SiteFrame is missing above this component");
  return value;
}
