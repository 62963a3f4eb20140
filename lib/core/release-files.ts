/** Which files make a release, how two releases differ, and which old ones may go. Decisions only; nothing is read here. */
import type { Release } from "../schema/release.ts";
import type { Manifest } from "../schema/release-files.ts";

/** A thing in a folder tree, by its path relative to the root. */
export type TreeEntry = {
  path: string;
  kind: "file" | "directory" | "symlink" | "other";
  size: number;
  mtimeMs: number;
  ino: number;
  mode: number;
  /** Of a symbolic link. */
  target?: string;
};

/** More than this is not an application's code; the limit is there to say so before the disk is full. */
export const MAX_RELEASE_FILES = 50_000;
export const MAX_RELEASE_BYTES = 2 * 1024 ** 3;

/** Times are compared with this tolerance: copying keeps microseconds of a clock that has nanoseconds. */
const SAME_TIME_MS = 2;

const IGNORED_FOLDERS = new Set([
  ".git",
  ".hg",
  ".svn",
  "__pycache__",
  "__pypackages__",
  "node_modules",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".tox",
  ".nox",
  ".ipynb_checkpoints",
]);

const DATABASE_COMPANION = /-(wal|shm|journal)$/;

/** `childNames` are the names inside when it is a folder; a virtual environment is known by its pyvenv.cfg. */
export function isLeftOutOfReleases(name: string, kind: TreeEntry["kind"], childNames: string[]): boolean {
  if (kind === "directory") return IGNORED_FOLDERS.has(name) || childNames.includes("pyvenv.cfg");
  return /\.py[co]$/.test(name);
}

/** Things a running application leaves behind that nobody would miss. */
export function isRunTimeNoise(name: string, kind: TreeEntry["kind"], childNames: string[]): boolean {
  // Its home folder is the release, so libraries put their caches there.
  if (kind === "directory" && name === ".cache") return true;
  return kind === "other" || isLeftOutOfReleases(name, kind, childNames) || /\.(pid|sock)$/.test(name);
}

/** `shop.db` for `shop.db-wal`: SQLite keeps these beside the database's real path and they move with it. */
export function databaseOfCompanion(path: string): string | null {
  return DATABASE_COMPANION.test(path) ? path.replace(DATABASE_COMPANION, "") : null;
}

export const companionSuffixes = ["-wal", "-shm", "-journal"] as const;

export function isSameFile(
  a: { size: number; mtimeMs: number },
  b: { size: number; mtimeMs: number },
): boolean {
  return a.size === b.size && Math.abs(a.mtimeMs - b.mtimeMs) < SAME_TIME_MS;
}

/** True when `path` is `folder` or lies in it. Both relative, or both absolute. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash) || "/";
}

/** `a/b/c` → `a`, `a/b`. */
export function ancestorsOf(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

/** Where a symbolic link of the source points in a release. */
export function placeSymlink(path: string, target: string, source: string): string {
  const at = parentOf(`${source}/${path}`);
  const absolute = normalize(target.startsWith("/") ? target : `${at}/${target}`);
  // Outside the source a link means that very place, from wherever it is read.
  if (!isWithin(absolute, source)) return absolute;
  // Inside it means the copy beside it, never the source: new code enters by a reload only.
  return target.startsWith("/") ? relativePath(at, absolute) : target;
}

function normalize(path: string): string {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return `/${parts.join("/")}`;
}

function relativePath(from: string, to: string): string {
  const a = from.split("/").filter(Boolean);
  const b = to.split("/").filter(Boolean);
  let common = 0;
  while (common < a.length && common < b.length && a[common] === b[common]) common += 1;
  return [...a.slice(common).map(() => ".."), ...b.slice(common)].join("/") || ".";
}

/** By content; a link that points elsewhere counts as changed. */
export function diffManifests(before: Manifest, after: Manifest): Pick<Release, "changes" | "changedPaths"> {
  const was = contents(before);
  const is = contents(after);
  const added = [...is.keys()].filter((path) => !was.has(path));
  const removed = [...was.keys()].filter((path) => !is.has(path));
  const changed = [...is].filter(([path, content]) => was.has(path) && was.get(path) !== content);
  return {
    changes: { added: added.length, changed: changed.length, removed: removed.length },
    changedPaths: [...changed.map(([path]) => path), ...added, ...removed].sort().slice(0, 50),
  };
}

function contents({ files, symlinks }: Manifest): Map<string, string> {
  return new Map([
    ...Object.entries(files).map(([path, { sha256 }]) => [path, sha256] as const),
    ...Object.entries(symlinks).map(([path, target]) => [path, `link ${target}`] as const),
  ]);
}

/** The folder at the top that holds most of a tree, to say where too many files come from. */
export function largestTopFolder(tree: TreeEntry[]): { name: string; files: number; bytes: number } | null {
  const sums = new Map<string, { name: string; files: number; bytes: number }>();
  for (const { path, kind, size } of tree) {
    const name = path.split("/")[0]!;
    if (kind !== "file" || name === path) continue;
    const sum = sums.get(name) ?? { name, files: 0, bytes: 0 };
    sums.set(name, { name, files: sum.files + 1, bytes: sum.bytes + size });
  }
  return [...sums.values()].sort((a, b) => b.bytes - a.bytes || b.files - a.files)[0] ?? null;
}

/**
 * Which releases lose their code. The current one, those a living generation runs and the newest `keep` good ones
 * stay; a failed one stays only while it is the newest of all, for whoever looks into it.
 */
export function releasesToPrune(args: {
  releases: Pick<Release, "number" | "result" | "kept">[];
  keep: number;
  current: number | null;
  inUse: number[];
}): number[] {
  const { keep, current, inUse } = args;
  const kept = args.releases.filter((release) => release.kept).sort((a, b) => b.number - a.number);
  const staying = new Set([...inUse, ...(current === null ? [] : [current])]);
  if (kept[0]) staying.add(kept[0].number);
  for (const { number, result } of kept) {
    if (result === "pending" && number > (current ?? 0)) staying.add(number);
  }
  const good = kept.filter(({ number, result }) => result === "succeeded" && number !== current);
  for (const { number } of good.slice(0, keep)) staying.add(number);
  return kept.map(({ number }) => number).filter((number) => !staying.has(number));
}

/** The system user of a site whose source has no owner of its own; Linux allows 32 characters. */
export function systemUserName(siteName: string): string {
  const name = `monban-${siteName}`;
  // nginx has that user for itself, and it may read what all sites own.
  if (name.length <= 32 && name !== "monban-nginx") return name;
  const hash = fnv1a(siteName).toString(36).padStart(7, "0");
  return `${name.slice(0, 24).replace(/-+$/, "")}-${hash}`;
}

/** 32-bit FNV-1a: tells long names apart, guards nothing. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }
  return hash;
}
