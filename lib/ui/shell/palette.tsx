"use client";

import { CornerDownLeft, FileText, Play, Plus, RotateCw, Search } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Dialog } from "radix-ui";
import { type KeyboardEvent, type ReactNode, useId, useMemo, useState } from "react";
import { useSiteActions } from "../actions/site-actions.tsx";
import { cx } from "../cx.ts";
import { HealthShape } from "../status/status-mark.tsx";
import { useSitesNow } from "../status/use-site-now.ts";
import { pages } from "./navigation.ts";

type Entry = {
  id: string;
  group: "sites" | "actions" | "pages";
  label: string;
  icon: ReactNode;
  run: () => void;
};

const MAX_ENTRIES = 40;

/** ⌘K: every site, every action on it, every page, by a few letters. */
export function Palette({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("palette");
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed top-[12dvh] left-1/2 z-50 flex max-h-[70dvh] w-[calc(100vw-2rem)] max-w-xl -translate-x-1/2 flex-col overflow-hidden rounded-xl border border-line bg-raised shadow-raised outline-none"
        >
          <Dialog.Title className="sr-only">{t("title")}</Dialog.Title>
          <PaletteBody close={() => onOpenChange(false)} />
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function PaletteBody({ close }: { close: () => void }) {
  const t = useTranslations("palette");
  const listId = useId();
  const [text, setText] = useState("");
  const [picked, setPicked] = useState(0);
  const entries = useEntries();
  const found = useMemo(() => filterEntries(entries, text), [entries, text]);
  const index = Math.min(picked, Math.max(0, found.length - 1));

  function onKey(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const move = moves[event.key];
    if (move !== undefined && found.length > 0) {
      event.preventDefault();
      const next = (index + move + found.length) % found.length;
      setPicked(next);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      const entry = found[index];
      if (!entry) return;
      close();
      entry.run();
    }
  }

  return (
    <>
      <div className="flex items-center gap-2.5 border-b border-line px-4">
        <Search className="size-4 text-faint" aria-hidden="true" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the palette is opened to type.
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={listId}
          aria-activedescendant={found.length > 0 ? `${listId}-${index}` : undefined}
          aria-label={t("title")}
          placeholder={t("placeholder")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setPicked(0);
          }}
          onKeyDown={onKey}
          autoComplete="off"
          spellCheck={false}
          className="h-12 min-w-0 flex-1 bg-transparent text-lg outline-none placeholder:text-faint"
        />
      </div>
      <div
        role="listbox"
        id={listId}
        aria-label={t("title")}
        className="min-h-0 flex-1 overflow-y-auto p-1.5"
      >
        {found.map((entry, position) => (
          <div key={entry.id} role="presentation">
            {entry.group !== found[position - 1]?.group ? (
              <p role="presentation" className="px-2.5 pt-2 pb-0.5 text-xs text-faint">
                {t(`group.${entry.group}`)}
              </p>
            ) : null}
            {/* biome-ignore lint/a11y/useKeyWithClickEvents: the input above handles the keys of the list. */}
            <div
              role="option"
              id={`${listId}-${position}`}
              tabIndex={-1}
              aria-selected={position === index}
              onPointerMove={() => setPicked(position)}
              onClick={() => {
                close();
                entry.run();
              }}
              className={cx(
                "flex h-9 cursor-pointer items-center gap-3 rounded-md px-2.5 [&_.lucide]:size-4 [&_.lucide]:text-muted",
                position === index && "bg-hover",
              )}
            >
              <span className="flex size-4 items-center justify-center">{entry.icon}</span>
              <span className="min-w-0 flex-1 truncate">{entry.label}</span>
              {position === index ? <CornerDownLeft className="!size-3.5" aria-hidden="true" /> : null}
            </div>
          </div>
        ))}
        {found.length === 0 ? <p className="px-3 py-6 text-center text-muted">{t("empty")}</p> : null}
      </div>
    </>
  );
}

function useEntries(): Entry[] {
  const t = useTranslations("palette");
  const tn = useTranslations("nav");
  const router = useRouter();
  const sites = useSitesNow();
  const actions = useSiteActions();
  return useMemo(() => {
    const open = (href: string) => () => router.push(href);
    const entries: Entry[] = sites.map((site) => ({
      id: site.id,
      group: "sites",
      label: site.name,
      icon: <HealthShape health={site.health} />,
      run: open(`/sites/${site.id}`),
    }));
    for (const site of sites) {
      if (site.state === "stopped")
        entries.push({
          id: `start-${site.id}`,
          group: "actions",
          label: t("start", { site: site.name }),
          icon: <Play />,
          run: () => {
            router.push(`/sites/${site.id}`);
            void actions.start(site);
          },
        });
      else
        entries.push({
          id: `reload-${site.id}`,
          group: "actions",
          label: t("reload", { site: site.name }),
          icon: <RotateCw />,
          run: () => {
            router.push(`/sites/${site.id}`);
            void actions.reload(site);
          },
        });
      entries.push({
        id: `logs-${site.id}`,
        group: "actions",
        label: t("logs", { site: site.name }),
        icon: <FileText />,
        run: open(`/sites/${site.id}/logs`),
      });
    }
    for (const page of pages)
      entries.push({
        id: page.name,
        group: "pages",
        label: tn(page.name),
        icon: <page.icon />,
        run: open(page.href),
      });
    entries.push({
      id: "new-site",
      group: "pages",
      label: tn("newSite"),
      icon: <Plus />,
      run: open("/sites/new"),
    });
    return entries;
  }, [sites, actions, router, t, tn]);
}

/** Every word must occur; without words, sites and pages are enough. */
function filterEntries(entries: Entry[], text: string): Entry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found =
    words.length === 0
      ? entries.filter((entry) => entry.group !== "actions")
      : entries.filter((entry) => words.every((word) => entry.label.toLowerCase().includes(word)));
  return found.slice(0, MAX_ENTRIES);
}
