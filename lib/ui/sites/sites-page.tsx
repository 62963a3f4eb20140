"use client";

import { Plus, Search } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../primitives/button.tsx";
import { Empty } from "../primitives/empty.tsx";
import { Input } from "../primitives/input.tsx";
import { Panel } from "../primitives/panel.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import { useSitesNow } from "../status/use-site-now.ts";
import { SiteTable } from "./site-table.tsx";

/** From this many sites on a filter is worth its place. */
const FILTER_FROM = 8;

export function SitesPage() {
  const t = useTranslations("sites");
  const tn = useTranslations("nav");
  const sites = useSitesNow();
  const [text, setText] = useState("");
  const wanted = text.trim().toLowerCase();
  const found = sites.filter(
    (site) => site.name.includes(wanted) || site.domains.some((domain) => domain.includes(wanted)),
  );
  return (
    <>
      <PageHeader
        title={tn("sites")}
        actions={
          <>
            {sites.length >= FILTER_FROM ? (
              <div className="relative w-56">
                <Search aria-hidden="true" className="absolute top-2.5 left-2.5 size-3.5 text-faint" />
                <Input
                  type="search"
                  aria-label={t("filter")}
                  placeholder={t("filter")}
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                  className="pl-8"
                />
              </div>
            ) : null}
            <Button asChild look="primary">
              <Link href="/sites/new">
                <Plus />
                {tn("newSite")}
              </Link>
            </Button>
          </>
        }
      />
      <Panel flush>
        {found.length > 0 ? (
          <SiteTable sites={found} withRelease />
        ) : sites.length > 0 ? (
          <Empty title={t("noMatch", { text })} />
        ) : (
          <Empty title={t("none")}>{t("noneText")}</Empty>
        )}
      </Panel>
    </>
  );
}
