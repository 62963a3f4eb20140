import { notFound, redirect } from "next/navigation";
import type { ReactNode } from "react";
import { localized } from "../../../../lib/api/messages/localized.ts";
import { getPanel } from "../../../../lib/panel/instance.ts";
import { SiteFrame } from "../../../../lib/ui/site/site-frame.tsx";
import { requestPreferences, requireViewer } from "../../../request.ts";

/** Events of the site its pages begin with; the stream brings the rest. */
const SITE_EVENTS = 200;

type Params = { params: Promise<{ siteId: string }> };

export async function generateMetadata({ params }: Params) {
  const site = await getPanel().sites.get((await params).siteId);
  const name = site?.name ?? "";
  return { title: { template: `%s · ${name} · Monban`, default: name } };
}

/** A site is also found by its name, so that addresses can be typed. */
export default async function Layout({ params, children }: Params & { children: ReactNode }) {
  await requireViewer();
  const { siteId } = await params;
  const site = await getPanel().sites.get(siteId);
  if (!site) notFound();
  if (site.id !== siteId) redirect(`/sites/${site.id}`);
  const { locale } = await requestPreferences();
  const events = await getPanel().events.recent({ siteId: site.id, limit: SITE_EVENTS });
  return (
    <SiteFrame initial={localized(site, locale)} events={localized(events.toReversed(), locale)}>
      {children}
    </SiteFrame>
  );
}
