"use client";

import { useLocale, useTranslations } from "next-intl";
import { type Locale, locales } from "../i18n/locales.ts";
import { Panel } from "../primitives/panel.tsx";
import { Segmented } from "../primitives/segmented.tsx";
import { PageHeader } from "../shell/page-header.tsx";
import { localeNames, useChangeLocale, useTheme } from "../shell/preferences.tsx";
import { type Theme, themes } from "../theme/themes.ts";
import { PasswordPanel } from "./password-panel.tsx";
import { SessionsPanel } from "./sessions-panel.tsx";
import { TokensPanel } from "./tokens-panel.tsx";

export function AccountPage({ username }: { username: string }) {
  const t = useTranslations("account");
  const tn = useTranslations("nav");
  return (
    <div className="max-w-4xl">
      <PageHeader title={tn("settings")} text={t("signedInAs", { user: username })} />
      <div className="flex flex-col gap-4">
        <Appearance />
        <PasswordPanel username={username} />
        <SessionsPanel />
        <TokensPanel />
      </div>
    </div>
  );
}

function Appearance() {
  const t = useTranslations("account");
  const ts = useTranslations("shell");
  const locale = useLocale();
  const change = useChangeLocale();
  const { theme, setTheme } = useTheme();
  return (
    <Panel title={t("appearance")} note={t("thisBrowser")}>
      <div className="flex flex-wrap gap-x-10 gap-y-4">
        <div className="flex flex-col gap-1.5">
          <p className="text-sm font-medium">{ts("language")}</p>
          <Segmented<Locale>
            label={ts("language")}
            value={locale}
            onChange={change}
            options={locales.map((value) => ({
              value,
              label: <span lang={value}>{localeNames[value]}</span>,
            }))}
          />
        </div>
        <div className="flex flex-col gap-1.5">
          <p className="text-sm font-medium">{ts("theme")}</p>
          <Segmented<Theme>
            label={ts("theme")}
            value={theme}
            onChange={setTheme}
            options={themes.map((value) => ({ value, label: ts(`themes.${value}`) }))}
          />
        </div>
      </div>
    </Panel>
  );
}
