"use client";

import { Ellipsis, History, Play, RotateCw, Square, Trash2, Undo2 } from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { type ReactNode, useEffect, useMemo, useRef } from "react";
import type { JournalEvent } from "../../schema/event.ts";
import type { SiteView } from "../../schema/site-view.ts";
import { useSiteActions } from "../actions/site-actions.tsx";
import { cx } from "../cx.ts";
import { RelativeTime } from "../format/time.tsx";
import { useLive, useRunningOperation, useSite, useSiteObservation } from "../live/live-provider.tsx";
import { Button } from "../primitives/button.tsx";
import { Menu, MenuContent, MenuItem, MenuSeparator, MenuTrigger } from "../primitives/menu.tsx";
import { siteNow } from "../status/site-now.ts";
import { SiteMark, StateMark } from "../status/status-mark.tsx";
import { DomainLinks } from "./domain-links.tsx";
import { OperationInPlace } from "./operation-in-place.tsx";
import { SiteContext, type SiteInView } from "./site-context.tsx";

const tabs = ["overview", "workers", "releases", "logs", "config", "settings", "activity"] as const;

/** What every tab of a site shares: who it is, how it is, what can be done, and what is being done. */
export function SiteFrame({
  initial,
  events,
  children,
}: {
  initial: SiteView;
  /** Newest first. */
  events: readonly JournalEvent[];
  children: ReactNode;
}) {
  const site = useSite(initial.id) ?? initial;
  const seen = useSiteObservation(initial.id);
  const streamed = useLive((state) => state.events);
  const all = useMemo(() => {
    const bySeq = new Map(
      [...events, ...streamed.filter((event) => event.siteId === initial.id)].map((e) => [e.seq, e]),
    );
    return [...bySeq.values()].sort((a, b) => b.seq - a.seq);
  }, [events, streamed, initial.id]);
  const value = useMemo<SiteInView>(
    () => ({ site, now: siteNow(site, seen), events: all }),
    [site, seen, all],
  );
  return (
    <SiteContext value={value}>
      <Header site={site} now={value.now} />
      <Tabs siteId={site.id} />
      <OperationInPlace siteId={site.id} />
      {children}
    </SiteContext>
  );
}

function Header({ site, now }: Pick<SiteInView, "site" | "now">) {
  const t = useTranslations("site");
  const ta = useTranslations("actions");
  const actions = useSiteActions();
  const running = useRunningOperation(site.id);
  const stopped = site.wanted === "stopped";
  const passing = now.state === "starting" || now.state === "stopping" || now.state === "draining";
  return (
    <header className="mb-3 flex flex-wrap items-start gap-x-6 gap-y-3">
      <div className="min-w-0 flex-1 basis-80">
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
          <h1 className="truncate text-2xl font-semibold tracking-tight">{site.name}</h1>
          <span className="flex items-center gap-2" aria-live="polite">
            {passing ? <StateMark state={now.state} /> : <SiteMark site={now} />}
          </span>
          <span className="numeric text-muted">
            {now.release ? (
              <Link href={`/sites/${site.id}/releases`} className="underline-offset-4 hover:underline">
                {t("release", { number: now.release.number })}
                {now.release.createdAt ? (
                  <>
                    {" · "}
                    <RelativeTime at={now.release.createdAt} />
                  </>
                ) : null}
              </Link>
            ) : (
              t("noRelease")
            )}
          </span>
        </div>
        <div className="mt-1">
          <DomainLinks domains={site.domains} />
        </div>
      </div>
      <div className="flex gap-2">
        {stopped ? (
          <Button look="primary" disabled={running !== undefined} onClick={() => void actions.start(site)}>
            <Play />
            {ta("start")}
          </Button>
        ) : (
          <Button look="primary" disabled={running !== undefined} onClick={() => void actions.reload(site)}>
            <RotateCw />
            {ta("reload")}
          </Button>
        )}
        <MoreMenu site={site} stopped={stopped} release={now.release?.number} />
      </div>
      <Reason now={now} />
    </header>
  );
}

/** Why it is not healthy, and settings that wait. */
function Reason({ now }: { now: SiteInView["now"] }) {
  const t = useTranslations("site");
  const bad = now.health === "down" || now.quarantine !== null;
  const lines = [
    now.quarantine ? t("quarantined", { reason: now.quarantine.reason }) : null,
    !now.quarantine && now.health !== "healthy" ? now.reason : null,
    now.pending ? t("pending", { reason: now.pending.reason }) : null,
  ].filter((line) => line !== null);
  if (lines.length === 0) return null;
  return (
    <div
      className={cx(
        "w-full rounded-xl px-4 py-2.5",
        bad ? "bg-bad-soft" : now.health === "stopped" ? "bg-sunken" : "bg-warn-soft",
      )}
    >
      {lines.map((line) => (
        <p key={line} className="break-words">
          {line}
        </p>
      ))}
    </div>
  );
}

function MoreMenu({
  site,
  stopped,
  release,
}: {
  site: SiteView;
  stopped: boolean;
  release: number | undefined;
}) {
  const t = useTranslations("actions");
  const actions = useSiteActions();
  const router = useRouter();
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button size="icon" aria-label={t("actions")}>
          <Ellipsis />
        </Button>
      </MenuTrigger>
      <MenuContent>
        {stopped ? null : (
          <>
            <MenuItem onSelect={() => actions.restart(site)}>
              <RotateCw />
              {t("restart")}
            </MenuItem>
            <MenuItem onSelect={() => actions.stop(site)}>
              <Square />
              {t("stop")}
            </MenuItem>
          </>
        )}
        {release !== undefined && release > 1 ? (
          <MenuItem onSelect={() => void actions.undo(site, release)}>
            <Undo2 />
            {t("rollBackToFormer")}
          </MenuItem>
        ) : null}
        <MenuItem onSelect={() => router.push(`/sites/${site.id}/releases`)}>
          <History />
          {t("chooseRelease")}
        </MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => actions.remove(site)}>
          <Trash2 />
          {t("removeMenu")}
        </MenuItem>
      </MenuContent>
    </Menu>
  );
}

function Tabs({ siteId }: { siteId: string }) {
  const t = useTranslations("site");
  const path = usePathname();
  const list = useRef<HTMLUListElement>(null);
  // On a narrow screen the tab that is open may lie outside of what can be seen.
  // Another path is another tab.
  useEffect(() => {
    list.current
      ?.querySelector('[aria-current="page"]')
      ?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [path]);
  return (
    <nav aria-label={t("tabs")} className="scroll-x -mx-4 mb-4 border-b border-line px-4 sm:mx-0 sm:px-0">
      <ul ref={list} className="flex gap-5">
        {tabs.map((tab) => {
          const href = tab === "overview" ? `/sites/${siteId}` : `/sites/${siteId}/${tab}`;
          const current = path === href;
          return (
            <li key={tab}>
              <Link
                href={href}
                aria-current={current ? "page" : undefined}
                className={cx(
                  "-mb-px flex h-9 items-center border-b-2 whitespace-nowrap outline-offset-[-2px] transition-colors",
                  current
                    ? "border-accent font-medium text-text"
                    : "border-transparent text-muted hover:text-text",
                )}
              >
                {t(`tab.${tab}`)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
