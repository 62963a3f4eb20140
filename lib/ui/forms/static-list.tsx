"use client";

import { useTranslations } from "next-intl";
import type { StaticMapping } from "../../schema/site.ts";
import { InlineInput } from "./inline-input.tsx";
import { RowList } from "./row-list.tsx";

/** Folders that nginx serves by itself. */
export function StaticList({
  value,
  onChange,
  notes,
}: {
  value: readonly StaticMapping[];
  onChange: (value: StaticMapping[]) => void;
  /** Why a mapping was proposed, by its URL path. */
  notes?: ReadonlyMap<string, string>;
}) {
  const t = useTranslations("forms");
  return (
    <RowList<StaticMapping>
      label={t("static")}
      items={value}
      onChange={onChange}
      blank={() => ({ urlPath: "/static/", directory: "static" })}
      addLabel={t("addStatic")}
      removeLabel={(one) => t("removeNamed", { name: one.urlPath })}
      empty={t("noStatic")}
    >
      {(one, set, index) => (
        <>
          <div className="flex flex-wrap items-start gap-1.5 sm:flex-nowrap">
            <InlineInput
              path={`static.${index}.urlPath`}
              label={t("urlPath")}
              className="w-full font-mono sm:w-2/5"
              value={one.urlPath}
              onChange={(event) => set({ ...one, urlPath: event.target.value })}
            />
            <span aria-hidden="true" className="hidden pt-1.5 text-faint sm:block">
              →
            </span>
            <InlineInput
              path={`static.${index}.directory`}
              label={t("directory")}
              className="w-full font-mono sm:flex-1"
              value={one.directory}
              onChange={(event) => set({ ...one, directory: event.target.value })}
            />
          </div>
          {notes?.get(one.urlPath) ? (
            <p className="mt-0.5 text-sm text-muted">{notes.get(one.urlPath)}</p>
          ) : null}
        </>
      )}
    </RowList>
  );
}
