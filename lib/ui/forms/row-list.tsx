"use client";

import { Plus, Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "../primitives/button.tsx";

/** A list of rows that can be added to and taken from. */
export function RowList<T>({
  label,
  items,
  onChange,
  blank,
  addLabel,
  removeLabel,
  children,
  least = 0,
  empty,
}: {
  label: string;
  items: readonly T[];
  onChange: (items: T[]) => void;
  blank: () => T;
  addLabel: string;
  removeLabel: (item: T, index: number) => string;
  children: (item: T, set: (item: T) => void, index: number) => ReactNode;
  /** So many rows always stay. */
  least?: number;
  empty?: ReactNode;
}) {
  const t = useTranslations("common");
  return (
    <fieldset className="min-w-0">
      <legend className="sr-only">{label}</legend>
      {items.length === 0 && empty ? <p className="mb-2 text-muted">{empty}</p> : null}
      <ul className="flex flex-col gap-2">
        {items.map((item, index) => (
          // Rows have no name of their own until they are saved.
          <li key={index} className="flex items-start gap-1.5">
            <div className="min-w-0 flex-1">
              {children(
                item,
                (next) => onChange(items.map((other, place) => (place === index ? next : other))),
                index,
              )}
            </div>
            {items.length > least ? (
              <Button
                look="quiet"
                size="icon"
                aria-label={removeLabel(item, index)}
                title={t("remove")}
                onClick={() => onChange(items.filter((_, place) => place !== index))}
              >
                <Trash2 />
              </Button>
            ) : null}
          </li>
        ))}
      </ul>
      <Button
        size="sm"
        className={items.length > 0 ? "mt-2" : ""}
        onClick={() => onChange([...items, blank()])}
      >
        <Plus />
        {addLabel}
      </Button>
    </fieldset>
  );
}
