"use client";

import { type ComponentProps, useId } from "react";
import { cx } from "../cx.ts";
import { useFieldError } from "../primitives/field.tsx";
import { Input } from "../primitives/input.tsx";

/** An input within a row: its label is for screen readers, its error stands below it. */
export function InlineInput({
  path,
  label,
  className,
  ...props
}: ComponentProps<"input"> & { path: string; label: string }) {
  const id = useId();
  const error = useFieldError(path);
  return (
    <div className={cx("min-w-0", className)}>
      <Input
        aria-label={label}
        name={path}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? id : undefined}
        spellCheck={false}
        autoComplete="off"
        {...props}
      />
      {error ? (
        <p id={id} role="alert" className="mt-1 text-sm text-bad">
          {error}
        </p>
      ) : null}
    </div>
  );
}
