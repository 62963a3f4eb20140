// Who may import whom, as a table. scripts/check-imports.mjs enforces it; ARCHITECTURE.md tells why.

/**
 * The layers, vocabulary first. A file may import its own layer and those named here; `pure` layers import no
 * `node:` module either. Tests (*.test.ts, *.test.tsx) are not shipped and may import any layer.
 */
export const LAYERS = {
  "lib/schema": { may: [], pure: true },
  "lib/core": { may: ["lib/schema"], pure: true },
  "lib/render": { may: ["lib/schema", "lib/core"], pure: true },
  "lib/keeper": { may: ["lib/schema"] },
  "lib/system": { may: ["lib/schema", "lib/keeper"] },
  "lib/control": { may: ["lib/schema"] },
  "lib/db": { may: ["lib/schema"] },
  "lib/ui": { may: ["lib/schema"] },
  "lib/supervisor": {
    may: ["lib/schema", "lib/core", "lib/render", "lib/system", "lib/control"],
  },
  "lib/panel": { may: ["lib/schema", "lib/core", "lib/render", "lib/control", "lib/db"] },
  "lib/api": { may: ["lib/schema", "lib/core", "lib/panel"] },
  "lib/server": { may: ["lib/schema", "lib/core", "lib/control", "lib/db", "lib/panel", "lib/api"] },
  app: { may: ["lib/schema", "lib/core", "lib/render", "lib/ui", "lib/panel", "lib/api"] },
  "lib/cli": {
    may: [
      "lib/schema",
      "lib/core",
      "lib/render",
      "lib/system",
      "lib/control",
      "lib/supervisor",
      "lib/db",
      "lib/panel",
    ],
  },
  // What only tests and tools are made of may look at everything.
  "lib/testing": { may: "anything", onlyForTests: true },
  e2e: { may: "anything", onlyForTests: true },
  scripts: { may: "anything", onlyForTests: true },
};

/** Modules that start processes or threads, and the only places that may import them. */
export const PROCESS_STARTERS = [
  {
    modules: ["node:child_process", "node:cluster", "node:worker_threads"],
    places: [/^lib\/system\//, /^lib\/testing\//, /^lib\/keeper\/.*\.test\.ts$/, /^e2e\//, /^scripts\//],
    words: "only lib/system, lib/testing, the keeper's tests, e2e and scripts start processes",
  },
  {
    modules: ["node-pty"],
    places: [/^lib\/server\//, /^e2e\//, /^scripts\//, /\.test\.ts$/],
    words: "only lib/server opens terminals",
  },
];

/** Packages that no file of the supervisor may reach, not even through others. */
export const NOT_IN_SUPERVISOR =
  /^(next|next-intl|react|react-dom|prisma|@prisma\/[^/]+|better-sqlite3|node-pty)(\/|$)/;

/** Calls that hand a string to a shell. */
export const SHELL_FUNCTIONS = ["exec", "execSync"];
export const SPAWN_FUNCTIONS = ["spawn", "spawnSync", "execFile", "execFileSync", "fork"];
export const SHELL_PROGRAM = /(^|\/)(sh|bash|dash|ash|zsh|ksh)$/;
export const PYTHON_SHELL =
  /\bos\.(system|popen)\s*\(|\bshell\s*=\s*True\b|\bsubprocess\.(getoutput|getstatusoutput)\s*\(/;

export function isTest(file) {
  return /\.test\.tsx?$/.test(file);
}

/** The layer of a file, or null for those that stand outside (the settings in the root folder). */
export function layerOf(file) {
  return Object.keys(LAYERS).find((layer) => file.startsWith(`${layer}/`)) ?? null;
}
