import type { ReactNode } from "react";
import { localized } from "../../lib/api/messages/localized.ts";
import { getPanel } from "../../lib/panel/instance.ts";
import type { JournalEvent } from "../../lib/schema/event.ts";
import type { Operation } from "../../lib/schema/operation.ts";
import type { SiteView } from "../../lib/schema/site-view.ts";
import type { StatusView } from "../../lib/schema/status-view.ts";
import { SiteActionsProvider } from "../../lib/ui/actions/site-actions.tsx";
import type { Page } from "../../lib/ui/api-types.ts";
import { LiveProvider } from "../../lib/ui/live/live-provider.tsx";
import { Shell } from "../../lib/ui/shell/shell.tsx";
import { loadOr, requestPreferences, requireViewer } from "../request.ts";

/** Events a page begins with; the stream brings the rest. */
const RECENT_EVENTS = 60;

export default async function Layout({ children }: { children: ReactNode }) {
  const viewer = await requireViewer();
  const none = { data: [] };
  const [{ locale }, status, sites, operations, events] = await Promise.all([
    requestPreferences(),
    loadOr<StatusView, null>("/status", null),
    getPanel().sites.list() as Promise<SiteView[]>,
    loadOr<Page<Operation>, Page<Operation>>("/operations?limit=50", none),
    getPanel().events.recent({ limit: RECENT_EVENTS }) as Promise<JournalEvent[]>,
  ]);
  return (
    <LiveProvider
      status={status}
      sites={localized(sites, locale)}
      operations={operations.data}
      events={localized(events.toReversed(), locale)}
      supervisorReachable={status?.supervisorReachable ?? false}
      renderedAt={Date.now()}
    >
      <SiteActionsProvider>
        <Shell username={viewer.user?.username ?? viewer.actor.name}>{children}</Shell>
      </SiteActionsProvider>
    </LiveProvider>
  );
}
