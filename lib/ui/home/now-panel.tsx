"use client";

import Link from "next/link";
import { useTranslations } from "next-intl";
import { useMemo } from "react";
import type { Operation } from "../../schema/operation.ts";
import { Elapsed } from "../format/time.tsx";
import { isUnderWay, useLive, useSites } from "../live/live-provider.tsx";
import { useOperationTitle } from "../operation/operation-title.tsx";
import { StepBlocks } from "../operation/step-list.tsx";
import { progressOf } from "../operation/visitors.ts";
import { Panel } from "../primitives/panel.tsx";

/** What is happening at this moment, with its live steps. */
export function NowPanel() {
  const t = useTranslations("home");
  const operations = useLive((state) => state.operations);
  const running = useMemo(
    () => [...operations.values()].filter(isUnderWay).sort((a, b) => a.createdAt.localeCompare(b.createdAt)),
    [operations],
  );
  return (
    <Panel title={t("now")} flush>
      {running.length === 0 ? (
        <p className="px-4 pb-3.5 text-muted">{t("nothingNow")}</p>
      ) : (
        <ul className="pb-1.5">
          {running.map((operation) => (
            <RunningRow key={operation.id} operation={operation} />
          ))}
        </ul>
      )}
    </Panel>
  );
}

function RunningRow({ operation }: { operation: Operation }) {
  const t = useTranslations("operation");
  const title = useOperationTitle();
  const sites = useSites();
  const site = sites.find((one) => one.id === operation.siteId);
  const step = operation.steps.find((one) => one.state === "running");
  const { done, of } = progressOf(operation);
  return (
    <li className="px-4 py-2">
      <Link
        href={operation.siteId ? `/sites/${operation.siteId}` : "/activity"}
        className="group block rounded"
      >
        <span className="flex items-baseline gap-2">
          <span className="min-w-0 flex-1 truncate group-hover:underline">
            <span className="font-medium">{site?.name}</span> {title(operation, "sentence")}
          </span>
          <Elapsed from={operation.createdAt} until={null} className="numeric text-sm text-muted" />
        </span>
        <span className="flex items-center gap-2 text-sm text-muted">
          <span className="min-w-0 flex-1 truncate">
            {step ? t(`step.${step.name}`) : t(`state.${operation.state}`)} {step?.detail}
          </span>
          <StepBlocks operation={operation} />
          <span className="sr-only">{t("progress", { done, of })}</span>
        </span>
      </Link>
    </li>
  );
}
