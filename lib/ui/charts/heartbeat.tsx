"use client";

import { useTranslations } from "next-intl";
import type { Minute } from "../../schema/observed.ts";
import { cx } from "../cx.ts";
import { useNow } from "../live/use-now.ts";
import { heartbeatSlots, type SlotTone } from "./heartbeat-slots.ts";

const fills: Record<SlotTone, string> = {
  empty: "fill-line-strong",
  ok: "fill-ok-fill",
  warn: "fill-warn-fill",
  bad: "fill-bad-fill",
};

const SLOT = 4;
const HEIGHT = 24;

/** The last minutes of a site: how busy by height, how well by colour and, for the worse ones, by a mark above. */
export function Heartbeat({
  minutes,
  count = 60,
  className,
}: {
  minutes: readonly Minute[] | undefined;
  count?: number;
  className?: string;
}) {
  const t = useTranslations("charts");
  const now = useNow(30_000);
  const slots = heartbeatSlots(minutes ?? [], now, count);
  const known = slots.filter((slot) => slot.tone !== "empty");
  const troubled = known.filter((slot) => slot.tone !== "ok").length;
  const label =
    minutes === undefined
      ? t("heartbeatLoading")
      : known.length === 0
        ? t("heartbeatEmpty", { count })
        : t("heartbeatLabel", { count: known.length, troubled });
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${count * SLOT} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={cx("block h-6 w-full", className)}
    >
      {slots.map((slot, index) => {
        const height = slot.tone === "empty" ? 1.5 : Math.max(3, slot.height * (HEIGHT - 5));
        return (
          <g key={slot.t}>
            <rect
              x={index * SLOT}
              y={HEIGHT - height}
              width={SLOT - 1}
              height={height}
              rx="0.75"
              className={cx(fills[slot.tone], slot.tone === "ok" && "opacity-75")}
            />
            {slot.tone === "bad" ? (
              <rect x={index * SLOT} y="0" width={SLOT - 1} height="3" className={fills.bad} />
            ) : null}
          </g>
        );
      })}
    </svg>
  );
}
