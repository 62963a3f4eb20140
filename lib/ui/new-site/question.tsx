"use client";

import { Check } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useRef } from "react";
import { cx } from "../cx.ts";
import { Button } from "../primitives/button.tsx";

export type Place = { number: number; state: "answered" | "asked" | "ahead"; onChange: () => void };

/** A question: open while it is asked, one line when it is answered, a title while it lies ahead. */
export function Question({
  number,
  state,
  onChange,
  title,
  summary,
  children,
}: Place & { title: string; summary: ReactNode; children: ReactNode }) {
  const t = useTranslations("newSite");
  const heading = useRef<HTMLHeadingElement>(null);
  const was = useRef(state);
  useEffect(() => {
    if (state === "asked" && was.current !== "asked") heading.current?.focus();
    was.current = state;
  }, [state]);
  return (
    <li
      aria-current={state === "asked" ? "step" : undefined}
      className={cx(
        "rounded-xl border bg-surface",
        state === "ahead" ? "border-line bg-transparent" : "border-line",
      )}
    >
      <div className="flex min-h-12 items-center gap-3 px-4 py-2">
        <span
          aria-hidden="true"
          className={cx(
            "numeric flex size-6 shrink-0 items-center justify-center rounded-full text-xs font-semibold",
            state === "asked" && "bg-accent-fill text-on-accent",
            state === "answered" && "bg-ok-soft text-ok",
            state === "ahead" && "border border-line-strong text-faint",
          )}
        >
          {state === "answered" ? <Check className="size-3.5" /> : number}
        </span>
        <h2
          ref={heading}
          tabIndex={-1}
          className={cx("shrink-0 font-semibold outline-none", state === "ahead" && "font-normal text-faint")}
        >
          {title}
        </h2>
        {state === "answered" ? (
          <>
            <div className="min-w-0 flex-1 truncate text-muted">{summary}</div>
            <Button
              size="sm"
              look="quiet"
              onClick={onChange}
              aria-label={t("changeNamed", { question: title })}
            >
              {t("change")}
            </Button>
          </>
        ) : null}
      </div>
      {state === "asked" ? <div className="px-4 pt-1 pb-4 sm:pl-13">{children}</div> : null}
    </li>
  );
}
