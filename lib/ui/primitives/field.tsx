"use client";

import { createContext, type ReactNode, useContext, useId } from "react";
import { cx } from "../cx.ts";

/** What a server refused, by the dotted path of the field, e.g. `pool.workers`. */
export const FieldErrorsContext = createContext<ReadonlyMap<string, string>>(new Map());

/** The sentence for one path; an error below it (`domains.0` for `domains`) counts when `deep` is set. */
export function useFieldError(path: string | undefined, deep = false): string | undefined {
  const errors = useContext(FieldErrorsContext);
  if (!path) return undefined;
  const own = errors.get(path);
  if (own || !deep) return own;
  for (const [key, message] of errors) if (key.startsWith(`${path}.`)) return message;
  return undefined;
}

type ControlProps = { id: string; "aria-describedby"?: string; "aria-invalid"?: true; name?: string };

/** A label, one control, what it means, and what was wrong with it, tied together for screen readers. */
export function Field({
  label,
  hint,
  path,
  error,
  deep,
  className,
  optional,
  children,
}: {
  label: ReactNode;
  hint?: ReactNode;
  path?: string;
  error?: string;
  deep?: boolean;
  className?: string;
  optional?: ReactNode;
  children: (control: ControlProps) => ReactNode;
}) {
  const id = useId();
  const refused = useFieldError(path, deep);
  const message = error ?? refused;
  const describedBy = [message && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ");
  return (
    <div className={cx("flex min-w-0 flex-col gap-1", className)}>
      <label htmlFor={id} className="text-sm font-medium">
        {label}
        {optional ? <span className="ml-1.5 font-normal text-faint">{optional}</span> : null}
      </label>
      {children({
        id,
        ...(path ? { name: path } : {}),
        ...(describedBy ? { "aria-describedby": describedBy } : {}),
        ...(message ? { "aria-invalid": true } : {}),
      })}
      {message ? (
        <p id={`${id}-error`} role="alert" className="text-sm text-bad">
          {message}
        </p>
      ) : null}
      {hint ? (
        <p id={`${id}-hint`} className="text-sm text-muted">
          {hint}
        </p>
      ) : null}
    </div>
  );
}
