"use client";

import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { cx } from "../cx.ts";
import { Button } from "./button.tsx";

/** How long the tick stays after copying, in ms. */
const CONFIRMATION_MS = 1_600;

/** Copies `text`; `what` names it for screen readers. */
export function CopyButton({
  text,
  what,
  labelled = false,
  className,
}: {
  text: string | (() => string);
  what?: string;
  labelled?: boolean;
  className?: string;
}) {
  const t = useTranslations("common");
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), CONFIRMATION_MS);
    return () => clearTimeout(timer);
  }, [copied]);

  const name = what ? t("copyWhat", { what }) : t("copy");
  return (
    <Button
      look={labelled ? "plain" : "quiet"}
      size={labelled ? "sm" : "iconSm"}
      className={cx(!labelled && "size-6", className)}
      aria-label={labelled ? undefined : name}
      title={name}
      onClick={async (event) => {
        event.preventDefault();
        event.stopPropagation();
        await copyText(typeof text === "function" ? text() : text);
        setCopied(true);
      }}
    >
      {copied ? <Check className="!size-3.5 text-ok" /> : <Copy className="!size-3.5" />}
      {labelled ? (copied ? t("copied") : t("copy")) : null}
      <span role="status" className="sr-only">
        {copied ? t("copied") : ""}
      </span>
    </Button>
  );
}

/** The clipboard API needs a secure origin; a panel reached by plain HTTP falls back to a selection. */
async function copyText(text: string): Promise<void> {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  area.style.position = "fixed";
  area.style.opacity = "0";
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}
