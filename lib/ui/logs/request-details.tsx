"use client";

import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import type { LogLine, LogSource } from "../../schema/log-line.ts";
import type { Format } from "../format/use-format.ts";
import { Button } from "../primitives/button.tsx";
import { CopyButton } from "../primitives/copy-button.tsx";

/** Everything known about one request, and the way to its other lines. */
export function RequestDetails({
  access,
  at,
  format,
  onJump,
}: {
  access: NonNullable<LogLine["access"]>;
  at: string | null;
  format: Format;
  onJump: (source: LogSource, requestId: string) => void;
}) {
  const t = useTranslations("logs");
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // Newer browsers answer with a promise, which must not be taken for a clean-up.
    frame.current?.scrollIntoView({ block: "nearest" });
  }, []);
  const waited = access.upstreamMs === null ? null : Math.max(0, access.durationMs - access.upstreamMs);
  const facts: [string, string][] = [
    [t("time"), at ? format.exact(Date.parse(at)) : "–"],
    [t("from"), access.remoteAddress],
    [t("duration"), format.duration(access.durationMs)],
    [t("inWorker"), access.upstreamMs === null ? "–" : format.duration(access.upstreamMs)],
    [t("outside"), waited === null ? "–" : format.duration(waited)],
    [t("sent"), format.bytes(access.bytesSent)],
    [t("servedBy"), t(`by.${access.servedBy}`)],
  ];
  return (
    <div ref={frame} className="border-y border-line bg-surface px-4 py-3">
      <p className="font-mono text-sm break-all">
        {access.method} {access.path} → {access.status}
      </p>
      <dl className="numeric mt-2 grid grid-cols-2 gap-x-6 gap-y-1 text-sm sm:grid-cols-4">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt className="text-xs text-faint">{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-2 flex flex-wrap items-center gap-2">
        <span className="text-xs text-faint">{t("requestId")}</span>
        <code className="font-mono text-xs">{access.requestId}</code>
        <CopyButton text={access.requestId} what={t("requestId")} />
        <Button size="sm" onClick={() => onJump("app", access.requestId)}>
          {t("inApp")}
        </Button>
        <Button size="sm" onClick={() => onJump("error", access.requestId)}>
          {t("inError")}
        </Button>
      </div>
    </div>
  );
}
