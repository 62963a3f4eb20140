"use client";

import { ArrowRight, ExternalLink, Globe, KeyRound, RotateCw } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useEffect } from "react";
import type { Operation } from "../../schema/operation.ts";
import type { Problem } from "../../schema/problem.ts";
import type { SiteView } from "../../schema/site-view.ts";
import { get } from "../api-client.ts";
import { isUnderWay, useLiveStore, useOperation, useStatus } from "../live/live-provider.tsx";
import { OperationCard } from "../operation/operation-card.tsx";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Button } from "../primitives/button.tsx";
import { CopyButton } from "../primitives/copy-button.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { siteUrl } from "../site/site-url.ts";

/** The live checklist; success is only said after a real request through nginx was answered. */
export function CreateProgress({
  site,
  operationId,
  busy,
  problem,
  onRetry,
  onChange,
}: {
  site: SiteView;
  operationId: string | null;
  busy: boolean;
  problem: Problem | null;
  onRetry: () => void;
  onChange: () => void;
}) {
  const t = useTranslations("newSite");
  const store = useLiveStore();
  const operation = useOperation(operationId);
  const missing = operationId !== null && operation === undefined;
  useEffect(() => {
    if (!missing) return;
    const aborter = new AbortController();
    get<Operation>(`/operations/${operationId}`, { signal: aborter.signal })
      .then((found) => store.putOperation(found))
      .catch(() => {
        // The stream brings it as soon as something happens.
      });
    return () => aborter.abort();
  }, [missing, operationId, store]);
  if (problem) return <ProblemNotice problem={problem} />;
  if (!operation) return <Skeleton className="h-72 rounded-xl" />;
  return (
    <div className="flex flex-col gap-4">
      <h1 className="text-2xl font-semibold tracking-tight">
        {isUnderWay(operation) ? t("creating", { name: site.name }) : site.name}
      </h1>
      <OperationCard
        operation={operation}
        heading={t("checklist")}
        names="long"
        footer={
          operation.state === "failed" ? (
            <div className="flex flex-wrap gap-2 pt-1">
              <Button look="primary" disabled={busy} onClick={onRetry}>
                <RotateCw />
                {t("tryAgain")}
              </Button>
              <Button disabled={busy} onClick={onChange}>
                {t("changeAnswers")}
              </Button>
              <Button asChild look="quiet">
                <Link href={`/sites/${site.id}`}>{t("leaveForLater")}</Link>
              </Button>
            </div>
          ) : null
        }
      />
      {operation.state === "succeeded" ? <Success site={site} operation={operation} /> : null}
      {isUnderWay(operation) ? <p className="text-sm text-muted">{t("mayLeave")}</p> : null}
    </div>
  );
}

function Success({ site, operation }: { site: SiteView; operation: Operation }) {
  const t = useTranslations("newSite");
  const tc = useTranslations("common");
  const status = useStatus();
  const url = siteUrl(site.domains[0] ?? "", status?.ports.http);
  const answered = operation.steps.some((step) => step.name === "request" && step.state === "succeeded");
  const next = [
    { icon: RotateCw, href: `/sites/${site.id}`, title: t("nextReload"), text: t("nextReloadText") },
    {
      icon: Globe,
      href: `/sites/${site.id}/settings#general`,
      title: t("nextDomain"),
      text: t("nextDomainText"),
    },
    { icon: KeyRound, href: `/sites/${site.id}/settings#env`, title: t("nextEnv"), text: t("nextEnvText") },
  ];
  return (
    <section aria-label={t("ready")} className="rounded-xl border border-line bg-surface">
      <div className="border-b border-line px-4 py-4">
        <p className="text-lg font-semibold text-ok">{answered ? t("answered") : t("ready")}</p>
        <p className="mt-1.5 flex items-center gap-1">
          <a
            href={url}
            target="_blank"
            rel="noreferrer"
            className="inline-flex min-w-0 items-center gap-1.5 text-lg font-medium break-all text-accent underline-offset-4 hover:underline"
          >
            {url}
            <ExternalLink className="size-4 shrink-0" aria-hidden="true" />
            <span className="sr-only">({tc("openInNewTab")})</span>
          </a>
          <CopyButton text={url} what={url} />
        </p>
      </div>
      <ul>
        {next.map(({ icon: Icon, href, title, text }) => (
          <li key={title} className="border-t border-line first:border-t-0">
            <Link href={href} className="group flex items-center gap-3.5 px-4 py-3 hover:bg-hover">
              <Icon className="size-4 shrink-0 text-muted" aria-hidden="true" />
              <span className="min-w-0 flex-1">
                <span className="font-medium">{title}</span>
                <span className="block text-sm text-muted">{text}</span>
              </span>
              <ArrowRight className="size-4 shrink-0 text-faint" aria-hidden="true" />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
