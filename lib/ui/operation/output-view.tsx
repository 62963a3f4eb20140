"use client";

import { ChevronRight } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { cx } from "../cx.ts";
import { CopyButton } from "../primitives/copy-button.tsx";
import { useOutput } from "./use-output.ts";

/** The output of pip and commands, folded until somebody wants it; it keeps to its end while it grows. */
export function OutputView({ operationId }: { operationId: string }) {
  const t = useTranslations("operation");
  const [open, setOpen] = useState(false);
  const { text, finished, failed } = useOutput(operationId, open);
  const end = useRef<HTMLPreElement>(null);
  useEffect(() => {
    end.current?.scrollTo({ top: end.current.scrollHeight });
  }, [text]);
  return (
    <div>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="inline-flex items-center gap-1 rounded text-sm text-muted hover:text-text"
      >
        <ChevronRight
          className={cx("size-3.5 transition-transform", open && "rotate-90")}
          aria-hidden="true"
        />
        {t("output")}
      </button>
      {open ? (
        <div className="relative mt-1.5 rounded-md border border-line bg-sunken">
          <pre
            ref={end}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: long output scrolls, also by keyboard.
            tabIndex={0}
            className="max-h-72 min-h-10 overflow-auto py-2 pr-10 pl-3 font-mono text-xs leading-5"
          >
            {text || (failed ? t("outputFailed") : finished ? t("outputEmpty") : t("outputWaiting"))}
          </pre>
          <CopyButton text={text} what={t("output")} className="absolute top-1.5 right-1.5" />
        </div>
      ) : null}
    </div>
  );
}
