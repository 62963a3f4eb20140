"use client";

import { CloudOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { RelativeTime } from "../format/time.tsx";
import { useLive, useReach } from "../live/live-provider.tsx";

/** Says plainly when what is shown is no longer fresh, and what that means for visitors. */
export function ReachBanner() {
  const t = useTranslations("shell");
  const reach = useReach();
  const receivedAt = useLive((state) => state.statusReceivedAt);
  return (
    <div role="status">
      {reach === "ok" ? null : (
        <div className="flex items-start gap-2.5 border-b border-warn-fill/40 bg-warn-soft px-4 py-2 text-warn lg:px-6">
          <CloudOff className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
          <p>
            <strong className="font-semibold">
              {t(reach === "panel-away" ? "panelAway" : "supervisorAway")}
            </strong>{" "}
            {t(reach === "panel-away" ? "panelAwayMeaning" : "supervisorAwayMeaning")}{" "}
            {receivedAt > 0 ? (
              <>
                {t("lastSeen")} <RelativeTime at={new Date(receivedAt).toISOString()} />
              </>
            ) : null}
          </p>
        </div>
      )}
    </div>
  );
}
