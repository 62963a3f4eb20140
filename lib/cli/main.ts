/** One program, many roles: what it is told first decides which. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { VERSION } from "../schema/version.ts";
import { orWhyAway } from "./ask-supervisor.ts";
import { databaseHelp } from "./database-help.ts";
import { down } from "./down.ts";
import { findInstance } from "./find-instance.ts";
import { SettingError, upHelp } from "./settings.ts";
import { site, siteHelp } from "./site.ts";
import { status } from "./status.ts";
import { up } from "./up.ts";

const help = `Monban ${VERSION}: nginx in front, gunicorn behind, reloads that cannot take a site down.

Usage: monban COMMAND [options]

  up                          start everything in the foreground (npm start does this)
  down                        stop everything, letting requests finish
  status [--json]             is everything fine, and if not, where?
  site list|reload|restart|rollback|releases|workers
  token create --name NAME --scope SCOPE     a token for scripts, shown once
  user reset-password [NAME]  a new password for an admin, without signing in
  version

Every command takes --data DIR (default: MONBAN_DATA, ./data, /var/lib/monban) and --help.
`;

/** Commands that open the panel's database; loaded only when asked for, because they bring Prisma along. */
const databaseCommands = ["token", "user"];

async function main(argv: string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (command === undefined || command === "help" || command === "--help" || command === "-h") {
    process.stdout.write(help);
    return 0;
  }
  if (command === "version" || command === "--version") {
    process.stdout.write(`${VERSION}\n`);
    return 0;
  }
  if (command === "up") {
    if (rest.includes("--help")) {
      process.stdout.write(upHelp);
      return 0;
    }
    return up(rest, { root: dirname(fileURLToPath(import.meta.url)), version: VERSION });
  }
  const { values, positionals } = parseRest(rest);
  if (values.help) {
    process.stdout.write(
      command === "site" ? siteHelp : databaseCommands.includes(command) ? databaseHelp : help,
    );
    return 0;
  }
  if (command === "down") return down(await findInstance(values.data));
  if (command === "status" || command === "site") {
    const instance = await findInstance(values.data);
    return orWhyAway(
      instance,
      command === "status" ? status(instance, { json: values.json ?? false }) : site(instance, positionals),
    );
  }
  if (databaseCommands.includes(command)) {
    const { databaseCommand } = await import("./database-command.ts");
    return databaseCommand(await findInstance(values.data), [command, ...positionals], values);
  }
  throw new SettingError(`There is no command ${command}.\n\n${help}`);
}

function parseRest(rest: string[]) {
  try {
    return parseArgs({
      args: rest,
      allowPositionals: true,
      options: {
        data: { type: "string" },
        json: { type: "boolean" },
        help: { type: "boolean" },
        name: { type: "string" },
        scope: { type: "string", multiple: true },
        expires: { type: "string" },
      },
    });
  } catch (cause) {
    throw new SettingError(`${cause instanceof Error ? cause.message : String(cause)}\n\n${help}`);
  }
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (cause) => {
    const text = cause instanceof Error ? cause.message : String(cause);
    process.stderr.write(`${text}\n`);
    process.exit(cause instanceof SettingError ? 2 : 1);
  },
);
