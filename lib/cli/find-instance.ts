/** Finds the installation a command is about: by --data, MONBAN_DATA, or the usual folders. */

import { createHash } from "node:crypto";
import { access, lstat, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { instancePaths } from "../core/layout.ts";
import { type Instance, instanceSchema } from "../schema/instance.ts";
import { SettingError } from "./settings.ts";

/**
 * Reads the instance file of a Monban that is up here, or else of one that was; a SettingError tells where it looked.
 */
export async function findInstance(data: string | undefined): Promise<Instance> {
  const given = data ?? process.env.MONBAN_DATA;
  const candidates = given ? [resolve(given)] : [resolve("data"), "/var/lib/monban", resolve(".dev/data")];
  const found: Instance[] = [];
  for (const folder of candidates) {
    const hash = createHash("sha256").update(folder).digest("hex").slice(0, 12);
    for (const file of [`${folder}/run/instance.json`, `/tmp/monban-${hash}/instance.json`]) {
      const text = (await isOurs(file)) ? await readFile(file, "utf8").catch(() => null) : null;
      const parsed = text === null ? null : instanceSchema.safeParse(JSON.parse(text));
      if (parsed?.success) found.push(parsed.data);
    }
  }
  for (const instance of found) if (await hasKeeper(instance)) return instance;
  if (found[0]) return found[0];
  throw new SettingError(
    `No Monban was started on ${candidates.join(" or ")}. Start it with npm start, or name its folder with --data.`,
  );
}

/** In /tmp anybody may put a file of that name; only our own, or root's, is believed. */
async function isOurs(file: string): Promise<boolean> {
  const found = await lstat(file).catch(() => null);
  return found?.isFile() === true && (found.uid === process.getuid?.() || found.uid === 0);
}

/** The keeper removes its socket when it stops in order. */
function hasKeeper(instance: Instance): Promise<boolean> {
  return access(instancePaths(instance).keeperSocket).then(
    () => true,
    () => false,
  );
}
