/**
 * Lets a site's user write its data where the source belongs to root, and says when it could not even get there.
 * Only data paths are touched, and what was changed is told.
 */

import { closedGate, type Gate, pathsTo } from "../../core/reach.ts";
import { companionSuffixes, parentOf, type TreeEntry } from "../../core/release-files.ts";
import type { PersistentEntry } from "../../schema/release-files.ts";
import type { Account } from "../../system/system.ts";
import { StepFailure } from "../operations.ts";
import type { Place } from "./place.ts";
import { readTree } from "./read-tree.ts";
import { MAX_RUN_TIME_ENTRIES } from "./strays.ts";

/**
 * For a root-owned source when Monban is root; else it does nothing. A SQLite database needs its folder writable
 * too, because its journal is made beside it; the sticky bit keeps the other files of that folder from being removed.
 */
export async function grantPersistentAccess(args: {
  context: Place;
  source: string;
  user: Account;
  entries: Pick<PersistentEntry, "path" | "kind" | "location">[];
}): Promise<string[]> {
  const { context, source, user } = args;
  const { files, accounts } = context.system;
  if (!accounts.privileged || user.uid === 0 || (await files.stat(source))?.uid !== 0) return [];
  const notes: string[] = [];
  for (const { path, location } of args.entries.filter(({ location }) => location.startsWith(`${source}/`))) {
    const real = await files.realPath(location);
    // A link that leads out of the source is somebody else's decision.
    if (real !== null && !real.startsWith(`${source}/`)) continue;
    const at = real ?? location;
    const stat = await files.stat(at);
    if (/(^|\/)\.env(\.|$)/.test(path)) {
      if (stat?.kind === "file") notes.push(...(await letRead(at, stat)));
    } else if (stat?.kind === "directory") {
      notes.push(...(await giveFolder(at)));
    } else {
      if (stat?.kind === "file") notes.push(...(await giveFile(at)));
      notes.push(...(await openFolder(parentOf(at), path)));
    }
  }
  return notes;

  async function letRead(at: string, { gid, mode }: { gid: number; mode: number }): Promise<string[]> {
    if (gid === user.gid && mode & 0o040) return [];
    await files.ownInPlace(at, { gid: user.gid, mode: mode | 0o040 });
    return [`${at} can now be read by the group of ${user.name}.`];
  }

  async function giveFile(at: string): Promise<string[]> {
    let given = 0;
    for (const file of [at, ...companionSuffixes.map((suffix) => `${at}${suffix}`)]) {
      const stat = await files.stat(file);
      if (stat?.kind !== "file" || stat.uid === user.uid) continue;
      await files.ownInPlace(file, { uid: user.uid, gid: user.gid, mode: stat.mode | 0o600 });
      given += 1;
    }
    return given > 0 ? [`${at} now belongs to ${user.name}, who runs the site.`] : [];
  }

  async function giveFolder(at: string): Promise<string[]> {
    const tree = await readTree({
      system: context.system,
      root: at,
      maxEntries: MAX_RUN_TIME_ENTRIES,
      leaveOut: () => false,
    });
    let given = 0;
    for (const { path, kind } of [{ path: "", kind: "directory" } as TreeEntry, ...tree]) {
      const full = path === "" ? at : `${at}/${path}`;
      const stat = await files.stat(full);
      if (!stat || stat.uid === user.uid || (kind !== "file" && kind !== "directory")) continue;
      const needed = kind === "directory" ? 0o700 : 0o600;
      await files.ownInPlace(full, { uid: user.uid, gid: user.gid, mode: stat.mode | needed });
      given += 1;
    }
    return given > 0 ? [`${at} and what is in it now belong to ${user.name}, who runs the site.`] : [];
  }

  async function openFolder(at: string, path: string): Promise<string[]> {
    const stat = await files.stat(at);
    if (stat?.kind !== "directory" || stat.uid === user.uid) return [];
    const wanted = stat.mode | 0o1070;
    if (stat.gid === user.gid && stat.mode === wanted) return [];
    await files.ownInPlace(at, { gid: user.gid, mode: wanted });
    return [
      `In ${at} the group of ${user.name} may now make files, for the journal of ${path}; others' files there stay theirs.`,
    ];
  }
}

/** Rejects with the folder that is closed on the way to `path`, because nothing would work behind it. */
export async function requireReach(args: {
  context: Place;
  user: Account;
  path: string;
  purpose: string;
}): Promise<void> {
  const { context, user, path, purpose } = args;
  if (!context.system.accounts.privileged) return;
  const gates: Gate[] = [];
  for (const folder of pathsTo(path)) {
    const stat = await context.system.files.stat(folder);
    if (stat?.kind === "directory")
      gates.push({ path: folder, mode: stat.mode, uid: stat.uid, gid: stat.gid });
  }
  const closed = closedGate(gates, user);
  if (!closed) return;
  throw new StepFailure({
    code: "folder-closed",
    sentence: `The user ${user.name}, who runs the site, cannot get to ${path}, ${purpose}: ${closed.path} is closed to others.`,
    hint: `Move it to a folder that others may pass, such as one under /srv, or open the way with: chmod o+x ${closed.path}`,
  });
}
