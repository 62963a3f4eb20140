"use client";

import { Minus, Plus } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import type { Problem } from "../../schema/problem.ts";
import type { SiteView } from "../../schema/site-view.ts";
import type { Worker } from "../../schema/worker.ts";
import { patch, problemOf } from "../api-client.ts";
import type { OperationReply } from "../api-types.ts";
import { useFormat } from "../format/use-format.ts";
import { useLiveStore, useRunningOperation, useStatus } from "../live/live-provider.tsx";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Button } from "../primitives/button.tsx";

const MAX_WORKERS = 64;

/** − n +, with what it will cost before it is done. Takes effect live: no worker that stays is touched. */
export function WorkerScale({
  site,
  workers,
  onScaled,
}: {
  site: SiteView;
  workers: readonly Worker[] | undefined;
  onScaled: () => void;
}) {
  const t = useTranslations("workers");
  const store = useLiveStore();
  const running = useRunningOperation(site.id);
  const [wanted, setWanted] = useState<number | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const current = site.pool.workers;
  const shown = wanted ?? current;
  const step = (by: number) => {
    const next = Math.min(MAX_WORKERS, Math.max(1, shown + by));
    setWanted(next === current ? null : next);
  };

  async function apply(): Promise<void> {
    if (wanted === null) return;
    setBusy(true);
    setProblem(null);
    try {
      const reply = await patch<OperationReply>(
        `/sites/${site.id}`,
        { pool: { workers: wanted } },
        { ifMatch: site.revision },
      );
      if (reply.site) store.putSite(reply.site);
      if (reply.operation) store.putOperation(reply.operation);
      setWanted(null);
      onScaled();
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  }

  return (
    <div className="flex flex-wrap items-center justify-end gap-x-3 gap-y-2">
      {wanted === null ? null : <Cost from={current} to={wanted} workers={workers} />}
      <fieldset className="inline-flex items-center rounded-md border border-line-strong bg-surface">
        <legend className="sr-only">{t("wanted")}</legend>
        <Button
          look="quiet"
          size="icon"
          aria-label={t("fewer")}
          disabled={shown <= 1 || busy}
          onClick={() => step(-1)}
        >
          <Minus />
        </Button>
        <output aria-live="polite" className="numeric min-w-9 text-center font-medium">
          {shown}
        </output>
        <Button
          look="quiet"
          size="icon"
          aria-label={t("more")}
          disabled={shown >= MAX_WORKERS || busy}
          onClick={() => step(1)}
        >
          <Plus />
        </Button>
      </fieldset>
      {wanted === null ? null : (
        <>
          <Button look="quiet" disabled={busy} onClick={() => setWanted(null)}>
            {t("discard")}
          </Button>
          <Button look="primary" disabled={busy || running !== undefined} onClick={() => void apply()}>
            {t("apply")}
          </Button>
        </>
      )}
      {problem ? <ProblemNotice problem={problem} className="w-full" /> : null}
    </div>
  );
}

function Cost({ from, to, workers }: { from: number; to: number; workers: readonly Worker[] | undefined }) {
  const t = useTranslations("workers");
  const format = useFormat();
  const status = useStatus();
  const settled = (workers ?? []).filter((worker) => worker.state !== "booting");
  const each =
    settled.length === 0 ? null : settled.reduce((sum, one) => sum + one.rssBytes, 0) / settled.length;
  const free = status ? status.host.memoryBytes - status.host.memoryUsedBytes : null;
  const more = (to - from) * (each ?? 0);
  return (
    <p className="numeric text-sm text-muted">
      {to > from
        ? each === null
          ? t("costUnknown")
          : t("costMore", { memory: format.bytes(more), free: free === null ? "?" : format.bytes(free) })
        : each === null
          ? t("saveUnknown")
          : t("costLess", { memory: format.bytes(-more) })}{" "}
      {t("costLive")}
      {status && to > status.host.cores ? ` ${t("aboveCores", { cores: status.host.cores })}` : ""}
    </p>
  );
}
