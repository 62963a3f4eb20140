import { cx } from "../cx.ts";

/** Holds the place of what is still loading, so that nothing jumps. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden="true" className={cx("animate-breathe rounded-md bg-line/70", className)} />;
}
