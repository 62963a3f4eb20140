"use client";

import { Languages, Monitor, Moon, Sun } from "lucide-react";
import { useRouter } from "next/navigation";
import { useLocale, useTranslations } from "next-intl";
import { createContext, type ReactNode, useCallback, useContext, useState } from "react";
import { type Locale, localeCookie, locales } from "../i18n/locales.ts";
import { Button } from "../primitives/button.tsx";
import { Menu, MenuContent, MenuRadio, MenuRadioGroup, MenuTrigger } from "../primitives/menu.tsx";
import { rememberPreference } from "../theme/preference.ts";
import { type Theme, themeCookie, themes } from "../theme/themes.ts";

const ThemeContext = createContext<{ theme: Theme; setTheme: (theme: Theme) => void }>({
  theme: "system",
  setTheme: () => {},
});

export function ThemeProvider({ initial, children }: { initial: Theme; children: ReactNode }) {
  const [theme, set] = useState(initial);
  const setTheme = useCallback((next: Theme) => {
    document.documentElement.dataset.theme = next;
    rememberPreference(themeCookie, next);
    set(next);
  }, []);
  return <ThemeContext value={{ theme, setTheme }}>{children}</ThemeContext>;
}

export function useTheme() {
  return useContext(ThemeContext);
}

/** Changes the language of this browser; the server renders the page again in it. */
export function useChangeLocale(): (locale: Locale) => void {
  const router = useRouter();
  return useCallback(
    (locale) => {
      rememberPreference(localeCookie, locale);
      router.refresh();
    },
    [router],
  );
}

/** Each language is written in itself. */
export const localeNames: Record<Locale, string> = { en: "English", ja: "日本語" };

export const themeIcons = { system: Monitor, light: Sun, dark: Moon } as const;

export function LanguageMenu() {
  const t = useTranslations("shell");
  const locale = useLocale();
  const change = useChangeLocale();
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button look="quiet" size="md">
          <Languages />
          <span className="sr-only">{t("language")}</span>
          <span className="hidden sm:inline">{localeNames[locale]}</span>
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuRadioGroup value={locale} onValueChange={(value) => change(value as Locale)}>
          {locales.map((one) => (
            <MenuRadio key={one} value={one}>
              <span lang={one}>{localeNames[one]}</span>
            </MenuRadio>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}

export function ThemeMenu() {
  const t = useTranslations("shell");
  const { theme, setTheme } = useTheme();
  const Icon = themeIcons[theme];
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button look="quiet" size="icon" aria-label={t("theme")}>
          <Icon />
        </Button>
      </MenuTrigger>
      <MenuContent>
        <MenuRadioGroup value={theme} onValueChange={(value) => setTheme(value as Theme)}>
          {themes.map((one) => (
            <MenuRadio key={one} value={one}>
              {t(`themes.${one}`)}
            </MenuRadio>
          ))}
        </MenuRadioGroup>
      </MenuContent>
    </Menu>
  );
}
