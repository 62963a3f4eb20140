/** A page where the admin is signed in already, and the Monban it belongs to. */
import { test as base } from "@playwright/test";
import { type Monban, signInByApi, whereItRuns } from "./monban.ts";

export const test = base.extend<object, { monban: Monban }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern.
  monban: [async ({}, use) => use(await signInByApi(whereItRuns())), { scope: "worker" }],
  baseURL: async ({ monban }, use) => use(monban.panelUrl),
  storageState: async ({ monban }, use) => {
    const { hostname } = new URL(monban.panelUrl);
    const cookie = { ...monban.cookie, domain: hostname, path: "/", expires: -1 };
    await use({
      cookies: [{ ...cookie, httpOnly: true, secure: false, sameSite: "Strict" }],
      origins: [],
    });
  },
});

/** A page of somebody who has not signed in, as the first visitor meets it. */
export const testAsStranger = base.extend<object, { place: ReturnType<typeof whereItRuns> }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern.
  place: [async ({}, use) => use(whereItRuns()), { scope: "worker" }],
  baseURL: async ({ place }, use) => use(place.panelUrl),
});

export { expect } from "@playwright/test";
