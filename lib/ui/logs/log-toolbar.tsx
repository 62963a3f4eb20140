"use client";

import {
  ArrowDownWideNarrow,
  ArrowUpWideNarrow,
  Download,
  Pause,
  Play,
  Search,
  WrapText,
} from "lucide-react";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useState } from "react";
import type { LogLevel, LogSource } from "../../schema/log-line.ts";
import { cx } from "../cx.ts";
import { Button } from "../primitives/button.tsx";
import { CopyButton } from "../primitives/copy-button.tsx";
import { Input, Select } from "../primitives/input.tsx";
import { Segmented } from "../primitives/segmented.tsx";
import { Tooltip } from "../primitives/tooltip.tsx";
import type { LogFilter, useLog } from "./use-log.ts";

const sources = ["access", "error", "app"] as const satisfies LogSource[];
const levels = ["", "error", "warning", "info", "debug"] as const satisfies (LogLevel | "")[];
/** Typing settles before the log is asked again, ms. */
const SETTLE_MS = 350;

export function LogToolbar({
  siteId,
  filter,
  onFilter,
  log,
  wrap,
  onWrap,
  newestFirst,
  onNewestFirst,
}: {
  siteId: string;
  filter: LogFilter;
  onFilter: (change: Partial<LogFilter>) => void;
  log: ReturnType<typeof useLog>;
  wrap: boolean;
  onWrap: (wrap: boolean) => void;
  newestFirst: boolean;
  onNewestFirst: (newestFirst: boolean) => void;
}) {
  const t = useTranslations("logs");
  return (
    <div className="flex flex-wrap items-center gap-2 border-b border-line px-3 py-2">
      <Segmented<LogSource>
        label={t("source")}
        value={filter.source}
        onChange={(source) => onFilter({ source })}
        options={sources.map((value) => ({ value, label: t(`sources.${value}`) }))}
      />
      <FilterText
        key={filter.contains}
        value={filter.contains}
        onChange={(contains) => onFilter({ contains })}
      />
      <Select
        aria-label={t("level")}
        value={filter.level}
        onChange={(event) => onFilter({ level: event.target.value as LogLevel | "" })}
        className="w-auto"
      >
        {levels.map((level) => (
          <option key={level} value={level}>
            {level === "" ? t("anyLevel") : t(`levels.${level}`)}
          </option>
        ))}
      </Select>
      <div className="ml-auto flex items-center gap-0.5">
        <Button look="plain" onClick={log.paused ? log.resume : log.pause} className="mr-1.5">
          {log.paused ? <Play /> : <Pause />}
          {log.paused ? t("resume", { count: log.buffer.held.length }) : t("pause")}
        </Button>
        <Toggle label={t("newestFirst")} pressed={newestFirst} onPress={() => onNewestFirst(!newestFirst)}>
          {newestFirst ? <ArrowUpWideNarrow /> : <ArrowDownWideNarrow />}
        </Toggle>
        <Toggle label={t("wrap")} pressed={wrap} onPress={() => onWrap(!wrap)}>
          <WrapText />
        </Toggle>
        <CopyButton
          className="size-8"
          text={() => log.buffer.lines.map((line) => line.text).join("\n")}
          what={t("shownLines")}
        />
        <Tooltip label={t("download")}>
          <Button look="quiet" size="icon" asChild>
            <a
              href={`/api/v1/sites/${siteId}/logs/download?source=${filter.source}`}
              download
              aria-label={t("download")}
            >
              <Download />
            </a>
          </Button>
        </Tooltip>
      </div>
    </div>
  );
}

function FilterText({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useTranslations("logs");
  const [text, setText] = useState(value);
  // Only typing asks again.
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onChange(text), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div className="relative min-w-40 flex-1 basis-48 sm:max-w-72">
      <Search aria-hidden="true" className="absolute top-2.5 left-2.5 size-3.5 text-faint" />
      <Input
        type="search"
        // The field is rebuilt when its text has been applied; focus must stay.
        autoFocus={value !== ""}
        aria-label={t("filter")}
        placeholder={t("filter")}
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.target.value)}
        className="pl-8"
      />
    </div>
  );
}

function Toggle({
  label,
  pressed,
  onPress,
  children,
}: {
  label: string;
  pressed: boolean;
  onPress: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip label={label}>
      <Button
        look="quiet"
        size="icon"
        aria-label={label}
        aria-pressed={pressed}
        onClick={onPress}
        className={cx(pressed && "bg-accent-soft text-accent")}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
