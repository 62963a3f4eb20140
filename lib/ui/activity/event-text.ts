"use client";

import { useTranslations } from "next-intl";
import type { JournalEvent } from "../../schema/event.ts";
import type { Operation } from "../../schema/operation.ts";
import { useOperationTitle } from "../operation/operation-title.tsx";

/** One event in one plain sentence. Details that came from the machine stay in its words. */
export function useEventText(): (event: JournalEvent) => string {
  const t = useTranslations("event");
  const th = useTranslations("health");
  const ts = useTranslations("processState");
  const title = useOperationTitle();
  return (event) => {
    switch (event.type) {
      case "operation": {
        const { operation } = event;
        const values = { operation: title(operation, "sentence"), actor: operation.actor.name };
        if (operation.state === "failed")
          return t("operationFailed", {
            ...values,
            why: reasonOf(operation),
          });
        return t(operation.state === "succeeded" ? "operationDone" : "operationRunning", values);
      }
      case "site-state":
        return withReason(t("siteState", { state: ts(event.state) }), event.reason);
      case "health":
        return withReason(t("health", { from: th(event.from), to: th(event.to) }), event.reason);
      case "worker-exit":
        return event.serving
          ? t("workerExitServing", { cause: t(`cause.${event.cause}`), serving: event.serving })
          : t("workerExit", { cause: t(`cause.${event.cause}`) });
      case "process":
        return withReason(
          t("process", { workload: event.workload, change: t(`change.${event.change}`) }),
          event.detail,
        );
      case "quarantine":
        return event.active ? withReason(t("quarantined"), event.reason) : t("released");
      case "publish":
        return event.ok
          ? t("published", { revision: event.revision })
          : withReason(t("publishFailed", { revision: event.revision }), event.detail);
      case "notice":
        return event.detail;
    }
  };
}

/** The step that failed says it shortest. */
function reasonOf(operation: Operation): string {
  return operation.steps.find((step) => step.state === "failed")?.detail ?? operation.error?.detail ?? "";
}

function withReason(sentence: string, reason: string | undefined): string {
  return reason ? `${sentence}: ${reason}` : sentence;
}
