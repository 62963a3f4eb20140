"use client";

import { Check, X } from "lucide-react";
import { useTranslations } from "next-intl";
import type { SiteHealth } from "../../schema/process-state.ts";
import type { SiteHealthView } from "../../schema/site-view.ts";
import { RelativeTime } from "../format/time.tsx";
import { useFormat } from "../format/use-format.ts";
import { useSiteObservation } from "../live/live-provider.tsx";
import { useFetch } from "../live/use-fetch.ts";
import { Panel } from "../primitives/panel.tsx";

/** The last answers of the site, asked directly and through nginx. */
export function ChecksPanel({ siteId, health }: { siteId: string; health: SiteHealth }) {
  const t = useTranslations("checks");
  const format = useFormat();
  const seen = useSiteObservation(siteId);
  const { data } = useFetch<SiteHealthView>(seen ? null : `/sites/${siteId}/health`, { key: health });
  const checks = seen?.health.checks ?? data?.checks ?? [];
  return (
    <Panel title={t("title")} flush>
      {checks.length === 0 ? (
        <p className="px-4 pb-4 text-muted">{t("none")}</p>
      ) : (
        <ul className="pb-2">
          {checks.map((check) => (
            <li
              key={`${check.via}${check.at}`}
              className="grid grid-cols-[1rem_minmax(0,1fr)_auto] items-baseline gap-x-2.5 px-4 py-1.5"
            >
              {check.ok ? (
                <Check className="size-4 self-center text-ok" aria-label={t("passed")} />
              ) : (
                <X className="size-4 self-center text-bad" aria-label={t("failed")} />
              )}
              <span className="min-w-0 break-words">
                <span className="text-muted">{t(`via.${check.via}`)}</span> {check.detail}
              </span>
              <span className="numeric text-right text-sm text-muted">
                {format.duration(check.durationMs)} · <RelativeTime at={check.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
