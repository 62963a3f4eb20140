"use client";

import { useTranslations } from "next-intl";
import { useEffect, useMemo, useState } from "react";
import type { Problem } from "../../schema/problem.ts";
import { fieldErrors, patch, problemOf } from "../api-client.ts";
import type { OperationReply } from "../api-types.ts";
import { useShowRefused } from "../forms/use-show-refused.ts";
import { useLiveStore } from "../live/live-provider.tsx";
import { FieldErrorsContext } from "../primitives/field.tsx";
import { useSiteInView } from "../site/site-context.tsx";
import { ChangesBar } from "./changes-bar.tsx";
import { changesOf, draftOf, patchOf } from "./draft.ts";
import { EnvSection } from "./env-section.tsx";
import { GeneralSection } from "./general-section.tsx";
import { HealthSection } from "./health-section.tsx";
import { PoolSection } from "./pool-section.tsx";
import { RolloutSection } from "./rollout-section.tsx";
import type { SectionProps } from "./section-props.ts";
import { SourceSection } from "./source-section.tsx";
import { StaticSection } from "./static-section.tsx";

const sections = ["general", "source", "pool", "static", "health", "env", "rollout"] as const;

/** All settings in one form; nothing happens until Apply, and Apply says beforehand what it will do. */
export function SettingsTab() {
  const t = useTranslations("settings");
  const store = useLiveStore();
  const { site } = useSiteInView();
  // The settings the edit began on: a newer revision must not slip in unseen.
  const [base, setBase] = useState(site);
  const [draft, setDraft] = useState(() => draftOf(site));
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const changes = useMemo(() => changesOf(base, draft), [base, draft]);
  const dirty = changes.length > 0;
  useShowRefused(problem);

  useEffect(() => {
    if (dirty || site.revision === base.revision) return;
    setBase(site);
    setDraft(draftOf(site));
  }, [site, base, dirty]);

  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [dirty]);

  function start(from: typeof site): void {
    setBase(from);
    setDraft(draftOf(from));
    setProblem(null);
  }

  async function apply(): Promise<void> {
    setBusy(true);
    setProblem(null);
    try {
      const reply = await patch<OperationReply>(`/sites/${base.id}`, patchOf(base, draft), {
        ifMatch: base.revision,
      });
      if (reply.operation) store.putOperation(reply.operation);
      if (reply.site) {
        store.putSite(reply.site);
        start(reply.site);
      }
      window.scrollTo({ top: 0 });
    } catch (error) {
      setProblem(problemOf(error));
    }
    setBusy(false);
  }

  const props: SectionProps = { draft, set: (change) => setDraft((now) => ({ ...now, ...change })) };
  return (
    <FieldErrorsContext value={fieldErrors(problem)}>
      <div className="grid items-start gap-x-8 lg:grid-cols-[11rem_minmax(0,44rem)]">
        <nav aria-label={t("sections")} className="sticky top-17 hidden lg:block">
          <ul className="flex flex-col gap-0.5 text-sm">
            {sections.map((section) => (
              <li key={section}>
                <a
                  href={`#${section}`}
                  className="block rounded-md px-2.5 py-1 text-muted hover:bg-hover hover:text-text"
                >
                  {t(`section.${section}`)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <form
          className="flex min-w-0 flex-col gap-4"
          onSubmit={(event) => {
            event.preventDefault();
            if (dirty && !busy) void apply();
          }}
        >
          <GeneralSection {...props} name={site.name} />
          <SourceSection {...props} />
          <PoolSection {...props} />
          <StaticSection {...props} />
          <HealthSection {...props} />
          <EnvSection {...props} />
          <RolloutSection {...props} />
          <ChangesBar
            changes={changes}
            problem={problem}
            busy={busy}
            onDiscard={() => start(site)}
            stale={problem?.status === 412}
          />
        </form>
      </div>
    </FieldErrorsContext>
  );
}
