"use client";

import { Switch as Radix } from "radix-ui";
import type { ComponentProps } from "react";
import { cx } from "../cx.ts";

export function Switch({ className, ...props }: ComponentProps<typeof Radix.Root>) {
  return (
    <Radix.Root
      className={cx(
        "inline-flex h-5 w-8.5 shrink-0 items-center rounded-full border border-control-line bg-sunken p-px transition-colors data-[state=checked]:border-accent-fill data-[state=checked]:bg-accent-fill",
        className,
      )}
      {...props}
    >
      <Radix.Thumb className="size-4 rounded-full bg-control-line transition-transform data-[state=checked]:translate-x-3.5 data-[state=checked]:bg-white" />
    </Radix.Root>
  );
}
