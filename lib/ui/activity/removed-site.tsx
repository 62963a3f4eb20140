import type { JournalEvent } from "../../schema/event.ts";

/** What the site of an event was called, also when it is gone; undefined when the event does not tell. */
export function siteNameOf(event: JournalEvent): string | undefined {
  return event.type === "operation" ? event.operation.siteName : undefined;
}

/** The name of a site that cannot be opened any more. */
export function RemovedSite({ event }: { event: JournalEvent }) {
  const name = siteNameOf(event);
  return name ? <span className="font-medium">{name} </span> : null;
}
