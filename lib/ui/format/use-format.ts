"use client";

import { useLocale, useTimeZone, useTranslations } from "next-intl";
import { useMemo, useSyncExternalStore } from "react";

const noChanges = () => () => {};

/** The person's own time zone; the server's until the browser has taken over. */
export function useZone(): string {
  const rendered = useTimeZone() ?? "UTC";
  return useSyncExternalStore(
    noChanges,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => rendered,
  );
}

export type Format = ReturnType<typeof useFormat>;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How numbers and times are written, in the reader's language and time zone. */
export function useFormat() {
  const locale = useLocale();
  const timeZone = useZone();
  const t = useTranslations("units");
  return useMemo(() => {
    const exactFormat = new Intl.DateTimeFormat(locale, {
      dateStyle: "medium",
      timeStyle: "medium",
      timeZone,
    });
    const dayKeyFormat = new Intl.DateTimeFormat("en-CA", { dateStyle: "short", timeZone });
    const clockFormat = new Intl.DateTimeFormat(locale, {
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
      timeZone,
    });
    const secondsFormat = new Intl.DateTimeFormat(locale, {
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      hourCycle: "h23",
      timeZone,
    });
    const dayFormat = new Intl.DateTimeFormat(locale, { day: "numeric", month: "short", timeZone });
    const relativeFormat = new Intl.RelativeTimeFormat(locale, { style: "narrow", numeric: "auto" });
    const number = (value: number, digits = 0) =>
      new Intl.NumberFormat(locale, { maximumFractionDigits: digits, minimumFractionDigits: 0 }).format(
        value,
      );

    /** Three significant places at most: 80 ms, 1.8 s, 3 min. */
    function duration(ms: number): string {
      if (ms < 1) return t("ms", { n: ms <= 0 ? "0" : "<1" });
      if (ms < SECOND) return t("ms", { n: number(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms), 1) });
      if (ms < MINUTE) return t("s", { n: number(ms / SECOND, ms < 10 * SECOND ? 1 : 0) });
      if (ms < HOUR) return t("min", { n: number(ms / MINUTE, ms < 10 * MINUTE ? 1 : 0) });
      if (ms < 2 * DAY) return t("h", { n: number(ms / HOUR, ms < 10 * HOUR ? 1 : 0) });
      return t("d", { n: number(ms / DAY, 0) });
    }

    function relative(at: number, now: number): string {
      const ago = now - at;
      // Two clocks never agree exactly: a moment "in 3 seconds" has just been.
      if (ago < 5 * SECOND && ago > -MINUTE) return t("justNow");
      const size = Math.abs(ago);
      const sign = ago > 0 ? -1 : 1;
      if (size < MINUTE) return relativeFormat.format(sign * Math.round(size / SECOND), "second");
      if (size < HOUR) return relativeFormat.format(sign * Math.round(size / MINUTE), "minute");
      if (size < DAY) return relativeFormat.format(sign * Math.round(size / HOUR), "hour");
      return relativeFormat.format(sign * Math.round(size / DAY), "day");
    }

    /** The clock today, day and clock before. */
    function moment(at: number, now: number): string {
      const clock = clockFormat.format(at);
      return dayKeyFormat.format(at) === dayKeyFormat.format(now)
        ? clock
        : `${dayFormat.format(at)} ${clock}`;
    }

    function bytes(value: number): string {
      const steps = ["B", "kB", "MB", "GB", "TB"];
      let size = value;
      let step = 0;
      while (size >= 1000 && step < steps.length - 1) {
        size /= 1024;
        step += 1;
      }
      return `${number(size, size < 10 && step > 0 ? 1 : 0)} ${steps[step]}`;
    }

    return {
      number,
      duration,
      relative,
      moment,
      bytes,
      percent: (share: number, digits = 0) =>
        new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: digits }).format(share),
      rate: (perSecond: number) => number(perSecond, perSecond < 10 && perSecond > 0 ? 1 : 0),
      exact: (at: number) => exactFormat.format(at),
      clock: (at: number) => clockFormat.format(at),
      seconds: (at: number) => secondsFormat.format(at),
      list: (items: string[]) => new Intl.ListFormat(locale, { type: "conjunction" }).format(items),
    };
  }, [locale, timeZone, t]);
}
