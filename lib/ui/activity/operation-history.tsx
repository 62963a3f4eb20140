"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { useMemo, useState } from "react";
import type { Operation } from "../../schema/operation.ts";
import type { Page } from "../api-types.ts";
import { cx } from "../cx.ts";
import { Elapsed, Moment } from "../format/time.tsx";
import { useLive, useSites } from "../live/live-provider.tsx";
import { useFetch } from "../live/use-fetch.ts";
import { OperationCard } from "../operation/operation-card.tsx";
import { useOperationTitle } from "../operation/operation-title.tsx";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { StepBlocks } from "../operation/step-list.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";

/** Everything that was done, newest first; each opens its steps. */
export function OperationHistory({ siteId }: { siteId?: string }) {
  const t = useTranslations("activity");
  const { data, problem } = useFetch<Page<Operation>>(
    `/operations?limit=50${siteId ? `&siteId=${siteId}` : ""}`,
  );
  const live = useLive((state) => state.operations);
  const operations = useMemo(() => {
    const byId = new Map((data?.data ?? []).map((operation) => [operation.id, operation]));
    for (const operation of live.values())
      if (!siteId || operation.siteId === siteId) byId.set(operation.id, operation);
    return [...byId.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  }, [data, live, siteId]);
  return (
    <Panel title={t("operations")} flush>
      {problem && operations.length === 0 ? (
        <ProblemNotice problem={problem} className="mx-4 mb-4" />
      ) : !data && operations.length === 0 ? (
        <Skeleton className="mx-4 mb-4 h-24" />
      ) : operations.length === 0 ? (
        <p className="px-4 pb-4 text-muted">{t("noOperations")}</p>
      ) : (
        <ul className="pb-1">
          {operations.map((operation) => (
            <OperationRow key={operation.id} operation={operation} withSite={!siteId} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function OperationRow({ operation, withSite }: { operation: Operation; withSite: boolean }) {
  const t = useTranslations("operation");
  const title = useOperationTitle();
  const sites = useSites();
  const [open, setOpen] = useState(false);
  const site = withSite ? sites.find((one) => one.id === operation.siteId) : undefined;
  const name = withSite ? (site?.name ?? operation.siteName) : undefined;
  return (
    <li>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex w-full flex-wrap items-center gap-x-3 gap-y-0.5 px-4 py-1.5 text-left hover:bg-hover"
      >
        <ChevronRight
          aria-hidden="true"
          className={cx("-mr-1 size-3.5 text-faint transition-transform", open && "rotate-90")}
        />
        <span className="min-w-0 flex-1 basis-48 truncate">
          {name ? <span className="font-medium">{name} </span> : null}
          {name ? title(operation, "sentence") : title(operation)}
        </span>
        <StepBlocks operation={operation} />
        <span className={cx("text-sm", operation.state === "failed" ? "text-bad" : "text-muted")}>
          {t(`state.${operation.state}`)}
        </span>
        <span className="numeric text-sm text-muted">
          {operation.actor.name} · <Elapsed from={operation.createdAt} until={operation.finishedAt ?? null} />{" "}
          · <Moment at={operation.createdAt} />
        </span>
      </button>
      {open ? <OperationCard operation={operation} className="mx-4 my-2" /> : null}
    </li>
  );
}
