import type { ComponentProps } from "react";
import { cx } from "../cx.ts";

/** Tables are 13 px; numbers stand right. They scroll sideways by themselves when the window is too narrow. */
export function Table({ className, label, ...props }: ComponentProps<"table"> & { label: string }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section className="scroll-x relative" aria-label={label} tabIndex={0}>
      <table className={cx("w-full border-collapse text-sm", className)} {...props} />
    </section>
  );
}

export function Th({ className, end = false, ...props }: ComponentProps<"th"> & { end?: boolean }) {
  return (
    <th
      scope="col"
      className={cx(
        "border-b border-line px-3 py-1.5 text-xs font-medium whitespace-nowrap text-faint first:pl-4 last:pr-4",
        end ? "text-right" : "text-left",
        className,
      )}
      {...props}
    />
  );
}

export function Td({ className, end = false, ...props }: ComponentProps<"td"> & { end?: boolean }) {
  return (
    <td
      className={cx(
        "border-b border-line px-3 py-2 align-middle first:pl-4 last:pr-4",
        end && "numeric text-right whitespace-nowrap",
        className,
      )}
      {...props}
    />
  );
}

export function Tr({ className, ...props }: ComponentProps<"tr">) {
  return <tr className={cx("last:[&>td]:border-b-0", className)} {...props} />;
}
