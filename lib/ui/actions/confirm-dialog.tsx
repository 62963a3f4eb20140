"use client";

import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useState } from "react";
import type { Problem } from "../../schema/problem.ts";
import { problemOf } from "../api-client.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Button } from "../primitives/button.tsx";
import { Dialog } from "../primitives/dialog.tsx";
import { Field } from "../primitives/field.tsx";
import { Input } from "../primitives/input.tsx";
import { Switch } from "../primitives/switch.tsx";

export type Question = {
  title: string;
  /** Names what will be lost or interrupted. */
  text: ReactNode;
  confirm: string;
  danger: boolean;
  /** Something more that may go; the word in `typed` must then be written by hand. */
  choice?: { label: string; hint: string; typed: string };
  run: (chosen: boolean) => Promise<unknown>;
};

/** Asks before something is lost; a refusal is shown here, where the hand still is. */
export function ConfirmDialog({ question, onClose }: { question: Question | null; onClose: () => void }) {
  const t = useTranslations("common");
  const ta = useTranslations("actions");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState(false);
  const [typed, setTyped] = useState("");
  const [shown, setShown] = useState(question);
  useEffect(() => {
    if (!question) return;
    setShown(question);
    setProblem(null);
    setBusy(false);
    setChosen(false);
    setTyped("");
  }, [question]);
  const mayGo = !chosen || typed === shown?.choice?.typed;
  return (
    <Dialog
      open={question !== null}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title={shown?.title ?? ""}
      description={shown?.text}
      footer={
        <>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button
            look={shown?.danger ? "danger" : "primary"}
            disabled={busy || !mayGo}
            onClick={async () => {
              if (!shown) return;
              setBusy(true);
              setProblem(null);
              try {
                await shown.run(chosen);
                onClose();
              } catch (error) {
                setProblem(problemOf(error));
              }
              setBusy(false);
            }}
          >
            {shown?.confirm}
          </Button>
        </>
      }
    >
      {shown?.choice ? (
        <div className="flex flex-col gap-3">
          <div className="flex items-start gap-3">
            <Switch
              checked={chosen}
              onCheckedChange={setChosen}
              aria-label={shown.choice.label}
              className="mt-0.5"
            />
            <div>
              <p className="font-medium">{shown.choice.label}</p>
              <p className="text-sm text-muted">{shown.choice.hint}</p>
            </div>
          </div>
          {chosen ? (
            <Field label={ta("typeToConfirm", { word: shown.choice.typed })}>
              {(control) => (
                <Input
                  {...control}
                  value={typed}
                  autoComplete="off"
                  spellCheck={false}
                  onChange={(event) => setTyped(event.target.value)}
                />
              )}
            </Field>
          ) : null}
        </div>
      ) : null}
      {problem ? <ProblemNotice problem={problem} className="mt-3" /> : null}
    </Dialog>
  );
}
