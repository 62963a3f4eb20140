/** A whole Monban for each file of journeys: started once, set up in the browser, stopped at the end. */
import { test as base } from "@playwright/test";
import { type Stack, startStack } from "../../../lib/testing/start-stack.ts";

const START_DEADLINE_MS = 120_000;

export const test = base.extend<object, { stack: Stack }>({
  stack: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern.
    async ({}, use) => {
      const stack = await startStack();
      await use(stack);
      await stack.stop();
    },
    { scope: "worker", timeout: START_DEADLINE_MS },
  ],
  baseURL: async ({ stack }, use) => use(stack.panelUrl),
  locale: "en-GB",
});

export { expect } from "@playwright/test";
