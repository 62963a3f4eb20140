"use client";

import { memo } from "react";
import type { LogLevel, LogLine } from "../../schema/log-line.ts";
import { cx } from "../cx.ts";
import type { Format } from "../format/use-format.ts";

const levelLooks: Record<LogLevel, string> = {
  error: "text-bad",
  warning: "text-warn",
  info: "text-text",
  debug: "text-muted",
  unknown: "text-text",
};

/** One line. A line of access is a button that opens its request. */
export const LogRow = memo(function LogRow({
  line,
  wrap,
  format,
  open,
  onToggle,
}: {
  line: LogLine;
  wrap: boolean;
  format: Format;
  open: boolean;
  onToggle: (cursor: string) => void;
}) {
  const time = line.at ? format.seconds(Date.parse(line.at)) : "";
  const body = line.access ? <AccessText line={line} format={format} /> : line.text;
  const look = cx(
    "min-w-0 flex-1 text-left",
    wrap ? "break-all whitespace-pre-wrap" : "whitespace-pre",
    levelLooks[line.level],
  );
  return (
    <div
      className={cx(
        "flex gap-3 border-l-2 px-3 font-mono text-xs leading-6 hover:bg-hover",
        line.level === "error"
          ? "border-bad-fill"
          : line.level === "warning"
            ? "border-warn-fill"
            : "border-transparent",
        open && "bg-hover",
      )}
    >
      <time
        dateTime={line.at ?? undefined}
        title={line.at ? format.exact(Date.parse(line.at)) : undefined}
        className="numeric w-16 shrink-0 text-faint"
      >
        {time}
      </time>
      {line.access ? (
        <button type="button" aria-expanded={open} onClick={() => onToggle(line.cursor)} className={look}>
          {body}
        </button>
      ) : (
        <span className={look}>{body}</span>
      )}
    </div>
  );
});

function AccessText({ line, format }: { line: LogLine; format: Format }) {
  const { access } = line;
  if (!access) return null;
  return (
    <>
      <span className="inline-block w-9 font-medium">{access.status}</span>
      <span className="inline-block w-16 text-muted">{access.method}</span>
      <span className="inline-block w-18 pr-3 text-right text-muted">
        {format.duration(access.durationMs)}
      </span>
      <span className="text-text">{access.path}</span>
    </>
  );
}
