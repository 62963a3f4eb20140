/** Finds what is data in a source, and what nginx can serve itself. */
import { relativePathSchema, urlFolderSchema } from "../../schema/text.ts";
import { isWithin, parentOf } from "../release-files.ts";
import { type PythonModule, resolveName } from "./python-modules.ts";
import { keywordString, type Statement, stringsWithin } from "./python-text.ts";
import type { SourceFacts } from "./source-facts.ts";

export type FoundData = { path: string; kind: "file" | "directory"; reason: string };
export type FoundStatic = { urlPath: string; directory: string; reason: string };

const DATA_FOLDERS: Record<string, string> = {
  instance: "Flask keeps an application's own data in instance/",
  media: "uploaded files usually lie in media/",
  uploads: "uploaded files usually lie in uploads/",
  upload: "uploaded files usually lie in upload/",
  storage: "stored files usually lie in storage/",
};

/** What git ignores because it can be made again, or because nobody needs it on a server. */
const NOT_DATA =
  /(^|\/)(__pycache__|__pypackages__|node_modules|bower_components|\.mypy_cache|\.pytest_cache|\.ruff_cache|\.tox|\.nox|\.eggs|[^/]+\.egg-info|\.ipynb_checkpoints|\.idea|\.vscode|\.cache|\.sass-cache|\.parcel-cache|\.next|htmlcov|dist|build|logs?|tmp|temp|staticfiles|\.venv|venv|env|\.env\.(example|sample|template|dist))(\/|$)|\.(py[cod]|so|egg|log|pid|sock|swp|tmp|bak|mo|whl|orig|rej)$|(^|\/)(\.coverage[^/]*|coverage\.xml|\.DS_Store|Thumbs\.db|desktop\.ini|nohup\.out)$|~$/;

/** Each with a reason; nothing that lies inside another one of them. */
export function findData(facts: SourceFacts, modules: PythonModule[], staticFolders: string[]): FoundData[] {
  const found: FoundData[] = [];
  const kinds = new Map(facts.tree.map(({ path, kind }) => [path, kind]));
  const holdsCode = (folder: string) =>
    facts.tree.some(({ path, kind }) => kind === "file" && path.endsWith(".py") && isWithin(path, folder));

  for (const { path, kind } of facts.tree) {
    const name = path.slice(path.lastIndexOf("/") + 1);
    const reason = DATA_FOLDERS[name];
    const isShallow = path.split("/").length <= 3;
    if (kind === "directory" && reason && isShallow && !holdsCode(path)) found.push({ path, kind, reason });
    if (kind !== "file" || /^(Thumbs\.db)$/.test(name)) continue;
    if (/\.(sqlite3?|db3?)$/.test(name)) found.push({ path, kind, reason: `${name} is a database` });
    if (/^\.env(\.|$)/.test(name) && !/\.(example|sample|template|dist)$/.test(name)) {
      found.push({ path, kind, reason: `${name} holds settings of this machine` });
    }
  }
  for (const module of modules) {
    found.push(...djangoPaths(module, "MEDIA_ROOT").map((path) => asMedia(path, module)));
    found.push(...databasesNamed(module, modules));
  }
  for (const ignored of facts.gitIgnored) {
    const path = ignored.replace(/\/+$/, "");
    const isVenv = facts.environments.some((one) => isWithin(one.path.slice(facts.path.length + 1), path));
    if (path === "" || path === "." || isVenv || NOT_DATA.test(ignored) || NOT_DATA.test(path)) continue;
    const kind = ignored.endsWith("/") || kinds.get(path) === "directory" ? "directory" : "file";
    found.push({ path, kind, reason: "git ignores it, so it did not come with the code" });
  }
  const outside = found.filter(({ path }) => !staticFolders.some((folder) => isWithin(path, folder)));
  return outermostOf(outside.filter(({ path }) => relativePathSchema.safeParse(path).success));
}

function asMedia(path: string, { file }: PythonModule): FoundData {
  return { path, kind: "directory", reason: `MEDIA_ROOT in ${file}` };
}

/** A database that settings name, also when the application has not made it yet. */
function databasesNamed(module: PythonModule, modules: PythonModule[]): FoundData[] {
  const usesFlaskSqlalchemy = modules.some(({ imports }) =>
    [...imports.values()].some((full) => full.startsWith("flask_sqlalchemy")),
  );
  return module.text.strings.flatMap(({ value, start }): FoundData[] => {
    const url = /^sqlite:\/\/\/([^/:?][^?]*)/.exec(value)?.[1];
    if (url) {
      if (usesFlaskSqlalchemy) {
        return [
          {
            path: "instance",
            kind: "directory",
            reason: `${module.file} keeps ${url} in Flask's instance folder`,
          },
        ];
      }
      return [{ path: tidy(url), kind: "file", reason: `${module.file} names this database` }];
    }
    if (!/^(?!django\.db\.)[\w.-]+\.(sqlite3?|db)$/.test(value) || !isDatabaseName(module, start)) return [];
    return [
      {
        path: join(projectFolder(module), value),
        kind: "file",
        reason: `${module.file} names this database`,
      },
    ];
  });
}

/** Django's `"NAME": BASE_DIR / "db.sqlite3"`. */
function isDatabaseName(module: PythonModule, at: number): boolean {
  const statement = module.statements.find(({ start, code }) => start <= at && at < start + code.length);
  return statement !== undefined && /^DATABASES\s*=/.test(statement.code);
}

/** Literal folders of a Django setting: `"media"`, `BASE_DIR / "media"`, `os.path.join(BASE_DIR, "media")`. */
export function djangoPaths(module: PythonModule, setting: string): string[] {
  return assignmentsOf(module, setting).flatMap((statement) => {
    const value = statement.code.slice(statement.code.indexOf("=") + 1).trim();
    const parts = stringsWithin(module.text, statement.start, statement.start + statement.code.length);
    if (parts.length === 0 || parts.some((part) => part.startsWith("/") || part.split("/").includes("..")))
      return [];
    if (/environ|getenv|env\(|config\(/.test(value)) return [];
    if (/BASE_DIR|PROJECT_ROOT|ROOT_DIR|PROJECT_DIR/.test(value))
      return [join(projectFolder(module), parts.join("/"))];
    return /^["']/.test(value) && parts.length === 1 ? [tidy(parts[0]!)] : [];
  });
}

function assignmentsOf(module: PythonModule, name: string): Statement[] {
  const pattern = new RegExp(`^${name}\\s*(?::[^=]+)?=[^=]`);
  return module.statements.filter(({ code, scope }) => scope === "module" && pattern.test(`${code} `));
}

/** BASE_DIR is the folder above the package of the settings, as `django-admin startproject` writes it. */
function projectFolder(module: PythonModule): string {
  const up = module.folder.endsWith("/settings")
    ? parentOf(parentOf(module.folder))
    : parentOf(module.folder);
  return up;
}

/** Folders of static files that are there, with the address they are asked for at. */
export function findStatic(facts: SourceFacts, modules: PythonModule[]): FoundStatic[] {
  const folders = new Set(facts.tree.filter(({ kind }) => kind === "directory").map(({ path }) => path));
  const found: FoundStatic[] = [];
  for (const module of modules) {
    for (const statement of module.statements) {
      const called = /(?:^\w+\s*(?::[^=]+)?=|\breturn)\s*([\w.]+)\s*\(/.exec(statement.code)?.[1];
      if (!called || resolveName(called, module.imports) !== "flask.Flask") continue;
      const folder = keywordString(module.text, statement, "static_folder");
      if (folder === null || folder?.startsWith("/")) continue;
      const url =
        keywordString(module.text, statement, "static_url_path") ??
        `/${(folder ?? "static").split("/").at(-1)}`;
      const directory = join(module.folder, folder ?? "static");
      found.push({
        urlPath: asUrl(url),
        directory,
        reason: `Flask in ${module.file} serves ${directory}/ there`,
      });
    }
    for (const [root, url, fallback] of [
      ["STATIC_ROOT", "STATIC_URL", "static/"],
      ["MEDIA_ROOT", "MEDIA_URL", ""],
    ] as const) {
      const address = stringOf(module, url) ?? fallback;
      for (const directory of address ? djangoPaths(module, root) : []) {
        found.push({ urlPath: asUrl(address), directory, reason: `${root} and ${url} in ${module.file}` });
      }
    }
  }
  const seen = new Set<string>();
  return found.filter(
    ({ urlPath, directory }) =>
      folders.has(directory) &&
      urlFolderSchema.safeParse(urlPath).success &&
      relativePathSchema.safeParse(directory).success &&
      !seen.has(urlPath) &&
      seen.add(urlPath),
  );
}

function stringOf(module: PythonModule, name: string): string | undefined {
  const statement = assignmentsOf(module, name)[0];
  return statement && stringsWithin(module.text, statement.start, statement.start + statement.code.length)[0];
}

function asUrl(path: string): string {
  return `/${path.replace(/^\/+|\/+$/g, "")}/`;
}

function tidy(path: string): string {
  return path.replace(/^(\.\/)+|\/+$/g, "").replace(/\/{2,}/g, "/");
}

function join(folder: string, path: string): string {
  return tidy(folder === "" ? path : `${folder}/${path}`);
}

function outermostOf(found: FoundData[]): FoundData[] {
  return found.filter(
    (one, index) =>
      !found.some(
        (other, at) =>
          other !== one &&
          isWithin(one.path, other.path) &&
          (one.path !== other.path || at < index) &&
          (one.path === other.path || other.kind === "directory"),
      ),
  );
}
