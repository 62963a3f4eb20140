import { defineConfig } from "vitest/config";

const MINUTE_MS = 60_000;

/** Whole systems under load: one after the other, because they measure what fails while something is broken. */
const endToEnd = {
  pool: "forks",
  fileParallelism: false,
  maxWorkers: 1,
  testTimeout: 4 * MINUTE_MS,
  hookTimeout: 3 * MINUTE_MS,
  teardownTimeout: MINUTE_MS,
} as const;

// `npm test` runs the projects one by one (scripts/test.mjs); `npx vitest --project unit` runs one while you work.
// The deadlines only end what hangs: tests wait for conditions, and never for time.
export default defineConfig({
  test: {
    allowOnly: false,
    projects: [
      {
        test: {
          name: "unit",
          include: ["lib/**/*.test.{ts,tsx}", "scripts/**/*.test.ts", "app/**/*.test.{ts,tsx}"],
          pool: "forks",
          testTimeout: MINUTE_MS,
          hookTimeout: MINUTE_MS,
        },
      },
      { test: { name: "faults", include: ["e2e/faults/**/*.test.ts"], ...endToEnd } },
      { test: { name: "api", include: ["e2e/api/**/*.test.ts"], ...endToEnd } },
    ],
  },
});
