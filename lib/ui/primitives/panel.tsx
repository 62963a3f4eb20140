import type { ReactNode } from "react";
import { cx } from "../cx.ts";

/** A surface with a heading; the unit every page is made of. */
export function Panel({
  title,
  note,
  actions,
  children,
  className,
  flush = false,
  level = 2,
}: {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
  /** Without padding, for tables and lists that reach the edge. */
  flush?: boolean;
  level?: 2 | 3;
}) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section className={cx("min-w-0 rounded-xl border border-line bg-surface", className)}>
      {title || actions ? (
        <header className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 px-4 pt-2.5 pb-1.5">
          {title ? <Heading className="text-base font-semibold">{title}</Heading> : null}
          {note ? <div className="text-sm text-muted">{note}</div> : null}
          {actions ? <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div> : null}
        </header>
      ) : null}
      <div className={flush ? "" : title || actions ? "px-4 pb-4" : "p-4"}>{children}</div>
    </section>
  );
}
