"use client";

import { useTranslations } from "next-intl";
import { useState } from "react";
import type { ReleaseView, SiteView } from "../../schema/site-view.ts";
import { useSiteActions } from "../actions/site-actions.tsx";
import { Moment } from "../format/time.tsx";
import { useFormat } from "../format/use-format.ts";
import { Badge } from "../primitives/badge.tsx";
import { Button } from "../primitives/button.tsx";

/** One release: what it brought, how it went, and the way back to it. */
export function ReleaseRow({ site, release }: { site: SiteView; release: ReleaseView }) {
  const t = useTranslations("releases");
  const ta = useTranslations("actions");
  const format = useFormat();
  const actions = useSiteActions();
  const [open, setOpen] = useState(false);
  const mayReturn = release.kept && !release.current && release.result === "succeeded";
  return (
    <li className="border-t border-line px-4 py-2.5 first:border-t-0">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <span className="numeric w-10 text-base font-semibold">#{release.number}</span>
        <span className="flex w-28 gap-1.5">
          {release.current ? (
            <Badge tone="accent">{t("current")}</Badge>
          ) : release.result === "failed" ? (
            <Badge tone="bad">{t("failed")}</Badge>
          ) : release.result === "pending" ? (
            <Badge>{t("pending")}</Badge>
          ) : release.kept ? (
            <Badge tone="ok">{t("keptBadge")}</Badge>
          ) : (
            <Badge>{t("pruned")}</Badge>
          )}
        </span>
        <span className="min-w-0 flex-1 basis-52">
          <ChangeSummary release={release} open={open} onToggle={() => setOpen(!open)} />
        </span>
        <span className="numeric text-sm text-muted">
          {release.actor.name} · <Moment at={release.createdAt} />
          {release.durationMs === null ? null : ` · ${format.duration(release.durationMs)}`}
        </span>
        <span className="w-28 text-right">
          {mayReturn ? (
            <Button size="sm" onClick={() => actions.rollBack(site, release)}>
              {ta("rollBack")}
            </Button>
          ) : null}
        </span>
      </div>
      {open ? <ReleaseDetails release={release} /> : null}
      {release.strays.length > 0 ? <Strays release={release} /> : null}
    </li>
  );
}

function ChangeSummary({
  release,
  open,
  onToggle,
}: {
  release: ReleaseView;
  open: boolean;
  onToggle: () => void;
}) {
  const t = useTranslations("releases");
  const { changes } = release;
  const text =
    changes === null
      ? t("first", { files: release.files })
      : changes.added + changes.changed + changes.removed === 0
        ? t("unchanged")
        : t("changes", changes);
  return (
    <button
      type="button"
      aria-expanded={open}
      onClick={onToggle}
      className="rounded text-left decoration-dotted underline-offset-4 hover:underline"
    >
      {text}
    </button>
  );
}

function ReleaseDetails({ release }: { release: ReleaseView }) {
  const t = useTranslations("releases");
  const format = useFormat();
  return (
    <div className="mt-2 rounded-lg bg-sunken px-3 py-2 text-sm sm:ml-14">
      <p className="text-muted">
        {t("facts", {
          files: format.number(release.files),
          size: format.bytes(release.sizeBytes),
          environment: release.environment ?? "–",
        })}
      </p>
      {release.changedPaths.length > 0 ? (
        <ul className="mt-1.5 columns-1 font-mono text-xs leading-5 sm:columns-2">
          {release.changedPaths.map((path) => (
            <li key={path} className="break-all">
              {path}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}

/** Files written into the release at run time: they would be gone with it. */
function Strays({ release }: { release: ReleaseView }) {
  const t = useTranslations("releases");
  const format = useFormat();
  return (
    <div className="mt-2 rounded-lg bg-warn-soft px-3 py-2 text-sm sm:ml-14">
      <p className="font-medium text-warn">{t("strays", { count: release.strays.length })}</p>
      <ul className="mt-1 font-mono text-xs leading-5">
        {release.strays.map((stray) => (
          <li key={stray.path} className="break-all">
            {stray.path} <span className="text-muted">{format.bytes(stray.sizeBytes)}</span>{" "}
            {t(`change.${stray.change}`)}
          </li>
        ))}
      </ul>
      <p className="mt-1">{t("straysHint")}</p>
    </div>
  );
}
