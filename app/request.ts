/** What the pages know of a request: preferences, who is asking, and the API answered in process. */

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { createTranslator } from "next-intl";
import { getPanel } from "../lib/panel/instance.ts";
import type { Viewer } from "../lib/schema/account.ts";
import type { Problem } from "../lib/schema/problem.ts";
import type { Loaded } from "../lib/ui/api-types.ts";
import { isLocale, type Locale, localeCookie, preferredLocale } from "../lib/ui/i18n/locales.ts";
import { loadMessages } from "../lib/ui/i18n/messages.ts";
import { isTheme, type Theme, themeCookie } from "../lib/ui/theme/themes.ts";

export async function requestPreferences(): Promise<{ locale: Locale; theme: Theme }> {
  const [jar, head] = await Promise.all([cookies(), headers()]);
  const locale = jar.get(localeCookie)?.value;
  const theme = jar.get(themeCookie)?.value;
  return {
    locale: isLocale(locale) ? locale : preferredLocale(head.get("accept-language")),
    theme: isTheme(theme) ? theme : "system",
  };
}

/** Texts for server components, such as page titles. */
export async function requestTexts() {
  const { locale } = await requestPreferences();
  return createTranslator({ locale, messages: await loadMessages(locale) });
}

/** The signed-in person; others are sent to set-up or sign-in. */
export async function requireViewer(): Promise<Viewer> {
  const panel = getPanel();
  if (await panel.needsSetup()) redirect("/setup");
  const viewer = await panel.session({ headers: await headers() });
  if (!viewer?.user) redirect("/sign-in");
  return viewer;
}

/**
 * Asks the REST API without a network: same checks and same shapes as the browser gets later. A refusal is a value,
 * so that a page can still show the rest.
 */
export async function load<T>(path: string): Promise<Loaded<T>> {
  const [head, { locale }] = await Promise.all([headers(), requestPreferences()]);
  const host = head.get("host") ?? "localhost";
  const request = new Request(`http://${host}/api/v1${path}`, {
    headers: { cookie: head.get("cookie") ?? "", accept: "application/json", "accept-language": locale },
  });
  const response = await getPanel().fetch(request);
  const text = await response.text();
  if (response.ok) return { ok: true, data: JSON.parse(text) as T };
  return { ok: false, problem: asProblem(text, response.status) };
}

/** The data, or the value to go on with when it could not be had. */
export async function loadOr<T, F>(path: string, fallback: F): Promise<T | F> {
  const answer = await load<T>(path);
  return answer.ok ? answer.data : fallback;
}

function asProblem(text: string, status: number): Problem {
  try {
    return JSON.parse(text) as Problem;
  } catch {
    return { type: "about:blank", title: "", status, code: "client-unexpected", detail: "" };
  }
}
