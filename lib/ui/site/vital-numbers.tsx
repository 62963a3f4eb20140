"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { cx } from "../cx.ts";
import { useFormat } from "../format/use-format.ts";
import { busyShare, type SiteNow } from "../status/site-now.ts";

/** The five numbers of a site; each opens what it comes from. */
export function VitalNumbers({ now }: { now: SiteNow }) {
  const t = useTranslations("overview");
  const format = useFormat();
  const { traffic, workers } = now;
  const busy = busyShare(now);
  const here = `/sites/${now.id}`;
  return (
    <dl className="grid grid-cols-2 overflow-hidden rounded-xl border border-line bg-surface sm:grid-cols-3 lg:grid-cols-5">
      <Vital name={t("requests")} href={`${here}/logs?source=access`} note={t("perSecond")}>
        {traffic ? format.rate(traffic.requestsPerSecond) : "–"}
      </Vital>
      <Vital
        name={t("latency")}
        href={`${here}/logs?source=access`}
        note={
          traffic?.p50Ms == null ? t("noRequests") : t("median", { time: format.duration(traffic.p50Ms) })
        }
      >
        {traffic?.p95Ms == null ? "–" : format.duration(traffic.p95Ms)}
      </Vital>
      <Vital
        name={t("errors")}
        href={`${here}/logs?source=access&level=error`}
        note={t("serverErrors")}
        tone={traffic && traffic.errorRate > 0.01 ? "bad" : undefined}
      >
        {traffic ? format.percent(traffic.errorRate, 1) : "–"}
      </Vital>
      <Vital
        name={t("busy")}
        href={`${here}/workers`}
        note={t("workersReady", { ready: workers.ready ?? "–", wanted: workers.wanted })}
      >
        {busy ? `${busy.busy}/${busy.of}` : "–"}
      </Vital>
      <Vital
        name={t("queue")}
        href={`${here}/workers`}
        note={t("ofLast5Min")}
        tone={traffic && traffic.queueWaitingShare5m > 0.05 ? "warn" : undefined}
      >
        {traffic ? format.percent(traffic.queueWaitingShare5m) : "–"}
      </Vital>
    </dl>
  );
}

function Vital({
  name,
  note,
  href,
  tone,
  children,
}: {
  name: string;
  note: ReactNode;
  href: string;
  tone?: "bad" | "warn" | undefined;
  children: ReactNode;
}) {
  return (
    <div className="relative -mt-px -ml-px border-t border-l border-line px-4 py-3 transition-colors hover:bg-hover">
      <dt className="text-sm text-muted">
        <Link href={href} className="outline-none after:absolute after:inset-0 focus-visible:after:outline-2">
          {name}
        </Link>
      </dt>
      <dd>
        <span
          className={cx(
            "numeric block text-xl font-semibold tracking-tight",
            tone === "bad" && "text-bad",
            tone === "warn" && "text-warn",
          )}
        >
          {children}
        </span>
        <span className="numeric block text-xs text-muted">{note}</span>
      </dd>
    </div>
  );
}
