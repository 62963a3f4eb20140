/** What the fake supervisor finds in real folders: enough of Flask to tell right from wrong. */
import fs from "node:fs/promises";
import path from "node:path";
import type { FolderListing, Inspection } from "../schema/inspection.ts";
import type { FieldError } from "../schema/problem.ts";
import type { SiteSpec } from "../schema/site.ts";
import { Refusal } from "./fake-http.ts";

export async function inspectFolder(folder: string): Promise<Inspection> {
  const names = await namesIn(folder);
  const entries: Inspection["entries"] = [];
  for (const file of names.filter((name) => name.endsWith(".py"))) {
    const text = await fs.readFile(path.join(folder, file), "utf8");
    const found = /^(\w+)\s*=\s*Flask\(/m.exec(text);
    if (!found) continue;
    const line = text.slice(0, found.index).split("\n").length;
    const entry = `${file.slice(0, -3)}:${found[1]}`;
    entries.push({ entry, framework: "flask", reason: "found Flask(__name__)", file, line });
  }
  const isHealthy = await hasHealthPath(folder, entries[0]?.file);
  return {
    path: folder,
    entries,
    framework: entries.length > 0 ? "flask" : "unknown",
    dependencies: {
      kind: names.includes("requirements.txt") ? "requirements.txt" : "none",
      packages: 1,
      pinsGunicorn: false,
      reason: "requirements.txt lies beside the code",
    },
    static: names.includes("static")
      ? [{ urlPath: "/static/", directory: "static", files: 1, reason: "a folder named static" }]
      : [],
    persistent: names.includes("instance")
      ? [{ path: "instance", kind: "directory", reason: "Flask's instance folder", sizeBytes: 0 }]
      : [],
    environments: [],
    healthPath: isHealthy ? { path: "/health", reason: "a route named /health" } : null,
    owner: { uid: process.getuid?.() ?? 0, name: "somebody" },
    files: names.length,
    sizeBytes: 1,
    warnings: [],
    suggestedName: path.basename(folder).toLowerCase(),
  };
}

export async function listFolders(folder: string): Promise<FolderListing> {
  await namesIn(folder);
  const entries = await fs.readdir(folder, { withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, path: path.join(folder, name), looksLikeApp: false }));
  return { path: folder, parent: folder === "/" ? null : path.dirname(folder), folders, truncated: false };
}

export async function checkSpec(spec: SiteSpec): Promise<FieldError[]> {
  const { source, app } = spec;
  try {
    await namesIn(source.path);
  } catch (error) {
    if (error instanceof Refusal) return [{ path: "source.path", message: error.message }];
    throw error;
  }
  const [module = "", variable = ""] = app.entry.split(":");
  const file = path.join(source.path, `${module.replaceAll(".", "/")}.py`);
  const text = await fs.readFile(file, "utf8").catch(() => null);
  if (text === null)
    return [{ path: "app.entry", message: `There is no module ${module} in the source folder.` }];
  const name = variable.replace("()", "");
  if (!new RegExp(`^(def )?${name}\\b`, "m").test(text))
    return [{ path: "app.entry", message: `The module ${module} has no ${name}.` }];
  return [];
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await fs.readdir(folder);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const message =
      code === "ENOTDIR"
        ? "This is not a folder."
        : code === "EACCES"
          ? "This folder cannot be read."
          : "This folder does not exist.";
    throw new Refusal(422, "folder-unusable", message, [{ path: "path", message }]);
  }
}

async function hasHealthPath(folder: string, file: string | undefined): Promise<boolean> {
  if (!file) return false;
  return (await fs.readFile(path.join(folder, file), "utf8")).includes('"/health"');
}
