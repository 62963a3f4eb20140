"use client";

import { Menu as MenuIcon, Search, X } from "lucide-react";
import Link from "next/link";
import { usePathname, useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { Dialog } from "radix-ui";
import { type ReactNode, useState } from "react";
import { useSiteActions } from "../actions/site-actions.tsx";
import { cx } from "../cx.ts";
import { useSites } from "../live/live-provider.tsx";
import { Button } from "../primitives/button.tsx";
import { Kbd } from "../primitives/kbd.tsx";
import { countByHealth } from "../status/site-now.ts";
import { useSitesNow } from "../status/use-site-now.ts";
import { BrandMark } from "./brand.tsx";
import { HelpDialog } from "./help-dialog.tsx";
import { isWithin, pages, siteIdOf } from "./navigation.ts";
import { OperationToasts } from "./operation-toasts.tsx";
import { Palette } from "./palette.tsx";
import { LanguageMenu, ThemeMenu } from "./preferences.tsx";
import { ReachBanner } from "./reach-banner.tsx";
import { useShortcuts } from "./use-shortcuts.ts";
import { UserMenu } from "./user-menu.tsx";

/** What stays around every page: navigation, palette, preferences, and the truth about how fresh it all is. */
export function Shell({ username, children }: { username: string; children: ReactNode }) {
  const t = useTranslations("shell");
  const router = useRouter();
  const path = usePathname();
  const sites = useSites();
  const actions = useSiteActions();
  const [palette, setPalette] = useState(false);
  const [help, setHelp] = useState(false);
  const [drawer, setDrawer] = useState(false);

  useShortcuts({
    go: (key) => {
      const page = pages.find((one) => one.key === key);
      if (page) router.push(page.href);
      return page !== undefined;
    },
    reload: () => {
      const site = sites.find((one) => one.id === siteIdOf(path));
      if (site) void actions.reload(site);
    },
    help: () => setHelp(true),
    palette: () => setPalette((open) => !open),
  });

  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2"
      >
        {t("skip")}
      </a>
      <header className="sticky top-0 z-30 flex h-13 items-center gap-1 border-b border-line bg-bg/90 pr-2 pl-2 backdrop-blur-sm sm:pr-3 lg:pl-5">
        <Dialog.Root open={drawer} onOpenChange={setDrawer}>
          <Dialog.Trigger asChild>
            <Button look="quiet" size="icon" className="lg:hidden" aria-label={t("menu")}>
              <MenuIcon />
            </Button>
          </Dialog.Trigger>
          <Dialog.Portal>
            <Dialog.Overlay className="fixed inset-0 z-40 bg-black/40" />
            <Dialog.Content
              aria-describedby={undefined}
              className="fixed inset-y-0 left-0 z-50 w-64 border-r border-line bg-surface p-3 outline-none"
            >
              <div className="mb-3 flex items-center justify-between pl-2">
                <Dialog.Title className="font-semibold">{t("product")}</Dialog.Title>
                <Dialog.Close asChild>
                  <Button look="quiet" size="icon" aria-label={t("closeMenu")}>
                    <X />
                  </Button>
                </Dialog.Close>
              </div>
              <Navigation onGo={() => setDrawer(false)} />
            </Dialog.Content>
          </Dialog.Portal>
        </Dialog.Root>
        <Link
          href="/"
          className="flex items-center gap-2 rounded-md px-1 text-lg font-semibold tracking-tight"
        >
          <BrandMark className="size-5 text-accent" />
          {t("product")}
        </Link>
        <div className="ml-auto flex items-center gap-0.5">
          <Button
            look="plain"
            onClick={() => setPalette(true)}
            className="mr-1 text-muted max-sm:size-8 max-sm:border-transparent max-sm:bg-transparent max-sm:px-0"
          >
            <Search />
            <span className="max-sm:sr-only">{t("search")}</span>
            <span className="ml-2 hidden gap-1 sm:inline-flex" aria-hidden="true">
              <Kbd>⌘K</Kbd>
            </span>
          </Button>
          <LanguageMenu />
          <ThemeMenu />
          <UserMenu username={username} onHelp={() => setHelp(true)} />
        </div>
      </header>
      <ReachBanner />
      <div className="flex min-w-0 flex-1">
        <aside className="sticky top-13 hidden h-[calc(100dvh-3.25rem)] w-48 shrink-0 flex-col p-3 lg:flex">
          <Navigation />
        </aside>
        <main id="content" className="min-w-0 flex-1 px-4 pt-5 pb-16 sm:px-6 lg:pr-8 lg:pl-4">
          {children}
        </main>
      </div>
      <Palette open={palette} onOpenChange={setPalette} />
      <HelpDialog open={help} onOpenChange={setHelp} />
      <OperationToasts />
    </div>
  );
}

function Navigation({ onGo }: { onGo?: () => void }) {
  const t = useTranslations("nav");
  const path = usePathname();
  const counts = countByHealth(useSitesNow());
  const troubled = counts.degraded + counts.down;
  return (
    <nav aria-label={t("label")}>
      <ul className="flex flex-col gap-0.5">
        {pages.map((page) => {
          const current = isWithin(path, page.href);
          return (
            <li key={page.name}>
              <Link
                href={page.href}
                onClick={onGo}
                aria-current={current ? "page" : undefined}
                className={cx(
                  "flex h-8.5 items-center gap-2.5 rounded-md px-2.5 transition-colors",
                  current
                    ? "bg-accent-soft font-medium text-accent"
                    : "text-muted hover:bg-hover hover:text-text",
                )}
              >
                <page.icon className="size-4" aria-hidden="true" />
                {t(page.name)}
                {page.name === "sites" && troubled > 0 ? (
                  <span className="numeric ml-auto rounded bg-warn-soft px-1.5 text-xs font-medium text-warn">
                    <span aria-hidden="true">{troubled}</span>
                    <span className="sr-only">{t("troubled", { count: troubled })}</span>
                  </span>
                ) : null}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
