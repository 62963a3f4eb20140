"use client";

import type { ReactNode } from "react";
import { UiIntlProvider } from "../i18n/intl-provider.tsx";
import type { Locale } from "../i18n/locales.ts";
import type { Messages } from "../i18n/messages.ts";
import { RenderedAtContext } from "../live/use-now.ts";
import { ToastProvider } from "../primitives/toast.tsx";
import { TooltipProvider } from "../primitives/tooltip.tsx";
import type { Theme } from "../theme/themes.ts";
import { ThemeProvider } from "./preferences.tsx";

/** What every page needs, signed in or not. */
export function Providers({
  locale,
  messages,
  theme,
  timeZone,
  renderedAt,
  children,
}: {
  locale: Locale;
  messages: Messages;
  theme: Theme;
  timeZone: string;
  renderedAt: number;
  children: ReactNode;
}) {
  return (
    <UiIntlProvider locale={locale} messages={messages} timeZone={timeZone}>
      <RenderedAtContext value={renderedAt}>
        <ThemeProvider initial={theme}>
          <TooltipProvider delayDuration={300}>
            <ToastProvider>{children}</ToastProvider>
          </TooltipProvider>
        </ThemeProvider>
      </RenderedAtContext>
    </UiIntlProvider>
  );
}
