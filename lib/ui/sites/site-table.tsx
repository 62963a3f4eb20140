"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useRef } from "react";
import { Heartbeat } from "../charts/heartbeat.tsx";
import { cx } from "../cx.ts";
import { RelativeTime } from "../format/time.tsx";
import { useFormat } from "../format/use-format.ts";
import { useHistory } from "../live/use-history.ts";
import { useInView } from "../live/use-in-view.ts";
import { Table, Td, Th, Tr } from "../primitives/table.tsx";
import { busyShare, type SiteNow } from "../status/site-now.ts";
import { SiteMark } from "../status/status-mark.tsx";

const HEARTBEAT_MINUTES = 60;

/** Sites with what tells most about them; cards where a table does not fit. */
export function SiteTable({
  sites,
  withRelease = false,
}: {
  sites: readonly SiteNow[];
  withRelease?: boolean;
}) {
  const t = useTranslations("sites");
  return (
    <>
      <div className="hidden md:block">
        <Table label={t("table")}>
          <thead>
            <tr>
              <Th>{t("site")}</Th>
              <Th>{t("status")}</Th>
              <Th className="w-[30%] min-w-36">{t("lastHour")}</Th>
              <Th end>{t("perSecond")}</Th>
              <Th end>{t("p95")}</Th>
              <Th end>{t("errors")}</Th>
              <Th end>{t("busy")}</Th>
              {withRelease ? <Th end>{t("release")}</Th> : null}
            </tr>
          </thead>
          <tbody>
            {sites.map((site) => (
              <SiteRow key={site.id} site={site} withRelease={withRelease} />
            ))}
          </tbody>
        </Table>
      </div>
      <ul className="md:hidden">
        {sites.map((site) => (
          <SiteCard key={site.id} site={site} />
        ))}
      </ul>
    </>
  );
}

function SiteRow({ site, withRelease }: { site: SiteNow; withRelease: boolean }) {
  const numbers = useNumbers(site);
  return (
    <Tr className="transition-colors hover:bg-hover">
      <Td className="max-w-56">
        <Link
          href={`/sites/${site.id}`}
          className="block truncate text-base font-medium underline-offset-4 hover:underline"
        >
          {site.name}
        </Link>
      </Td>
      <Td>
        <SiteMark site={site} />
      </Td>
      <Td className="py-1.5">
        <LazyHeartbeat siteId={site.id} />
      </Td>
      <NumberCell href={`/sites/${site.id}`} text={numbers.rate} />
      <NumberCell href={`/sites/${site.id}`} text={numbers.p95} bad={site.health === "degraded"} />
      <NumberCell href={`/sites/${site.id}/logs?source=access&level=error`} text={numbers.errors} />
      <NumberCell href={`/sites/${site.id}/workers`} text={numbers.busy} bad={site.queueWaiting === true} />
      {withRelease ? (
        <Td end className="text-muted">
          {site.release ? (
            <Link href={`/sites/${site.id}/releases`} className="underline-offset-4 hover:underline">
              #{site.release.number}
              {site.release.createdAt ? (
                <>
                  {" · "}
                  <RelativeTime at={site.release.createdAt} />
                </>
              ) : null}
            </Link>
          ) : (
            "–"
          )}
        </Td>
      ) : null}
    </Tr>
  );
}

/** Every number opens what it comes from. */
function NumberCell({ href, text, bad = false }: { href: string; text: string; bad?: boolean }) {
  return (
    <Td end>
      <Link href={href} className={cx("underline-offset-4 hover:underline", bad && "font-medium text-warn")}>
        {text}
      </Link>
    </Td>
  );
}

function SiteCard({ site }: { site: SiteNow }) {
  const t = useTranslations("sites");
  const numbers = useNumbers(site);
  return (
    <li className="border-t border-line px-4 py-3 first:border-t-0">
      <Link href={`/sites/${site.id}`} className="block">
        <span className="flex items-center justify-between gap-3">
          <span className="truncate font-medium">{site.name}</span>
          <SiteMark site={site} className="text-sm" />
        </span>
        <LazyHeartbeat siteId={site.id} />
        <span className="numeric mt-1.5 grid grid-cols-4 gap-2 text-sm">
          {(["rate", "p95", "errors", "busy"] as const).map((name) => (
            <span key={name} className="flex flex-col">
              <span className="text-xs text-faint">{t(name === "rate" ? "perSecond" : name)}</span>
              {numbers[name]}
            </span>
          ))}
        </span>
      </Link>
    </li>
  );
}

function LazyHeartbeat({ siteId }: { siteId: string }) {
  const frame = useRef<HTMLDivElement>(null);
  const seen = useInView(frame);
  const minutes = useHistory(seen ? siteId : null, HEARTBEAT_MINUTES);
  return (
    <div ref={frame} className="min-w-30 max-md:my-1.5">
      <Heartbeat minutes={minutes} count={HEARTBEAT_MINUTES} />
    </div>
  );
}

function useNumbers(site: SiteNow) {
  const format = useFormat();
  const idle = site.health === "stopped" || !site.traffic;
  const busy = busyShare(site);
  return {
    rate: idle ? "–" : format.rate(site.traffic?.requestsPerSecond ?? 0),
    p95: site.traffic?.p95Ms == null || idle ? "–" : format.duration(site.traffic.p95Ms),
    errors:
      idle || !site.traffic
        ? "–"
        : site.traffic.errorRate === 0
          ? "0"
          : format.percent(site.traffic.errorRate, 1),
    busy: site.health === "stopped" || !busy ? "–" : `${busy.busy}/${busy.of}`,
  };
}
