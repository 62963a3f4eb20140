/** Looks at a folder somebody wants to make a site of. It reads, within bounds, and changes nothing. */
import { parseSourceRoots } from "../../core/allowed-folders.ts";
import { detectSource } from "../../core/detect-source.ts";
import type { SourceFacts } from "../../core/inspect/source-facts.ts";
import { isLeftOutOfReleases, type TreeEntry } from "../../core/release-files.ts";
import { parseRequirements } from "../../core/requirements.ts";
import type { Inspection } from "../../schema/inspection.ts";
import type { Instance } from "../../schema/instance.ts";
import type { FieldError } from "../../schema/problem.ts";
import type { System } from "../../system/system.ts";
import { readTree, TreeTooLarge } from "../releases/read-tree.ts";
import { listGitIgnored } from "./list-git-ignored.ts";
import { openFolder, reasonOf } from "./open-folder.ts";

const MAX_ENTRIES = 20_000;
const MAX_DEPTH = 8;
/** Python files deeper than this are no entry points. */
const MAX_PYTHON_DEPTH = 5;
const MAX_PYTHON_FILES = 400;
const MAX_FILE_BYTES = 512 * 1024;
const MAX_TEXT_BYTES = 8 * 1024 ** 2;
const MAX_INSPECTION_MS = 10_000;

export type InspectResult = { ok: true; inspection: Inspection } | { ok: false; error: FieldError };

/** `path` is absolute. A folder that cannot be used is a result with the reason and the repair. */
export async function inspectSource(
  system: System,
  instance: Instance,
  path: string,
  roots: string[] = parseSourceRoots(process.env.MONBAN_SOURCE_ROOTS),
): Promise<InspectResult> {
  const opened = await openFolder({ system, instance, path, roots });
  if (!opened.ok) return opened;
  try {
    const facts = await gather(system, opened.real, opened.stat.uid);
    return { ok: true, inspection: detectSource(facts) };
  } catch (cause) {
    return {
      ok: false,
      error: { path: "path", message: `${path} could not be looked through: ${reasonOf(cause)}.` },
    };
  }
}

async function gather(system: System, root: string, uid: number): Promise<SourceFacts> {
  const deadline = AbortSignal.timeout(MAX_INSPECTION_MS);
  const environments: { path: string; version: string | null }[] = [];
  const unreadable: string[] = [];
  let truncated = false;
  let tree: TreeEntry[];
  try {
    tree = await readTree({
      system,
      root,
      maxEntries: MAX_ENTRIES,
      signal: deadline,
      onUnreadable: (path) => void unreadable.push(path),
      leaveOut: ({ path, kind }, name, childNames) => {
        if (childNames.includes("pyvenv.cfg")) environments.push({ path: `${root}/${path}`, version: null });
        const isTooDeep = path.split("/").length > MAX_DEPTH;
        truncated ||= isTooDeep && kind === "directory";
        return isTooDeep || isLeftOutOfReleases(name, kind, childNames);
      },
    });
  } catch (cause) {
    if (!(cause instanceof TreeTooLarge)) throw cause;
    tree = cause.tree;
    truncated = true;
  }
  const [texts, gitIgnored, owner] = await Promise.all([
    readTexts(system, root, tree, deadline),
    listGitIgnored(system, root, uid),
    system.accounts.byUid(uid),
  ]);
  for (const environment of environments) {
    const settings = await system.files.readText(`${environment.path}/pyvenv.cfg`).catch(() => null);
    environment.version = /^version(?:_info)?\s*=\s*(\d+(?:\.\d+)*)/m.exec(settings ?? "")?.[1] ?? null;
  }
  return {
    path: root,
    tree,
    truncated,
    unreadable,
    texts,
    gitIgnored,
    environments,
    owner: { uid, name: owner?.name ?? String(uid) },
  };
}

async function readTexts(
  system: System,
  root: string,
  tree: TreeEntry[],
  deadline: AbortSignal,
): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  let bytes = 0;
  async function read(path: string): Promise<string | null> {
    deadline.throwIfAborted();
    if (texts.has(path)) return null;
    const content = await system.files.readBytes(`${root}/${path}`, 0, MAX_FILE_BYTES).catch(() => null);
    bytes += content?.length ?? 0;
    if (content === null || bytes > MAX_TEXT_BYTES) return null;
    const text = new TextDecoder().decode(content);
    texts.set(path, text);
    return text;
  }

  const isFile = new Set(tree.filter(({ kind }) => kind === "file").map(({ path }) => path));
  if (isFile.has("pyproject.toml")) await read("pyproject.toml");
  const lists = isFile.has("requirements.txt") ? ["requirements.txt"] : [];
  for (let list = lists.pop(); list !== undefined; list = lists.pop()) {
    const text = await read(list);
    if (text !== null)
      lists.push(
        ...parseRequirements(text)
          .includes.map(({ path }) => path)
          .filter((path) => isFile.has(path)),
      );
  }
  const depth = (path: string) => path.split("/").length;
  const python = [...isFile]
    .filter((path) => path.endsWith(".py") && depth(path) <= MAX_PYTHON_DEPTH)
    .sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
  for (const path of python.slice(0, MAX_PYTHON_FILES)) await read(path);
  return texts;
}
