/** Collects the texts that decide what an environment holds. */

import type { RequirementText } from "../../core/install-failure.ts";
import {
  GUNICORN_VERSION,
  parsePyprojectDependencies,
  parseRequirements,
  type Requirements,
} from "../../core/requirements.ts";
import type { Files } from "../../system/system.ts";

const MAX_INCLUDED_FILES = 50;

export type WantedPackages = {
  /** In a form pip reads, for a source without requirements.txt of its own. */
  generated: string | null;
  /** Everything that decides, also included files; for the hash and for error messages. */
  texts: RequirementText[];
  namesGunicorn: boolean;
  /** The text alone does not say what will be installed. */
  hasLocal: boolean;
};

/** requirements.txt wins over pyproject.toml; a source with neither wants nothing but gunicorn. */
export async function readRequirements(files: Files, folder: string): Promise<WantedPackages> {
  const own = await files.readText(`${folder}/requirements.txt`);
  if (own !== null) return readIncludes(files, folder, own);
  const project = await files.readText(`${folder}/pyproject.toml`);
  const dependencies = project === null ? null : parsePyprojectDependencies(project);
  const generated = `${(dependencies ?? []).join("\n")}\n`;
  const { packages } = parseRequirements(generated);
  return {
    generated,
    texts: dependencies ? [{ file: "pyproject.toml", text: generated }] : [],
    namesGunicorn: packages.some(({ name }) => name === "gunicorn"),
    hasLocal: parseRequirements(generated).hasLocal,
  };
}

async function readIncludes(files: Files, folder: string, own: string): Promise<WantedPackages> {
  const texts: RequirementText[] = [{ file: "requirements.txt", text: own }];
  const parsed: Requirements[] = [];
  for (let at = 0; at < texts.length && at < MAX_INCLUDED_FILES; at += 1) {
    const { file, text } = texts[at]!;
    const requirements = parseRequirements(text);
    parsed.push(requirements);
    for (const { path } of requirements.includes) {
      const base = file.includes("/") ? file.slice(0, file.lastIndexOf("/") + 1) : "";
      const name = `${base}${path}`;
      if (texts.some((known) => known.file === name) || path.includes("://")) continue;
      const included = await files.readText(path.startsWith("/") ? path : `${folder}/${name}`);
      // A missing one is pip's to complain about, in its own words.
      if (included !== null) texts.push({ file: name, text: included });
    }
  }
  return {
    generated: null,
    texts,
    namesGunicorn: parsed.some(({ packages }) => packages.some(({ name }) => name === "gunicorn")),
    hasLocal: parsed.some(({ hasLocal }) => hasLocal),
  };
}

/** What is added to the application's own list. */
export function addedRequirements(wanted: WantedPackages): string[] {
  return wanted.namesGunicorn ? [] : [`gunicorn==${GUNICORN_VERSION}`];
}
