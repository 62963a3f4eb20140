"use client";

import { useTranslations } from "next-intl";
import { useFormat } from "../format/use-format.ts";
import { useLive, useReach } from "../live/live-provider.tsx";
import { useNow } from "../live/use-now.ts";
import { countByHealth, type SiteNow } from "../status/site-now.ts";

/** The answer, in one sentence, before anything else. */
export function Sentence({ sites }: { sites: readonly SiteNow[] }) {
  const t = useTranslations("home.sentence");
  const th = useTranslations("health");
  const counts = countByHealth(sites);
  const troubled = counts.degraded + counts.down + counts.unknown;
  const parts = (["healthy", "degraded", "down", "unknown", "stopped"] as const)
    .filter((health) => counts[health] > 0)
    .map((health, index) => t(index === 0 ? "first" : "next", { count: counts[health], state: th(health) }));
  const text =
    sites.length === 0
      ? t("none")
      : troubled === 0 && counts.healthy > 0 && counts.stopped === 0
        ? t("allHealthy", { count: counts.healthy })
        : t("list", { parts: parts.join(t("comma")) });
  return (
    <div className="flex flex-wrap items-baseline justify-between gap-x-6 gap-y-1">
      <h1 className="text-2xl font-semibold tracking-tight" aria-live="polite">
        {text}
      </h1>
      <CheckedAgo />
    </div>
  );
}

function CheckedAgo() {
  const t = useTranslations("home");
  const format = useFormat();
  const receivedAt = useLive((state) => state.statusReceivedAt);
  const reach = useReach();
  const now = useNow(1_000);
  if (receivedAt === 0) return null;
  return (
    <p className="numeric text-sm text-muted">
      {reach === "ok"
        ? t("checked", { ago: format.relative(receivedAt, now) })
        : t("lastChecked", { ago: format.relative(receivedAt, now) })}
    </p>
  );
}
