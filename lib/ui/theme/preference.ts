/** Writes a preference of this browser; both cookies are plain words and no secrets. */
const YEAR_SECONDS = 365 * 24 * 3600;

export function rememberPreference(name: string, value: string): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox ESR and Safari 17.
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax`;
}
