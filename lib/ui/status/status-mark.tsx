"use client";

import { useTranslations } from "next-intl";
import type { ProcessState, SiteHealth } from "../../schema/process-state.ts";
import { cx } from "../cx.ts";

type Shape = "disc" | "triangle" | "square" | "ring" | "dashed" | "half";
type Look = { shape: Shape; tone: "ok" | "warn" | "bad" | "idle" | "accent" };

const healthLooks: Record<SiteHealth, Look> = {
  healthy: { shape: "disc", tone: "ok" },
  degraded: { shape: "triangle", tone: "warn" },
  down: { shape: "square", tone: "bad" },
  stopped: { shape: "ring", tone: "idle" },
  unknown: { shape: "dashed", tone: "idle" },
};

const stateLooks: Record<ProcessState, Look> = {
  starting: { shape: "half", tone: "accent" },
  ready: { shape: "disc", tone: "ok" },
  unhealthy: { shape: "triangle", tone: "warn" },
  draining: { shape: "half", tone: "accent" },
  stopping: { shape: "half", tone: "accent" },
  stopped: { shape: "ring", tone: "idle" },
  backoff: { shape: "triangle", tone: "warn" },
  failed: { shape: "square", tone: "bad" },
  unknown: { shape: "dashed", tone: "idle" },
};

const fills = {
  ok: "text-ok-fill",
  warn: "text-warn-fill",
  bad: "text-bad-fill",
  idle: "text-idle-fill",
  accent: "text-accent",
};
const words = {
  ok: "text-ok",
  warn: "text-warn",
  bad: "text-bad",
  idle: "text-muted",
  accent: "text-accent",
};

/** The shape alone; the word must stand beside it or be said to screen readers. */
export function HealthShape({ health, className }: { health: SiteHealth; className?: string }) {
  const look = healthLooks[health];
  return <ShapeIcon shape={look.shape} className={cx(fills[look.tone], className)} />;
}

/** Health as shape, word and colour. */
export function HealthMark({ health, className }: { health: SiteHealth; className?: string }) {
  const t = useTranslations("health");
  const look = healthLooks[health];
  return (
    <span className={cx("inline-flex items-center gap-1.5 whitespace-nowrap", words[look.tone], className)}>
      <ShapeIcon shape={look.shape} className={fills[look.tone]} />
      {t(health)}
    </span>
  );
}

/** Health of a site; a quarantined one is not served at all, whatever its workers say. */
export function SiteMark({
  site,
  className,
}: {
  site: { health: SiteHealth; quarantine: unknown };
  className?: string;
}) {
  const t = useTranslations("health");
  if (!site.quarantine) return <HealthMark health={site.health} className={className} />;
  return (
    <span className={cx("inline-flex items-center gap-1.5 whitespace-nowrap", words.bad, className)}>
      <ShapeIcon shape="square" className={fills.bad} />
      {t("quarantined")}
    </span>
  );
}

/** The state of a process as shape, word and colour. */
export function StateMark({ state, className }: { state: ProcessState; className?: string }) {
  const t = useTranslations("processState");
  const look = stateLooks[state];
  return (
    <span className={cx("inline-flex items-center gap-1.5 whitespace-nowrap", words[look.tone], className)}>
      <ShapeIcon shape={look.shape} className={fills[look.tone]} />
      {t(state)}
    </span>
  );
}

function ShapeIcon({ shape, className }: { shape: Shape; className?: string }) {
  return (
    <svg
      viewBox="0 0 12 12"
      aria-hidden="true"
      className={cx("size-3 shrink-0", className)}
      fill="currentColor"
    >
      {shape === "disc" ? <circle cx="6" cy="6" r="4.5" /> : null}
      {shape === "triangle" ? <path d="M6 1.2 11.4 10.6H.6Z" strokeLinejoin="round" /> : null}
      {shape === "square" ? (
        <path d="M2 1h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H2a1 1 0 0 1-1-1V2a1 1 0 0 1 1-1Zm1.6 1.7-.9.9L5.1 6 2.7 8.4l.9.9L6 6.9l2.4 2.4.9-.9L6.9 6l2.4-2.4-.9-.9L6 5.1Z" />
      ) : null}
      {shape === "ring" ? (
        <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="1.6" />
      ) : null}
      {shape === "dashed" ? (
        <circle
          cx="6"
          cy="6"
          r="4.2"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeDasharray="2.2 2.2"
        />
      ) : null}
      {shape === "half" ? (
        <>
          <circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" strokeWidth="1.4" />
          <path d="M6 1.8a4.2 4.2 0 0 1 0 8.4Z" />
        </>
      ) : null}
    </svg>
  );
}
