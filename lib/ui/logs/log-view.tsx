"use client";

import { useTranslations } from "next-intl";
import { Fragment, type UIEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { LogSource } from "../../schema/log-line.ts";
import { useFormat } from "../format/use-format.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Button } from "../primitives/button.tsx";
import { LogRow } from "./log-row.tsx";
import { RequestDetails } from "./request-details.tsx";
import type { LogFilter, useLog } from "./use-log.ts";

/** This close to the end counts as being at the end, px. */
const END_PX = 40;

/** The lines. Being at the newest end means following; scrolling away pauses, so that nothing runs from under the eye. */
export function LogView({
  log,
  filter,
  wrap,
  newestFirst,
  onJump,
}: {
  log: ReturnType<typeof useLog>;
  filter: LogFilter;
  wrap: boolean;
  newestFirst: boolean;
  onJump: (source: LogSource, requestId: string) => void;
}) {
  const t = useTranslations("logs");
  const format = useFormat();
  const frame = useRef<HTMLElement>(null);
  const [openCursor, setOpenCursor] = useState<string | null>(null);
  const { pause } = log;
  const toggle = useCallback(
    (cursor: string) => {
      // What is being read must not run away.
      pause();
      setOpenCursor((open) => (open === cursor ? null : cursor));
    },
    [pause],
  );
  const { lines, before } = log.buffer;
  const following = !log.paused;

  useLayoutEffect(() => {
    const element = frame.current;
    if (!element || !following || lines.length === 0) return;
    element.scrollTop = newestFirst ? 0 : element.scrollHeight;
  }, [lines, following, newestFirst]);

  const lastTop = useRef(0);
  useEffect(() => {
    lastTop.current = frame.current?.scrollTop ?? 0;
  }, []);
  function onScroll(event: UIEvent<HTMLElement>): void {
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const away = newestFirst ? scrollTop > END_PX : scrollHeight - scrollTop - clientHeight > END_PX;
    const byHand = newestFirst ? scrollTop > lastTop.current : scrollTop < lastTop.current;
    lastTop.current = scrollTop;
    if (away && byHand && following) log.pause();
    else if (!away && log.paused && log.buffer.held.length === 0) log.resume();
  }

  const shown = newestFirst ? lines.toReversed() : lines;
  const older = before ? (
    <div className="px-3 py-1.5">
      <Button size="sm" onClick={() => void log.loadOlder()}>
        {t("older")}
      </Button>
    </div>
  ) : null;
  return (
    <>
      <section
        ref={frame}
        aria-label={t("lines")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the log scrolls, also by keyboard.
        tabIndex={0}
        onScroll={onScroll}
        className="relative h-[calc(100dvh-22rem)] min-h-80 overflow-auto overscroll-contain bg-sunken py-1 outline-offset-[-2px]"
      >
        {log.problem ? <ProblemNotice problem={log.problem} className="m-3" /> : null}
        {newestFirst ? null : older}
        <div className={wrap ? "" : "w-max min-w-full"}>
          {shown.map((line) => (
            <Fragment key={line.cursor}>
              <LogRow
                line={line}
                wrap={wrap}
                format={format}
                open={openCursor === line.cursor}
                onToggle={toggle}
              />
              {openCursor === line.cursor && line.access ? (
                <RequestDetails access={line.access} at={line.at} format={format} onJump={onJump} />
              ) : null}
            </Fragment>
          ))}
        </div>
        {newestFirst ? older : null}
        {lines.length === 0 && !log.problem ? (
          <p className="px-4 py-6 text-center text-muted">
            {!log.loaded ? t("loading") : filter.contains || filter.level ? t("noMatch") : t("empty")}
          </p>
        ) : null}
      </section>
      <p role="status" className="border-t border-line px-3 py-1.5 text-xs text-muted">
        {log.paused
          ? t("paused", { count: log.buffer.held.length })
          : log.connected
            ? t("following", { count: lines.length })
            : t("connecting")}
      </p>
    </>
  );
}
