import "./globals.css";

import { GeistMono } from "geist/font/mono";
import { GeistSans } from "geist/font/sans";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { loadMessages } from "../lib/ui/i18n/messages.ts";
import { Providers } from "../lib/ui/shell/providers.tsx";
import { requestPreferences } from "./request.ts";

export const metadata: Metadata = {
  title: { default: "Monban", template: "%s · Monban" },
  icons: { icon: "/icon.svg" },
  robots: { index: false, follow: false },
};

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  colorScheme: "light dark",
};

/** Language and theme come with the request, so that the first paint is already right. */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const { locale, theme } = await requestPreferences();
  const messages = await loadMessages(locale);
  return (
    <html lang={locale} data-theme={theme} className={`${GeistSans.variable} ${GeistMono.variable}`}>
      <body>
        <Providers
          locale={locale}
          messages={messages}
          theme={theme}
          timeZone={Intl.DateTimeFormat().resolvedOptions().timeZone}
          renderedAt={Date.now()}
        >
          {children}
        </Providers>
      </body>
    </html>
  );
}
