"use client";

import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { isUnderWay, useLive } from "../live/live-provider.tsx";
import { useOperationTitle } from "../operation/operation-title.tsx";
import { useToast } from "../primitives/toast.tsx";
import { siteIdOf } from "./navigation.ts";

/** Tells of operations that ended while their site is not on the screen. */
export function OperationToasts() {
  const t = useTranslations("shell");
  const operations = useLive((state) => state.operations);
  const sites = useLive((state) => state.sites);
  const path = usePathname();
  const toast = useToast();
  const title = useOperationTitle();
  const running = useRef(new Set<string>());
  useEffect(() => {
    for (const operation of operations.values()) {
      if (isUnderWay(operation)) {
        running.current.add(operation.id);
        continue;
      }
      if (!running.current.delete(operation.id)) continue;
      const visible = path === "/" || path === "/sites/new" || siteIdOf(path) === operation.siteId;
      if (visible || !operation.siteId) continue;
      const name = sites.find((site) => site.id === operation.siteId)?.name ?? operation.siteId;
      const failed = operation.state === "failed";
      toast({
        tone: failed ? "bad" : "ok",
        text: t(failed ? "operationFailed" : "operationDone", {
          site: name,
          operation: title(operation, "sentence"),
        }),
        detail: operation.error?.detail,
        action: (
          <Link
            href={`/sites/${operation.siteId}`}
            className="text-sm text-accent underline-offset-4 hover:underline"
          >
            {t("openSite", { site: name })}
          </Link>
        ),
      });
    }
  }, [operations, sites, path, toast, t, title]);
  return null;
}
