import type { ComponentProps } from "react";
import { cx } from "../cx.ts";

const control =
  "w-full min-w-0 rounded-md border border-control-line bg-surface px-2.5 text-base text-text placeholder:text-faint transition-[border-color,box-shadow] focus:border-accent focus:outline-none focus:ring-2 focus:ring-accent/25 disabled:bg-sunken disabled:text-faint aria-invalid:border-bad aria-invalid:ring-bad/20";

export function Input({ className, ...props }: ComponentProps<"input">) {
  return <input className={cx(control, "h-8.5 read-only:bg-sunken", className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<"textarea">) {
  return <textarea className={cx(control, "py-1.5 leading-5", className)} {...props} />;
}

/** The platform's own select: it works with every keyboard, screen reader and phone. */
export function Select({ className, ...props }: ComponentProps<"select">) {
  return <select className={cx(control, "h-8.5 pr-7", className)} {...props} />;
}
