"use client";

import { useTranslations } from "next-intl";
import type { Operation } from "../../schema/operation.ts";

/** "Reload #19" as a heading, "reload #19" within a sentence. */
export function useOperationTitle(): (operation: Operation, within?: "heading" | "sentence") => string {
  const t = useTranslations("operation");
  return (operation, within = "heading") => {
    const kind = t(within === "heading" ? `kind.${operation.kind}` : `inline.${operation.kind}`);
    if (operation.kind === "rollback" && operation.release !== undefined)
      return t(within === "heading" ? "rollbackTo" : "inlineRollbackTo", { release: operation.release });
    return operation.release === undefined
      ? kind
      : t("kindWithRelease", { kind, release: operation.release });
  };
}
