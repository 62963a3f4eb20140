"use client";

import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import type { Operation } from "../../schema/operation.ts";
import type { Problem } from "../../schema/problem.ts";
import type { ReleaseView } from "../../schema/site-view.ts";
import { del, get, post, problemOf } from "../api-client.ts";
import type { OperationReply } from "../api-types.ts";
import { useLiveStore } from "../live/live-provider.tsx";
import { useProblemText } from "../operation/problem-notice.tsx";
import { useToast } from "../primitives/toast.tsx";
import { ConfirmDialog, type Question } from "./confirm-dialog.tsx";

type Target = { id: string; name: string; domains: readonly string[] };

export type SiteActions = {
  reload(site: Target): Promise<Operation | null>;
  start(site: Target): Promise<Operation | null>;
  /** The ones below ask first. */
  restart(site: Target): void;
  stop(site: Target): void;
  rollBack(site: Target, release: { id: string; number: number }): void;
  /** Finds the release that served before `number` and goes back to it. */
  undo(site: Target, number: number): Promise<void>;
  remove(site: Target): void;
};

const ActionsContext = createContext<SiteActions | null>(null);

export function useSiteActions(): SiteActions {
  const actions = useContext(ActionsContext);
  if (!actions) throw new Error("SiteActionsProvider is missing above this component");
  return actions;
}

/** What can be done to a site, with the questions asked before it, for buttons, menus, the palette and keys alike. */
export function SiteActionsProvider({ children }: { children: ReactNode }) {
  const t = useTranslations("actions");
  const store = useLiveStore();
  const router = useRouter();
  const toast = useToast();
  const problemText = useProblemText();
  const [question, setQuestion] = useState<Question | null>(null);

  const tell = useCallback(
    (problem: Problem, title: string) => toast({ tone: "bad", text: title, detail: problemText(problem) }),
    [toast, problemText],
  );

  const begin = useCallback(
    async (call: () => Promise<OperationReply>): Promise<Operation | null> => {
      const { operation } = await call();
      if (operation) store.putOperation(operation);
      return operation ?? null;
    },
    [store],
  );

  const actions = useMemo<SiteActions>(() => {
    const act = (site: Target, verb: string, body?: unknown) =>
      begin(() => post<OperationReply>(`/sites/${site.id}/${verb}`, body));

    async function atOnce(
      site: Target,
      verb: "reloads" | "starts",
      title: string,
    ): Promise<Operation | null> {
      try {
        return await act(site, verb);
      } catch (error) {
        tell(problemOf(error), title);
        return null;
      }
    }

    const rollBack: SiteActions["rollBack"] = (site, release) =>
      setQuestion({
        title: t("rollbackTitle", { site: site.name, release: release.number }),
        text: t("rollbackText", { release: release.number }),
        confirm: t("rollbackConfirm", { release: release.number }),
        danger: false,
        run: () => act(site, "rollbacks", { releaseId: release.id }),
      });

    return {
      reload: (site) => atOnce(site, "reloads", t("reloadFailed", { site: site.name })),
      start: (site) => atOnce(site, "starts", t("startFailed", { site: site.name })),
      restart: (site) =>
        setQuestion({
          title: t("restartTitle", { site: site.name }),
          text: t("restartText", { domains: site.domains.join(", ") }),
          confirm: t("restartConfirm"),
          danger: true,
          run: () => act(site, "restarts"),
        }),
      stop: (site) =>
        setQuestion({
          title: t("stopTitle", { site: site.name }),
          text: t("stopText", { domains: site.domains.join(", ") }),
          confirm: t("stopConfirm"),
          danger: true,
          run: () => act(site, "stops"),
        }),
      rollBack,
      async undo(site, number) {
        try {
          const { data } = await get<{ data: ReleaseView[] }>(`/sites/${site.id}/releases?limit=50`);
          const former = data
            .filter((release) => release.number < number && release.result === "succeeded" && release.kept)
            .sort((a, b) => b.number - a.number)[0];
          if (former) rollBack(site, former);
          else toast({ tone: "warn", text: t("nothingToUndo", { site: site.name }) });
        } catch (error) {
          tell(problemOf(error), t("undoFailed", { site: site.name }));
        }
      },
      remove: (site) =>
        setQuestion({
          title: t("removeTitle", { site: site.name }),
          text: t("removeText", { domains: site.domains.join(", ") }),
          confirm: t("removeConfirm", { site: site.name }),
          danger: true,
          choice: { label: t("purgeLabel"), hint: t("purgeHint", { site: site.name }), typed: site.name },
          run: async (purge) => {
            const operation = await begin(() =>
              del<OperationReply>(`/sites/${site.id}${purge ? "?purge=true" : ""}`),
            );
            router.push("/sites");
            return operation;
          },
        }),
    };
  }, [t, begin, tell, toast, router]);

  return (
    <ActionsContext value={actions}>
      {children}
      <ConfirmDialog question={question} onClose={() => setQuestion(null)} />
    </ActionsContext>
  );
}
