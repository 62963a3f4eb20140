"use client";

import { useTranslations } from "next-intl";
import type { Worker } from "../../schema/worker.ts";
import { useFetch } from "../live/use-fetch.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Empty } from "../primitives/empty.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { DeathCards } from "./death-cards.tsx";
import { useSiteInView } from "./site-context.tsx";
import { WorkerScale } from "./worker-scale.tsx";
import { WorkerTable } from "./worker-table.tsx";

/** Often enough to watch a request hang, seldom enough to cost nothing, ms. */
const EVERY_MS = 2_000;

export function WorkersTab() {
  const t = useTranslations("workers");
  const { site, now } = useSiteInView();
  const { data, problem, refresh } = useFetch<{ data: Worker[] }>(`/sites/${site.id}/workers`, {
    everyMs: EVERY_MS,
    key: now.generation,
  });
  const workers = data?.data;
  return (
    <div className="flex flex-col gap-4">
      <Panel
        title={t("title")}
        note={t("note", { workerClass: site.pool.workerClass, threads: site.pool.threads })}
        flush
        actions={<WorkerScale site={site} workers={workers} onScaled={refresh} />}
      >
        {problem ? (
          <div className="px-4 pb-4">
            <ProblemNotice problem={problem} />
          </div>
        ) : workers === undefined ? (
          <div className="flex flex-col gap-2 px-4 pb-4">
            {Array.from({ length: now.workers.wanted }, (_, index) => (
              // Placeholders have nothing else.
              <Skeleton key={index} className="h-9" />
            ))}
          </div>
        ) : workers.length === 0 ? (
          <Empty title={t("none")}>{site.wanted === "stopped" ? t("noneStopped") : t("noneBooting")}</Empty>
        ) : (
          <WorkerTable workers={workers} timeoutMs={site.pool.timeoutMs} />
        )}
      </Panel>
      <DeathCards />
    </div>
  );
}
