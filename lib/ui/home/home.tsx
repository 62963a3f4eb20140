"use client";

import { Plus } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "../primitives/button.tsx";
import { Empty } from "../primitives/empty.tsx";
import { Panel } from "../primitives/panel.tsx";
import { SiteTable } from "../sites/site-table.tsx";
import { useSitesNow } from "../status/use-site-now.ts";
import { HostStrip } from "./host-strip.tsx";
import { NowPanel } from "./now-panel.tsx";
import { RecentPanel } from "./recent-panel.tsx";
import { Sentence } from "./sentence.tsx";
import { TroubleList } from "./trouble-list.tsx";

/** "Is everything fine, and if not, where?" */
export function Home() {
  const t = useTranslations("home");
  const tn = useTranslations("nav");
  const sites = useSitesNow();
  return (
    <div className="flex flex-col gap-4">
      <Sentence sites={sites} />
      <TroubleList sites={sites} />
      <div className="grid items-start gap-4 xl:grid-cols-[minmax(0,1fr)_21rem]">
        <Panel
          title={tn("sites")}
          flush
          actions={
            <Button asChild size="sm">
              <Link href="/sites/new">
                <Plus />
                {tn("newSite")}
              </Link>
            </Button>
          }
        >
          {sites.length === 0 ? (
            <Empty
              title={t("noSites")}
              action={
                <Button asChild look="primary">
                  <Link href="/sites/new">
                    <Plus />
                    {tn("newSite")}
                  </Link>
                </Button>
              }
            >
              {t("noSitesText")}
            </Empty>
          ) : (
            <SiteTable sites={sites} />
          )}
        </Panel>
        <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-1">
          <NowPanel />
          <RecentPanel />
        </div>
      </div>
      <HostStrip />
    </div>
  );
}
