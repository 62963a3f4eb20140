"use client";

import { useSearchParams } from "next/navigation";
import { useTranslations } from "next-intl";
import { useCallback, useDeferredValue, useState } from "react";
import type { LogLevel, LogSource } from "../../schema/log-line.ts";
import { useSiteInView } from "../site/site-context.tsx";
import { LogToolbar } from "./log-toolbar.tsx";
import { LogView } from "./log-view.tsx";
import { type LogFilter, useLog } from "./use-log.ts";

const sources: readonly string[] = ["access", "error", "app"] satisfies LogSource[];
const levels: readonly string[] = ["debug", "info", "warning", "error"] satisfies LogLevel[];

/** Access, error and app in one surface. What is looked at stands in the address, so that it can be sent on. */
export function LogsTab() {
  const t = useTranslations("logs");
  const { site } = useSiteInView();
  const params = useSearchParams();
  const filter = filterIn(params);
  const deferred = useDeferredValue(filter.contains);
  const log = useLog(site.id, { ...filter, contains: deferred });
  const [wrap, setWrap] = useState(false);
  // What just happened is what somebody comes for.
  const [newestFirst, setNewestFirst] = useState(true);

  const show = useCallback((change: Partial<LogFilter>) => {
    // Added to the address as it is now: two changes that follow each other closely must not undo each other.
    const next = { ...filterIn(new URLSearchParams(window.location.search)), ...change };
    const query = new URLSearchParams({ source: next.source });
    if (next.level) query.set("level", next.level);
    if (next.contains) query.set("contains", next.contains);
    window.history.replaceState(null, "", `?${query}`);
  }, []);

  return (
    <section aria-label={t("title")} className="overflow-hidden rounded-xl border border-line bg-surface">
      <LogToolbar
        siteId={site.id}
        filter={filter}
        onFilter={show}
        log={log}
        wrap={wrap}
        onWrap={setWrap}
        newestFirst={newestFirst}
        onNewestFirst={setNewestFirst}
      />
      <LogView
        log={log}
        filter={filter}
        wrap={wrap}
        newestFirst={newestFirst}
        onJump={(source, requestId) => show({ source, level: "", contains: requestId })}
      />
    </section>
  );
}

function filterIn(params: Pick<URLSearchParams, "get">): LogFilter {
  return {
    source: pick(params.get("source"), sources, "access") as LogSource,
    level: pick(params.get("level"), levels, "") as LogLevel | "",
    contains: params.get("contains") ?? "",
  };
}

function pick(value: string | null, allowed: readonly string[], otherwise: string): string {
  return value !== null && allowed.includes(value) ? value : otherwise;
}
