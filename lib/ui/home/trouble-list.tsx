"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { cx } from "../cx.ts";
import { useFormat } from "../format/use-format.ts";
import { Button } from "../primitives/button.tsx";
import type { SiteNow } from "../status/site-now.ts";
import { SiteMark } from "../status/status-mark.tsx";

const MAX_SHOWN = 5;

/** The sites that need somebody, each with why and where to look. Absent when nothing is wrong. */
export function TroubleList({ sites }: { sites: readonly SiteNow[] }) {
  const t = useTranslations("home");
  const troubled = sites.filter(
    (site) => site.health === "down" || site.health === "degraded" || site.quarantine || site.pending,
  );
  if (troubled.length === 0) return null;
  return (
    <ul className="flex flex-col gap-2" aria-label={t("trouble")}>
      {troubled.slice(0, MAX_SHOWN).map((site) => (
        <li
          key={site.id}
          className={cx(
            "flex flex-wrap items-center gap-x-3 gap-y-1.5 rounded-xl px-4 py-2.5",
            site.health === "down" || site.quarantine ? "bg-bad-soft" : "bg-warn-soft",
          )}
        >
          <SiteMark site={site} className="sm:w-24" />
          <Link href={`/sites/${site.id}`} className="font-semibold underline-offset-4 hover:underline">
            {site.name}
          </Link>
          <span className="min-w-0 flex-1 basis-60 break-words">
            <Why site={site} />
          </span>
          <span className="flex gap-2">
            <Button asChild size="sm">
              <Link href={`/sites/${site.id}`}>{t("seeWhy")}</Link>
            </Button>
            <Button asChild size="sm">
              <Link href={`/sites/${site.id}/workers`}>{t("workers")}</Link>
            </Button>
          </span>
        </li>
      ))}
      {troubled.length > MAX_SHOWN ? (
        <li className="px-4 text-muted">{t("moreTrouble", { count: troubled.length - MAX_SHOWN })}</li>
      ) : null}
    </ul>
  );
}

/** The reason the supervisor gave; beside it the two numbers that matter when it is slow. */
function Why({ site }: { site: SiteNow }) {
  const t = useTranslations("home");
  const format = useFormat();
  const parts: string[] = [];
  if (site.quarantine) parts.push(site.quarantine.reason);
  else if (site.reason) parts.push(site.reason);
  if (site.pending) parts.push(t("pending", { reason: site.pending.reason }));
  if (site.traffic?.p95Ms && site.health === "degraded")
    parts.push(t("p95", { time: format.duration(site.traffic.p95Ms) }));
  if (site.traffic && site.traffic.queueWaitingShare5m > 0.05)
    parts.push(t("queueWaited", { share: format.percent(site.traffic.queueWaitingShare5m) }));
  return <>{parts.join(" · ")}</>;
}
