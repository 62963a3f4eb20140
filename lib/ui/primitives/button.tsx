import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cx } from "../cx.ts";

const button = cva(
  "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap transition-colors select-none disabled:pointer-events-none disabled:opacity-50 aria-disabled:pointer-events-none aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      look: {
        primary: "bg-accent-fill text-on-accent hover:bg-accent-fill-hover",
        plain: "border border-line-strong bg-surface text-text hover:bg-hover",
        quiet:
          "text-muted hover:bg-hover hover:text-text data-[state=open]:bg-hover data-[state=open]:text-text",
        danger: "bg-bad-fill-strong text-white hover:opacity-90",
        link: "h-auto px-0 text-accent underline-offset-4 hover:underline",
      },
      size: {
        sm: "h-7 px-2.5 text-sm",
        md: "h-8 px-3 text-sm",
        lg: "h-9 px-4 text-base",
        icon: "size-8",
        iconSm: "size-7",
      },
    },
    compoundVariants: [{ look: "link", className: "h-auto px-0" }],
    defaultVariants: { look: "plain", size: "md" },
  },
);

/** A button; with `asChild` a link that looks like one. */
export function Button({
  className,
  look,
  size,
  asChild = false,
  type,
  ...props
}: ComponentProps<"button"> & VariantProps<typeof button> & { asChild?: boolean }) {
  const Component = asChild ? Slot.Root : "button";
  return (
    <Component
      type={asChild ? undefined : (type ?? "button")}
      className={cx(button({ look, size }), className)}
      {...props}
    />
  );
}
