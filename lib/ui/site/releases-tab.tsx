"use client";

import { useTranslations } from "next-intl";
import type { ReleaseView } from "../../schema/site-view.ts";
import { useRunningOperation } from "../live/live-provider.tsx";
import { useFetch } from "../live/use-fetch.ts";
import { ProblemNotice } from "../operation/problem-notice.tsx";
import { Empty } from "../primitives/empty.tsx";
import { Panel } from "../primitives/panel.tsx";
import { Skeleton } from "../primitives/skeleton.tsx";
import { PersistentPanel } from "./persistent-panel.tsx";
import { ReleaseRow } from "./release-row.tsx";
import { useSiteInView } from "./site-context.tsx";

export function ReleasesTab() {
  const t = useTranslations("releases");
  const { site, now } = useSiteInView();
  const running = useRunningOperation(site.id);
  const { data, problem } = useFetch<{ data: ReleaseView[] }>(`/sites/${site.id}/releases?limit=100`, {
    key: `${now.release?.number}:${running?.id}`,
  });
  const releases = data?.data;
  return (
    <div className="flex flex-col gap-4">
      <Panel title={t("title")} note={t("kept", { count: site.rollout.keepReleases })} flush>
        {problem ? (
          <div className="px-4 pb-4">
            <ProblemNotice problem={problem} />
          </div>
        ) : releases === undefined ? (
          <div className="flex flex-col gap-2 px-4 pb-4">
            {["a", "b", "c"].map((key) => (
              <Skeleton key={key} className="h-12" />
            ))}
          </div>
        ) : releases.length === 0 ? (
          <Empty title={t("none")}>{t("noneText")}</Empty>
        ) : (
          <ol>
            {releases.map((release) => (
              <ReleaseRow key={release.id} site={site} release={release} />
            ))}
          </ol>
        )}
      </Panel>
      <PersistentPanel site={site} />
    </div>
  );
}
