/** Copies a source folder into a release, and again what changed meanwhile, until two looks agree. */
import {
  databaseOfCompanion,
  isLeftOutOfReleases,
  isSameFile,
  isWithin,
  largestTopFolder,
  MAX_RELEASE_BYTES,
  MAX_RELEASE_FILES,
  placeSymlink,
  type TreeEntry,
} from "../../core/release-files.ts";
import type { Manifest } from "../../schema/release-files.ts";
import type { Account } from "../../system/system.ts";
import { StepFailure } from "../operations.ts";
import type { Place } from "./place.ts";
import { readTree, TreeTooLarge } from "./read-tree.ts";

const COPIES_AT_ONCE = 16;
/** Looks at the source; a deployment that is still copying files gets this often to finish. */
const MAX_ROUNDS = 8;
const ROUND_PAUSE_MS = 250;
/** Left free on the disk after a release. */
const MIN_FREE_BYTES = 64 * 1024 ** 2;

/** What a half-written one of would break a site. Anything else that keeps changing is taken as it is. */
const CODE = /\.(py|pyx|so|html?|jinja2?|j2|txt|css|js|mjs|json|toml|ya?ml|cfg|ini|mo|po|sql|xml|svg)$/;

export type CopyArgs = {
  context: Place;
  siteName: string;
  source: string;
  folder: string;
  number: number;
  /** Relative paths that are data and are linked instead. */
  persistent: string[];
  /** Relative folders nginx reads; they become readable for it. */
  publicFolders: string[];
  user: Account;
  previous: Manifest | null;
  signal: AbortSignal;
};

/** `folder` is empty and Monban's alone. Rejects with a StepFailure when the source cannot be copied as a whole. */
export async function copySource(
  args: CopyArgs,
): Promise<{ manifest: Manifest; notes: string[]; bytes: number }> {
  const { context, folder, signal } = args;
  const copied = new Map<string, TreeEntry>();
  const notes: string[] = [];
  let changing: string[] = [];

  for (let round = 1; ; round += 1) {
    const tree = await lookAtSource(args);
    const present = new Set(tree.map(({ path }) => path));
    const gone = [...copied.keys()].filter((path) => !present.has(path));
    const todo = tree.filter((entry) => !isCopied(copied.get(entry.path), entry));
    changing = [...gone, ...todo.map(({ path }) => path)];
    if (changing.length === 0) break;
    if (round > MAX_ROUNDS) {
      const code = changing.filter((path) => CODE.test(path));
      if (code.length > 0 || changing.length > 20) throw keepsChanging(args, changing);
      notes.push(
        `${list(changing)} kept changing while it was copied; name it as a persistent path if it is data.`,
      );
      break;
    }
    if (round > 1) await context.system.clock.sleep(ROUND_PAUSE_MS, signal);
    if (round === 1) await checkSpace(args, tree);
    for (const path of changing.filter((path) => copied.has(path))) {
      await context.system.files.remove(`${folder}/${path}`);
      for (const known of [...copied.keys()]) if (isWithin(known, path)) copied.delete(known);
    }
    await copyAll(args, todo, copied);
  }

  const others = [...copied.values()].filter(({ kind }) => kind === "other").map(({ path }) => path);
  if (others.length > 0) notes.push(`${list(others)} is neither a file nor a folder and was left out.`);
  const manifest = await makeManifest(args, copied);
  const bytes = Object.values(manifest.files).reduce((sum, { size }) => sum + size, 0);
  return { manifest, notes, bytes };
}

/** What of the source is the application's: all but version control, virtual environments, caches and data. */
export async function lookAtSource(
  args: Pick<CopyArgs, "context" | "siteName" | "source" | "persistent" | "signal">,
): Promise<TreeEntry[]> {
  const { context, source, persistent, signal } = args;
  const { data } = context.instance;
  // A source that holds Monban's own data must not copy it; one that lies inside, like the sample, is all meant.
  const holdsOwnData = !isWithin(source, data);
  const isData = (path: string) => {
    const database = databaseOfCompanion(path);
    return (
      persistent.some((one) => isWithin(path, one)) || (database !== null && persistent.includes(database))
    );
  };
  try {
    const tree = await readTree({
      system: context.system,
      root: source,
      maxEntries: MAX_RELEASE_FILES,
      signal,
      leaveOut: ({ path, kind }, name, childNames) =>
        isLeftOutOfReleases(name, kind, childNames) ||
        isData(path) ||
        (holdsOwnData && isWithin(`${source}/${path}`, data)),
    });
    const bytes = tree.reduce((sum, { kind, size }) => sum + (kind === "file" ? size : 0), 0);
    if (bytes > MAX_RELEASE_BYTES) throw tooLarge(args, tree, `${Math.round(bytes / 1024 ** 2)} MB`);
    return tree;
  } catch (cause) {
    if (cause instanceof TreeTooLarge)
      throw tooLarge(args, cause.tree, `more than ${MAX_RELEASE_FILES} files`);
    const { code, path } = cause as NodeJS.ErrnoException;
    if (code === "EACCES" || code === "EPERM") throw unreadable(args, path ?? source, cause);
    throw cause;
  }
}

function isCopied(was: TreeEntry | undefined, now: TreeEntry): boolean {
  if (was?.kind !== now.kind) return false;
  if (now.kind === "file") return isSameFile(was, now) && was.ino === now.ino;
  return now.kind !== "symlink" || was.target === now.target;
}

async function copyAll(args: CopyArgs, todo: TreeEntry[], copied: Map<string, TreeEntry>): Promise<void> {
  const { context, source, folder, user, signal } = args;
  const { files, accounts } = context.system;
  const owner = accounts.privileged ? { uid: user.uid, gid: user.gid } : {};
  const isPublic = (path: string) => args.publicFolders.some((one) => isWithin(path, one));
  const leadsToPublic = (path: string) => args.publicFolders.some((one) => isWithin(one, path));

  for (const entry of todo.filter(({ kind }) => kind === "directory")) {
    let mode = 0o700 | (entry.mode & 0o777);
    if (isPublic(entry.path)) mode |= 0o005;
    if (leadsToPublic(entry.path)) mode |= 0o001;
    await files.makeFolder(`${folder}/${entry.path}`, { ...owner, mode });
    copied.set(entry.path, entry);
  }
  const rest = todo.filter(({ kind }) => kind !== "directory");
  for (let at = 0; at < rest.length; at += COPIES_AT_ONCE) {
    signal.throwIfAborted();
    await Promise.all(rest.slice(at, at + COPIES_AT_ONCE).map(copyOne));
  }

  async function copyOne(entry: TreeEntry): Promise<void> {
    const { path, kind } = entry;
    const to = `${folder}/${path}`;
    if (kind === "symlink") {
      await files.linkAtomic(placeSymlink(path, entry.target!, source), to);
      if (accounts.privileged) await files.own(to, user.uid, user.gid);
      copied.set(path, entry);
    } else if (kind === "file") {
      const mode = (entry.mode & 0o777) | 0o400 | (isPublic(path) ? 0o044 : 0);
      const was = await copyFile(path, to, mode);
      if (was) copied.set(path, { ...entry, size: was.size, mtimeMs: was.mtimeMs, ino: was.ino });
    } else {
      copied.set(path, entry);
    }
  }

  async function copyFile(path: string, to: string, mode: number) {
    try {
      return await files.copy(`${source}/${path}`, to, { ...owner, mode });
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      // Gone or replaced by a link between looking and copying: the next round sees what is there now.
      if (code === "ENOENT" || code === "ELOOP") return null;
      if (code === "EACCES" || code === "EPERM") throw unreadable(args, `${source}/${path}`, cause);
      throw cause;
    }
  }
}

async function makeManifest(args: CopyArgs, copied: Map<string, TreeEntry>): Promise<Manifest> {
  const { context, source, folder, number, previous } = args;
  const manifest: Manifest = { release: number, source, files: {}, directories: [], symlinks: {} };
  const known = previous?.source === source ? previous.files : {};
  const toHash: TreeEntry[] = [];
  for (const entry of [...copied.values()].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    const { path, kind, size, mtimeMs, ino } = entry;
    if (kind === "directory") manifest.directories.push(path);
    if (kind === "symlink") manifest.symlinks[path] = placeSymlink(path, entry.target!, source);
    if (kind !== "file") continue;
    const before = known[path];
    if (before && isSameFile(before, entry) && before.ino === ino) {
      manifest.files[path] = { size, mtimeMs, ino, sha256: before.sha256 };
    } else {
      toHash.push(entry);
    }
  }
  for (let at = 0; at < toHash.length; at += COPIES_AT_ONCE) {
    args.signal.throwIfAborted();
    await Promise.all(
      toHash.slice(at, at + COPIES_AT_ONCE).map(async ({ path, size, mtimeMs, ino }) => {
        const sha256 = await context.system.files.hash(`${folder}/${path}`);
        if (sha256) manifest.files[path] = { size, mtimeMs, ino, sha256 };
      }),
    );
  }
  return manifest;
}

async function checkSpace(args: CopyArgs, tree: TreeEntry[]): Promise<void> {
  const { context, folder, siteName } = args;
  const bytes = tree.reduce((sum, { kind, size }) => sum + (kind === "file" ? size : 0), 0);
  const space = await context.system.files.space(folder);
  if (!space || space.freeBytes >= bytes + MIN_FREE_BYTES) return;
  throw new StepFailure({
    code: "disk-full",
    sentence: `The disk has no room for a release of ${siteName}: ${megabytes(bytes)} are needed and ${megabytes(space.freeBytes)} are free.`,
    hint: `Free some space on the disk that holds ${context.instance.data}, or keep fewer releases.`,
  });
}

type Naming = Pick<CopyArgs, "siteName" | "source">;

function keepsChanging({ siteName, source }: Naming, changing: string[]): StepFailure {
  return new StepFailure({
    code: "source-changing",
    sentence: `The source of ${siteName} kept changing while it was copied, so no release was made of it.`,
    hint: `Wait until whatever writes to ${source} has finished; name what is data as a persistent path.`,
    evidence: changing.slice(0, 20),
  });
}

function tooLarge({ siteName, source }: Naming, tree: TreeEntry[], size: string): StepFailure {
  const largest = largestTopFolder(tree);
  const share = largest
    ? ` Most of it is in ${largest.name} (${largest.files} files, ${megabytes(largest.bytes)}).`
    : "";
  return new StepFailure({
    code: "source-too-large",
    sentence: `The source of ${siteName} is too large for a release: ${size}.${share}`,
    hint: `Name ${largest?.name ?? "what is data"} as a persistent path, move it out of ${source}, or run the site in place.`,
  });
}

function unreadable({ siteName }: Naming, path: string, cause: unknown): StepFailure {
  return new StepFailure({
    code: "source-unreadable",
    sentence: `${path} in the source of ${siteName} cannot be read.`,
    hint: "Make it readable for the user Monban runs as, or name it as a persistent path.",
    evidence: [cause instanceof Error ? cause.message : String(cause)],
    cause,
  });
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 ** 2)} MB`;
}

function list(paths: string[]): string {
  return paths.length <= 3
    ? paths.join(", ")
    : `${paths.slice(0, 3).join(", ")} and ${paths.length - 3} more`;
}
