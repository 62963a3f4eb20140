import { defineConfig } from "@playwright/test";

/**
 * All journeys share one Monban with the sample site, started before the first and stopped after the last; each makes
 * the sites it changes. Set-up comes first, because it happens once in the life of an installation.
 */
export default defineConfig({
  testDir: "e2e/panel",
  outputDir: "test-results",
  globalSetup: "./e2e/panel/support/start-and-stop.ts",
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: "list",
  projects: [
    { name: "set-up", testMatch: "set-up.spec.ts" },
    { name: "journeys", testIgnore: "set-up.spec.ts", dependencies: ["set-up"] },
  ],
  use: {
    locale: "en-GB",
    viewport: { width: 1440, height: 900 },
    actionTimeout: 20_000,
    navigationTimeout: 30_000,
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    video: "off",
    launchOptions: {
      // Nothing is downloaded: `npm test` finds or installs the system's Chromium and names it here.
      executablePath: process.env.MONBAN_CHROMIUM ?? "/usr/bin/chromium",
      args: [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
