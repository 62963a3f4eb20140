// Keeps prisma/migrations in step with prisma/schema.prisma, without Prisma's command line and its engine download.
//
//   node scripts/migration.mjs new <name>   writes the SQL that leads from the migrations to the schema
//   node scripts/migration.mjs check        exits with 2 when the two differ
//
// Prisma's warnings about lost data are not printed: read the SQL before you commit it.
import fs from "node:fs";
import path from "node:path";
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import { SchemaEngine } from "@prisma/schema-engine-wasm";

const USAGE = "usage: node scripts/migration.mjs new <name> | check";
const root = path.join(import.meta.dirname, "..");
const schemaFile = path.join(root, "prisma/schema.prisma");
const migrationsFolder = path.join(root, "prisma/migrations");
const lockFile = path.join(migrationsFolder, "migration_lock.toml");
const lockText = 'provider = "sqlite"\n';

const [command, name] = process.argv.slice(2);
if (command === "new" && /^[a-z][a-z0-9_]*$/.test(name ?? "")) await writeMigration(name);
else if (command === "check" && name === undefined) await check();
else {
  console.error(`${USAGE}\n<name> is made of small letters, digits and underscores.`);
  process.exit(1);
}

async function writeMigration(migrationName) {
  const change = await difference();
  if (!change) return console.log("the migrations already lead to prisma/schema.prisma");
  const time = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const folder = path.join(migrationsFolder, `${time}_${migrationName}`);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "migration.sql"), change);
  if (!fs.existsSync(lockFile)) fs.writeFileSync(lockFile, lockText);
  console.log(`wrote ${path.relative(root, folder)}/migration.sql`);
}

async function check() {
  const change = await difference();
  if (!change) return console.log("the migrations lead to prisma/schema.prisma");
  console.error(`prisma/schema.prisma and prisma/migrations differ. Missing:\n\n${change}`);
  console.error("Repair: npm run db:migration -- new <name>");
  process.exit(2);
}

/** The SQL that leads from the migrations to the schema, or null when they agree. */
async function difference() {
  // The engine reports its panics through this global, and needs it before it starts.
  globalThis.PRISMA_WASM_PANIC_REGISTRY = {
    set_message(message) {
      console.error(message);
    },
  };
  const engine = await SchemaEngine.new({ datamodels: undefined }, () => {}, inMemoryDatabase());
  const { exitCode, stdout } = await engine.diff({
    from: {
      tag: "migrations",
      baseDir: migrationsFolder,
      lockfile: { path: "migration_lock.toml", content: lockText },
      shadowDbInitScript: "",
      migrationDirectories: migrations(),
    },
    to: {
      tag: "schemaDatamodel",
      files: [{ path: schemaFile, content: fs.readFileSync(schemaFile, "utf8") }],
    },
    script: true,
    exitCode: true,
    shadowDatabaseUrl: null,
    filters: { externalTables: [], externalEnums: [] },
  });
  return exitCode === 0 ? null : stdout;
}

function migrations() {
  if (!fs.existsSync(migrationsFolder)) return [];
  const folders = fs.readdirSync(migrationsFolder, { withFileTypes: true }).filter((it) => it.isDirectory());
  return folders
    .map((folder) => folder.name)
    .sort()
    .map((folder) => ({
      path: folder,
      migrationFile: {
        path: "migration.sql",
        content: {
          tag: "ok",
          value: fs.readFileSync(path.join(migrationsFolder, folder, "migration.sql"), "utf8"),
        },
      },
    }));
}

function inMemoryDatabase() {
  const memory = new PrismaBetterSqlite3({ url: ":memory:" });
  return bindMigrationAwareSqlAdapterFactory({
    provider: memory.provider,
    adapterName: memory.adapterName,
    connect: async () => acceptScripts(await memory.connect()),
    connectToShadowDb: async () => acceptScripts(await memory.connectToShadowDb()),
  });
}

/** The engine sends whole scripts where the adapter takes one statement: those go to executeScript. */
function acceptScripts(connection) {
  const executeOne = connection.executeRaw.bind(connection);
  connection.executeRaw = async (query) => {
    if (query.args.length > 0) return executeOne(query);
    await connection.executeScript(query.sql);
    return 0;
  };
  return connection;
}
