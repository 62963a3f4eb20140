"use client";

import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import type { Operation } from "../../schema/operation.ts";
import { useSiteActions } from "../actions/site-actions.tsx";
import { useOperation, useRunningOperation } from "../live/live-provider.tsx";
import { OperationCard } from "../operation/operation-card.tsx";
import { Button } from "../primitives/button.tsx";
import { useSiteInView } from "./site-context.tsx";

/** The operation of this site that is under way, or that ended while somebody looked and was not put away yet. */
export function OperationInPlace({ siteId }: { siteId: string }) {
  const running = useRunningOperation(siteId);
  const [shownId, setShownId] = useState<string | null>(null);
  const runningId = running?.id ?? null;
  useEffect(() => {
    if (runningId) setShownId(runningId);
  }, [runningId]);
  const operation = useOperation(shownId);
  if (!operation) return null;
  return (
    <OperationCard
      operation={operation}
      onDismiss={() => setShownId(null)}
      footer={<Outcome operation={operation} />}
      className="mb-4"
    />
  );
}

/** What a success means, and the way back. */
function Outcome({ operation }: { operation: Operation }) {
  const t = useTranslations("site");
  const ta = useTranslations("actions");
  const { site } = useSiteInView();
  const actions = useSiteActions();
  const { release } = operation;
  if (operation.state === "failed") {
    if (operation.kind !== "reload") return null;
    return (
      <div>
        <Button size="sm" onClick={() => void actions.reload(site)}>
          {ta("reloadAgain")}
        </Button>
      </div>
    );
  }
  if (release === undefined || (operation.kind !== "reload" && operation.kind !== "rollback")) return null;
  return (
    <p className="flex flex-wrap items-center gap-x-3">
      <span className="font-medium text-ok">{t("serves", { release })}</span>
      {release > 1 ? (
        <Button look="link" onClick={() => void actions.undo(site, release)}>
          {ta("rollBackToFormer")}
        </Button>
      ) : null}
    </p>
  );
}
