"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import type { Minute } from "../../schema/observed.ts";
import type { SiteView } from "../../schema/site-view.ts";
import type { Worker } from "../../schema/worker.ts";
import { useFormat } from "../format/use-format.ts";
import { useStatus } from "../live/live-provider.tsx";
import { Button } from "../primitives/button.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { type Advice, advise, measure } from "./advice.ts";

/** What was measured, in a sentence, and one advice. */
export function AdvicePanel({
  site,
  minutes,
  workers,
}: {
  site: SiteView;
  minutes: readonly Minute[] | undefined;
  workers: readonly Worker[] | undefined;
}) {
  const t = useTranslations("advice");
  const format = useFormat();
  const status = useStatus();
  if (!minutes)
    return (
      <Panel title={t("title")}>
        <Skeleton className="h-11 w-full" />
      </Panel>
    );
  const measured = measure({ minutes, workers: workers ?? [], pool: site.pool });
  const advice = advise(measured, { cores: status?.host.cores ?? 1, ...site.pool });
  return (
    <Panel title={t("title")}>
      <p className="text-muted">
        {t(`character.${measured.character}`)}{" "}
        {measured.requests > 0
          ? t("facts", {
              requests: format.number(measured.requests),
              busy: measured.busyMax,
              of: measured.capacity,
              queue: format.percent(measured.queueShare),
            })
          : null}
      </p>
      <p className="mt-1.5 font-medium">{t(`kind.${advice.kind}`, values(advice, format))}</p>
      <AdviceLink siteId={site.id} advice={advice} />
    </Panel>
  );
}

function values(advice: Advice, format: { percent: (share: number, digits?: number) => string }) {
  return {
    share: advice.kind === "look-at-errors" ? format.percent(advice.share, 1) : "",
    threads: advice.kind === "more-threads" ? advice.threads : 0,
    workers: advice.kind === "more-workers" || advice.kind === "fewer-workers" ? advice.workers : 0,
    cores: advice.kind === "bigger-machine" ? advice.cores : 0,
  };
}

function AdviceLink({ siteId, advice }: { siteId: string; advice: Advice }) {
  const t = useTranslations("advice");
  if (advice.kind === "fine" || advice.kind === "wait-and-see" || advice.kind === "bigger-machine")
    return null;
  const [href, label] =
    advice.kind === "look-at-errors"
      ? [`/sites/${siteId}/logs?source=access&level=error`, t("toErrors")]
      : advice.kind === "more-threads"
        ? [`/sites/${siteId}/settings#pool`, t("toSettings")]
        : [`/sites/${siteId}/workers`, t("toWorkers")];
  return (
    <Button asChild size="sm" className="mt-2.5">
      <Link href={href}>{label}</Link>
    </Button>
  );
}
