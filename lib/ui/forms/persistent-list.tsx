"use client";

import { useTranslations } from "next-intl";
import type { PersistentPath } from "../../schema/site.ts";
import { Select } from "../primitives/input.tsx";
import { InlineInput } from "./inline-input.tsx";
import { RowList } from "./row-list.tsx";

/** What stays outside releases, each with why. */
export function PersistentList({
  value,
  onChange,
}: {
  value: readonly PersistentPath[];
  onChange: (value: PersistentPath[]) => void;
}) {
  const t = useTranslations("forms");
  return (
    <RowList<PersistentPath>
      label={t("persistent")}
      items={value}
      onChange={onChange}
      blank={() => ({ path: "", kind: "directory", reason: t("namedByHand") })}
      addLabel={t("addPersistent")}
      removeLabel={(one) => t("removeNamed", { name: one.path })}
      empty={t("noPersistent")}
    >
      {(one, set, index) => (
        <>
          <div className="flex items-start gap-1.5">
            <InlineInput
              path={`persistent.${index}.path`}
              label={t("path")}
              className="flex-1 font-mono"
              value={one.path}
              onChange={(event) => set({ ...one, path: event.target.value })}
            />
            <Select
              aria-label={t("kind")}
              className="w-auto"
              value={one.kind}
              onChange={(event) =>
                set({ ...one, kind: event.target.value === "file" ? "file" : "directory" })
              }
            >
              <option value="file">{t("file")}</option>
              <option value="directory">{t("folder")}</option>
            </Select>
          </div>
          {one.reason ? <p className="mt-0.5 text-sm text-muted">{one.reason}</p> : null}
        </>
      )}
    </RowList>
  );
}
