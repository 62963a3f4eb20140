"use client";

import { useTranslations } from "next-intl";
import { PersistentList } from "../forms/persistent-list.tsx";
import { Field } from "../primitives/field.tsx";
import { Input, Select } from "../primitives/input.tsx";
import { Section } from "./section.tsx";
import type { SectionProps } from "./section-props.ts";

export function SourceSection({ draft, set }: SectionProps) {
  const t = useTranslations("settings");
  const { source, app, environment } = draft;
  return (
    <Section name="source">
      <Field label={t("folder")} path="source.path">
        {(control) => (
          <Input
            {...control}
            className="font-mono"
            spellCheck={false}
            value={source.path}
            onChange={(event) => set({ source: { ...source, path: event.target.value } })}
          />
        )}
      </Field>
      <Field
        label={t("mode")}
        path="source.mode"
        hint={
          source.mode === "in-place" ? (
            <span className="text-warn">{t("inPlaceDanger")}</span>
          ) : (
            t("snapshotHint")
          )
        }
      >
        {(control) => (
          <Select
            {...control}
            className="max-w-96"
            value={source.mode}
            onChange={(event) =>
              set({
                source: { ...source, mode: event.target.value === "in-place" ? "in-place" : "snapshot" },
              })
            }
          >
            <option value="snapshot">{t("snapshot")}</option>
            <option value="in-place">{t("inPlace")}</option>
          </Select>
        )}
      </Field>
      <Field label={t("entry")} hint={t("entryHint")} path="app.entry">
        {(control) => (
          <Input
            {...control}
            className="max-w-72 font-mono"
            spellCheck={false}
            value={app.entry}
            onChange={(event) => set({ app: { ...app, entry: event.target.value } })}
          />
        )}
      </Field>
      <Field label={t("environment")} path="environment" deep>
        {(control) => (
          <Select
            {...control}
            className="max-w-96"
            value={environment.kind}
            onChange={(event) =>
              set({
                environment:
                  event.target.value === "existing"
                    ? { kind: "existing", path: `${source.path}/.venv` }
                    : { kind: "managed" },
              })
            }
          >
            <option value="managed">{t("managed")}</option>
            <option value="existing">{t("existing")}</option>
          </Select>
        )}
      </Field>
      {environment.kind === "existing" ? (
        <Field label={t("environmentPath")} path="environment.path" hint={t("environmentPathHint")}>
          {(control) => (
            <Input
              {...control}
              className="font-mono"
              spellCheck={false}
              value={environment.path}
              onChange={(event) => set({ environment: { kind: "existing", path: event.target.value } })}
            />
          )}
        </Field>
      ) : null}
      <div className="flex flex-col gap-1">
        <p className="text-sm font-medium">{t("persistent")}</p>
        <p className="mb-1 text-sm text-muted">{t("persistentHint")}</p>
        <PersistentList value={draft.persistent} onChange={(persistent) => set({ persistent })} />
      </div>
    </Section>
  );
}
