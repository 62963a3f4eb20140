"use client";

import { TriangleAlert } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import type { Inspection } from "../../schema/inspection.ts";
import { useFormat } from "../format/use-format.ts";
import { EnvList } from "../forms/env-list.tsx";
import { PersistentList } from "../forms/persistent-list.tsx";
import { StaticList } from "../forms/static-list.tsx";
import { Button } from "../primitives/button.tsx";
import { Field } from "../primitives/field.tsx";
import { Input, Select } from "../primitives/input.tsx";
import type { Answers } from "./answers.ts";
import { type Place, Question } from "./question.tsx";

type Props = Place & {
  answers: Answers;
  set: (change: Partial<Answers>) => void;
  inspection: Inspection | null;
  onNext: () => void;
};

/** What was found, each with its reason, and all of it editable. */
export function AppQuestion({ answers, set, inspection, onNext, ...place }: Props) {
  const t = useTranslations("newSite");
  return (
    <Question
      {...place}
      title={t("app")}
      summary={<code className="font-mono text-sm">{answers.entry}</code>}
    >
      {inspection ? (
        <form
          className="flex flex-col gap-5"
          onSubmit={(event) => {
            event.preventDefault();
            onNext();
          }}
        >
          <Found inspection={inspection} />
          <Warnings inspection={inspection} />
          <Entry answers={answers} set={set} inspection={inspection} />
          <EnvironmentChoice answers={answers} set={set} inspection={inspection} />
          <Group title={t("static")} text={t("staticText")}>
            <StaticList
              value={answers.static}
              onChange={(mappings) => set({ static: mappings })}
              notes={
                new Map(
                  inspection.static.map((one) => [
                    one.urlPath,
                    t("staticNote", { reason: one.reason, files: one.files }),
                  ]),
                )
              }
            />
          </Group>
          <Group title={t("persistent")} text={t("persistentText")}>
            <PersistentList value={answers.persistent} onChange={(persistent) => set({ persistent })} />
          </Group>
          <Field
            label={t("health")}
            path="health.path"
            hint={inspection.healthPath ? inspection.healthPath.reason : t("healthHint")}
          >
            {(control) => (
              <Input
                {...control}
                className="max-w-72 font-mono"
                spellCheck={false}
                value={answers.healthPath}
                onChange={(event) => set({ healthPath: event.target.value })}
              />
            )}
          </Field>
          <Group title={t("env")} text={t("envText")}>
            <EnvList value={answers.env} onChange={(env) => set({ env })} />
          </Group>
          <Button
            type="submit"
            look="primary"
            size="lg"
            className="self-start"
            disabled={answers.entry === ""}
          >
            {t("next")}
          </Button>
        </form>
      ) : null}
    </Question>
  );
}

function Group({ title, text, children }: { title: string; text: string; children: ReactNode }) {
  return (
    <div>
      <p className="text-sm font-medium">{title}</p>
      <p className="mb-2 text-sm text-muted">{text}</p>
      {children}
    </div>
  );
}

function Found({ inspection }: { inspection: Inspection }) {
  const t = useTranslations("newSite");
  const format = useFormat();
  const facts: [string, string, string][] = [
    [t("framework"), t(`frameworks.${inspection.framework}`), inspection.entries[0]?.reason ?? t("noEntry")],
    [
      t("dependencies"),
      inspection.dependencies.kind === "none" ? t("noDependencies") : inspection.dependencies.kind,
      inspection.dependencies.reason,
    ],
    [
      t("size"),
      t("files", { files: format.number(inspection.files), size: format.bytes(inspection.sizeBytes) }),
      t("owner", { owner: inspection.owner.name }),
    ],
  ];
  return (
    <dl className="rounded-lg bg-sunken px-4 py-1">
      {facts.map(([name, value, reason]) => (
        <div key={name} className="grid gap-x-4 py-1.5 sm:grid-cols-[8rem_minmax(0,1fr)]">
          <dt className="text-muted">{name}</dt>
          <dd className="break-words">
            <span className="font-medium">{value}</span> <span className="text-muted">{reason}</span>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Warnings({ inspection }: { inspection: Inspection }) {
  if (inspection.warnings.length === 0) return null;
  return (
    <ul className="flex flex-col gap-2">
      {inspection.warnings.map((warning) => (
        <li
          key={`${warning.code}${warning.file}${warning.line}`}
          className="flex gap-2.5 rounded-lg bg-warn-soft px-3 py-2"
        >
          <TriangleAlert className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
          <span className="min-w-0 break-words">
            {warning.message}{" "}
            {warning.file ? (
              <code className="font-mono text-sm text-muted">
                {warning.file}
                {warning.line === undefined ? "" : `:${warning.line}`}
              </code>
            ) : null}
          </span>
        </li>
      ))}
    </ul>
  );
}

type Part = Pick<Props, "answers" | "set"> & { inspection: Inspection };

function Entry({ answers, set, inspection }: Part) {
  const t = useTranslations("newSite");
  const known = inspection.entries.find((one) => one.entry === answers.entry);
  return (
    <Field label={t("entry")} path="app.entry" hint={known ? known.reason : t("entryHint")}>
      {(control) => (
        <div className="flex flex-wrap gap-2">
          <Input
            {...control}
            required
            className="max-w-72 font-mono"
            spellCheck={false}
            autoCapitalize="none"
            placeholder="run:app"
            value={answers.entry}
            onChange={(event) => set({ entry: event.target.value.trim() })}
          />
          {inspection.entries
            .filter((one) => one.entry !== answers.entry)
            .map((one) => (
              <Button
                key={one.entry}
                onClick={() => set({ entry: one.entry })}
                title={one.reason}
                className="font-mono"
              >
                {one.entry}
              </Button>
            ))}
        </div>
      )}
    </Field>
  );
}

function EnvironmentChoice({ answers, set, inspection }: Part) {
  const t = useTranslations("newSite");
  return (
    <Field
      label={t("environment")}
      path="environment"
      deep
      hint={answers.environment === null ? inspection.dependencies.reason : t("existingHint")}
    >
      {(control) => (
        <Select
          {...control}
          className="max-w-md"
          value={answers.environment ?? ""}
          onChange={(event) => set({ environment: event.target.value || null })}
        >
          <option value="">{t("managed")}</option>
          {inspection.environments.map((one) => (
            <option key={one.path} value={one.path}>
              {t("existing", { path: one.path, python: one.python })}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
