"use client";

import { type ComponentProps, useState } from "react";
import { cx } from "../cx.ts";
import { Input } from "../primitives/input.tsx";

/** A number with its unit; `scale` is how many of what is stored make one of what is shown (1000 for ms as s). */
export function NumberInput({
  value,
  onChange,
  unit,
  scale = 1,
  className,
  ...props
}: Omit<ComponentProps<"input">, "value" | "onChange"> & {
  value: number;
  onChange: (value: number) => void;
  unit?: string;
  scale?: number;
}) {
  const [text, setText] = useState<string | null>(null);
  return (
    <span className={cx("flex w-36 items-center gap-2", className)}>
      <Input
        {...props}
        inputMode="decimal"
        className="numeric text-right"
        value={text ?? String(value / scale)}
        onChange={(event) => {
          setText(event.target.value);
          const number = Number(event.target.value.replace(",", "."));
          if (event.target.value.trim() !== "" && Number.isFinite(number))
            onChange(Math.round(number * scale));
        }}
        onBlur={() => setText(null)}
      />
      {unit ? <span className="shrink-0 text-sm text-muted">{unit}</span> : null}
    </span>
  );
}
