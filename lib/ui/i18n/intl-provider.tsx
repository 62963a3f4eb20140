"use client";

import { IntlProvider } from "next-intl";
import type { ReactNode } from "react";
import type { Locale } from "./locales.ts";
import type { Messages } from "./messages.ts";

/** Gives the texts to all client components. The time zone is the server's until the browser has taken over. */
export function UiIntlProvider({
  locale,
  messages,
  timeZone,
  children,
}: {
  locale: Locale;
  messages: Messages;
  timeZone: string;
  children: ReactNode;
}) {
  return (
    <IntlProvider locale={locale} messages={messages} timeZone={timeZone}>
      {children}
    </IntlProvider>
  );
}
