import { defineConfig } from "@playwright/test";

/** The journeys start their own Monban, each with its own data folder and ports: nothing is shared, not even a URL. */
export default defineConfig({
  testDir: "e2e/panel",
  outputDir: "test-results",
  workers: 1,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  reporter: "list",
  use: {
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
