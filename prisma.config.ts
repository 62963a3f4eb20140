import { defineConfig } from "prisma/config";

// Read by Prisma's command line only. The panel opens its database itself (lib/db), at the path that
// MONBAN_DATA gives, and applies the migrations when it starts.
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
});
