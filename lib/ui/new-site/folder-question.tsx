"use client";

import { CornerLeftUp, Folder, FolderCode } from "lucide-react";
import { useTranslations } from "next-intl";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import type { FolderListing, Inspection } from "../../schema/inspection.ts";
import type { Problem } from "../../schema/problem.ts";
import { fieldErrors, post, problemOf } from "../api-client.ts";
import { cx } from "../cx.ts";
import { useFetch } from "../live/use-fetch.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";
import { Field, FieldErrorsContext } from "../primitives/field.tsx";
import { Input } from "../primitives/input.tsx";
import { type Place, Question } from "./question.tsx";

/** Typing settles before folders are listed, ms. */
const SETTLE_MS = 150;

/** Where the code is: by typing with completion, or by walking through the folders. */
export function FolderQuestion({
  path,
  locked,
  onFound,
  ...place
}: Place & { path: string; locked: boolean; onFound: (inspection: Inspection) => void }) {
  const t = useTranslations("newSite");
  const [text, setText] = useState(path || "/");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);

  async function inspect(folder: string): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      onFound(await post<Inspection>("/inspections", { path: withoutSlash(folder) }));
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  }

  return (
    <Question {...place} title={t("folder")} summary={<code className="font-mono text-sm">{path}</code>}>
      <FieldErrorsContext value={fieldErrors(problem)}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy) void inspect(text);
          }}
        >
          <p className="mb-3 text-muted">{t("folderText")}</p>
          <FolderPicker text={text} onText={setText} locked={locked} />
          {problem && !problem.errors?.length ? <ProblemNotice problem={problem} className="mt-3" /> : null}
          <Button
            type="submit"
            look="primary"
            size="lg"
            className="mt-4"
            disabled={busy || text.trim().length < 2}
          >
            {busy ? t("looking") : t("look")}
          </Button>
        </form>
      </FieldErrorsContext>
    </Question>
  );
}

function FolderPicker({
  text,
  onText,
  locked,
}: {
  text: string;
  onText: (text: string) => void;
  locked: boolean;
}) {
  const t = useTranslations("newSite");
  const listId = useId();
  const { parent, beginning } = split(text);
  const settled = useSettled(parent);
  const { data, problem } = useFetch<FolderListing>(
    locked ? null : `/folders?path=${encodeURIComponent(settled)}`,
  );
  const [picked, setPicked] = useState(-1);
  const folders = (data?.folders ?? []).filter((folder) => folder.name.startsWith(beginning));
  const enter = (path: string) => {
    onText(path === "/" ? "/" : `${path}/`);
    setPicked(-1);
  };

  function onKey(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing || folders.length === 0) return;
    const chosen = folders[picked];
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = (picked + (event.key === "ArrowDown" ? 1 : -1) + folders.length) % folders.length;
      setPicked(next);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Tab" && !event.shiftKey && beginning !== "" && (chosen ?? folders[0])) {
      event.preventDefault();
      enter((chosen ?? folders[0])?.path ?? text);
    } else if (event.key === "Enter" && chosen) {
      event.preventDefault();
      enter(chosen.path);
    }
  }

  return (
    <div>
      <Field label={t("path")} hint={t("pathHint")} path="path">
        {(control) => (
          <Input
            {...control}
            role="combobox"
            aria-expanded={folders.length > 0}
            aria-controls={listId}
            aria-autocomplete="list"
            aria-activedescendant={picked >= 0 ? `${listId}-${picked}` : undefined}
            className="font-mono"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            readOnly={locked}
            value={text}
            onKeyDown={onKey}
            onChange={(event) => {
              onText(event.target.value);
              setPicked(-1);
            }}
          />
        )}
      </Field>
      {locked ? null : (
        <div className="mt-2 overflow-hidden rounded-lg border border-line">
          <div className="flex items-center gap-2 border-b border-line bg-sunken px-2 py-1 text-sm text-muted">
            <Button
              look="quiet"
              size="iconSm"
              aria-label={t("up")}
              disabled={!data?.parent}
              onClick={() => data?.parent && enter(data.parent)}
            >
              <CornerLeftUp />
            </Button>
            <code className="min-w-0 flex-1 truncate font-mono text-xs">{data?.path ?? settled}</code>
          </div>
          <div
            role="listbox"
            id={listId}
            aria-label={t("foldersIn", { path: data?.path ?? settled })}
            className="h-56 overflow-y-auto p-1"
          >
            {folders.map((folder, index) => (
              // biome-ignore lint/a11y/useKeyWithClickEvents: the field above handles the keys of the list.
              <div
                key={folder.path}
                id={`${listId}-${index}`}
                role="option"
                tabIndex={-1}
                aria-selected={index === picked}
                onClick={() => enter(folder.path)}
                className={cx(
                  "flex h-8 cursor-pointer items-center gap-2.5 rounded-md px-2 hover:bg-hover",
                  index === picked && "bg-hover",
                )}
              >
                {folder.looksLikeApp ? (
                  <FolderCode className="size-4 text-accent" aria-hidden="true" />
                ) : (
                  <Folder className="size-4 text-faint" aria-hidden="true" />
                )}
                <span className="min-w-0 flex-1 truncate font-mono text-sm">{folder.name}</span>
                {folder.looksLikeApp ? <Badge tone="accent">{t("looksLikeApp")}</Badge> : null}
              </div>
            ))}
            {data && folders.length === 0 ? <p className="px-2 py-3 text-muted">{t("noFolders")}</p> : null}
            {problem ? (
              <p className="px-2 py-3 text-muted">{problem.errors?.[0]?.message ?? problem.detail}</p>
            ) : null}
          </div>
        </div>
      )}
    </div>
  );
}

/** "/srv/sh" is the folder /srv and the beginning of a name. */
function split(text: string): { parent: string; beginning: string } {
  const cut = text.lastIndexOf("/");
  if (cut < 0) return { parent: "/", beginning: text };
  return { parent: text.slice(0, cut) || "/", beginning: text.slice(cut + 1) };
}

function withoutSlash(path: string): string {
  const trimmed = path.trim();
  return trimmed.length > 1 ? trimmed.replace(/\/+$/, "") : trimmed;
}

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), SETTLE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
