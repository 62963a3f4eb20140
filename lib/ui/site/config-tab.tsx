"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { ConfigFile } from "../api-types.ts";
import { RelativeTime } from "../format/time.tsx";
import { useFetch } from "../live/use-fetch.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { CopyButton } from "../primitives/copy-button.tsx";
import { Empty } from "../primitives/empty.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Segmented } from "../primitives/segmented.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { useSiteInView } from "./site-context.tsx";

/** The files nginx and gunicorn really read. */
export function ConfigTab() {
  const t = useTranslations("config");
  const { site, now } = useSiteInView();
  const { data, problem } = useFetch<{ data: ConfigFile[] }>(`/sites/${site.id}/config-files`, {
    key: `${now.generation}:${site.revision}:${now.operationId}`,
  });
  const [chosen, setChosen] = useState<string | null>(null);
  const files = data?.data;
  if (problem) return <ProblemNotice problem={problem} />;
  if (!files) return <Skeleton className="h-96 rounded-xl" />;
  const file = files.find((one) => one.path === chosen) ?? files[0];
  if (!file) return <Empty title={t("none")}>{t("noneText")}</Empty>;
  return (
    <div className="flex flex-col gap-3">
      <div className="scroll-x flex">
        <Segmented
          label={t("files")}
          value={file.path}
          onChange={setChosen}
          options={files.map((one) => ({ value: one.path, label: t(`kind.${one.kind}`) }))}
        />
      </div>
      <Panel
        flush
        title={<code className="font-mono text-sm font-normal break-all">{file.path}</code>}
        note={
          <>
            {file.revision === null
              ? null
              : t(file.kind === "gunicorn" ? "generation" : "revision", { number: file.revision })}
            {file.updatedAt ? (
              <>
                {" · "}
                <RelativeTime at={file.updatedAt} />
              </>
            ) : null}
          </>
        }
        actions={
          <>
            <CopyButton text={file.path} what={t("path")} />
            <CopyButton text={file.text} labelled />
          </>
        }
      >
        <p className="border-b border-line px-4 pb-2 text-sm text-muted">{t(`origin.${file.kind}`)}</p>
        <NumberedText text={file.text} label={file.path} />
      </Panel>
    </div>
  );
}

function NumberedText({ text, label }: { text: string; label: string }) {
  const lines = text.replace(/\n$/, "").split("\n");
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: long files scroll, also by keyboard.
      tabIndex={0}
      className="max-h-[70dvh] overflow-auto py-2 font-mono text-xs leading-5"
    >
      {lines.map((line, index) => (
        // The number of a line is what it is.
        <div key={index} className="flex hover:bg-hover">
          <span aria-hidden="true" className="numeric w-12 shrink-0 pr-4 text-right text-faint select-none">
            {index + 1}
          </span>
          <code className="pr-4 whitespace-pre">{line || " "}</code>
        </div>
      ))}
    </section>
  );
}
