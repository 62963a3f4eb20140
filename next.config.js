/** @type {import("next").NextConfig} */
const config = {
  // `.next/standalone` is what the one-file executable carries; `npm start` runs from the checkout.
  output: "standalone",
  // No image is resized on the server, and so the 19 MB of sharp stay out.
  images: { unoptimized: true },
  // Native addons and the code that loads them are required at run time, never bundled.
  serverExternalPackages: ["better-sqlite3", "node-pty", "@prisma/adapter-better-sqlite3"],
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
  // The dashboard names no vendor and shows no floating buttons of the framework, also while developing.
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
