"use client";

import { useSiteInView } from "../site/site-context.tsx";
import { Journal } from "./journal.tsx";
import { OperationHistory } from "./operation-history.tsx";

/** What happened to one site. */
export function ActivityTab() {
  const { site, events } = useSiteInView();
  return (
    <div className="grid items-start gap-4 xl:grid-cols-2">
      <Journal events={events} />
      <OperationHistory siteId={site.id} />
    </div>
  );
}
