/** @type {import("next").NextConfig} */
const config = {
  // `.next/standalone` is what the one-file executable carries; `npm start` runs from the checkout.
  output: "standalone",
  // No image is resized on the server, and so the 19 MB of sharp stay out.
  images: { unoptimized: true },
  // Native addons and the code that loads them are required at run time, never bundled.
  serverExternalPackages: ["better-sqlite3", "node-pty", "@prisma/adapter-better-sqlite3"],
  // Said here because Next would otherwise take a lockfile in a parent folder for the root.
  turbopack: { root: import.meta.dirname },
  outputFileTracingRoot: import.meta.dirname,
  outputFileTracingExcludes: {
    "*": [
      "data/**",
      ".dev/**",
      "dist/**",
      "node_modules/@img/**",
      "node_modules/better-sqlite3/deps/**",
      "node_modules/better-sqlite3/src/**",
      "node_modules/sharp/**",
      "node_modules/typescript/**",
    ],
  },
  // `npm run check` is where types are checked, tests included; a start should not fail for a test's type.
  typescript: { ignoreBuildErrors: true },
  // The dashboard names no vendor and shows no floating buttons of the framework, also while developing.
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
