"use client";

import { useMemo } from "react";
import { useLive, useSite, useSiteObservation, useSites } from "../live/live-provider.tsx";
import { byTrouble, type SiteNow, siteNow } from "./site-now.ts";

/** All sites as they are now, those in trouble first. */
export function useSitesNow(): SiteNow[] {
  const sites = useSites();
  const observations = useLive((state) => state.observations);
  return useMemo(
    () => sites.map((site) => siteNow(site, observations.get(site.id))).sort(byTrouble),
    [sites, observations],
  );
}

export function useSiteNow(siteId: string): SiteNow | undefined {
  const site = useSite(siteId);
  const seen = useSiteObservation(siteId);
  return useMemo(() => (site ? siteNow(site, seen) : undefined), [site, seen]);
}
