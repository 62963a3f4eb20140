/** What in a source is likely to surprise its owner behind gunicorn. */
import type { Framework } from "../../schema/site.ts";
import { asgiFrameworks } from "./find-entries.ts";
import type { PythonModule } from "./python-modules.ts";
import { stringAt } from "./python-text.ts";
import type { Entry, SourceFacts, Warning } from "./source-facts.ts";

export function findWarnings(facts: SourceFacts, modules: PythonModule[], entries: Entry[]): Warning[] {
  return [
    ...modules.flatMap(inModule),
    ...entries.slice(0, 1).flatMap((entry) => aboutEntry(facts, modules, entry)),
    ...openFolders(facts),
    ...facts.unreadable.slice(0, 3).map((path) => ({
      code: "unreadable",
      message: `${path} cannot be read by Monban, so no release can be made with it; let the user Monban runs as read it.`,
      file: path,
    })),
    ...(facts.truncated
      ? [
          {
            code: "not-all-seen",
            message: "The folder is large, so only a part of it was looked at; check what was found.",
          },
        ]
      : []),
  ].slice(0, 50);
}

function inModule({ file, statements, imports, text }: PythonModule): Warning[] {
  const warnings: Warning[] = [];
  const isFlask = [...imports.values()].some((full) => full.startsWith("flask"));
  const isSettings =
    /(^|\/)settings(\/[^/]+)?\.py$/.test(file) && !/(^|\/)(dev|development|local|test|tests)\.py$/.test(file);
  for (const { code, start, line, scope, isMainOnly } of statements) {
    if (/^(app|application|server)\.run\s*\(/.test(code) && scope === "module") {
      const message = isMainOnly
        ? `${file} starts Flask's own server when it is run by hand; gunicorn does not run that part.`
        : `${file} starts a server of its own while it is imported, so gunicorn's workers would never get ready. Put it under if __name__ == "__main__":.`;
      warnings.push({ code: isMainOnly ? "app-run" : "app-run-at-import", message, file, line });
    }
    const setsConfig = /^\w+\.config\[/.exec(code);
    const setsDebug =
      /^(app|application)\.debug\s*=\s*True\b/.test(code) ||
      (isFlask &&
        setsConfig &&
        stringAt(text, start + setsConfig[0].length) === "DEBUG" &&
        /=\s*True\b/.test(code)) ||
      (isSettings && scope === "module" && /^DEBUG\s*=\s*True\b/.test(code));
    if (setsDebug && !isMainOnly) {
      const message = `${file} turns debug mode on: visitors would see source code and settings when something fails.`;
      warnings.push({ code: "debug-mode", message, file, line });
    }
  }
  return warnings;
}

function aboutEntry(facts: SourceFacts, modules: PythonModule[], entry: Entry): Warning[] {
  const { file, line, framework } = entry;
  const warnings: Warning[] = [];
  if (asgiFrameworks.includes(framework)) {
    warnings.push({ code: "asgi", message: whyNotServed(framework), file, line });
  }
  const module = modules.find((one) => one.file === file);
  if (module?.isInSrc && !installsItself(facts)) {
    const message =
      "The application lies in src/: add the environment variable PYTHONPATH with the value src.";
    warnings.push({ code: "src-layout", message, file, line });
  }
  const top = file.split("/")[0]!;
  const isPackage = facts.tree.some(({ path }) => path === `${top}/__init__.py`);
  const atTop = facts.tree.some(
    ({ path, kind }) => kind === "file" && !path.includes("/") && path.endsWith(".py"),
  );
  if (file.includes("/") && !isPackage && !atTop && top !== "src") {
    const message = `The application lies in the folder ${top}; its imports probably work only when that folder, ${facts.path}/${top}, is chosen as the source.`;
    warnings.push({ code: "source-subfolder", message, file, line });
  }
  return warnings;
}

function installsItself({ texts }: SourceFacts): boolean {
  return /^\s*(-e\s+)?\.\/?\s*(#.*)?$/m.test(texts.get("requirements.txt") ?? "");
}

function openFolders({ tree }: SourceFacts): Warning[] {
  const open = tree.filter(
    ({ kind, mode }) => kind !== "symlink" && (mode & 0o002) !== 0 && (mode & 0o1000) === 0,
  );
  return open.slice(0, 3).map(({ path }) => ({
    code: "world-writable",
    message: `${path} can be changed by every user of this machine; take that away with: chmod o-w.`,
    file: path,
  }));
}

/** Why an application of an ASGI framework is refused. */
export function whyNotServed(framework: Framework): string {
  const name =
    framework === "fastapi" ? "FastAPI" : framework === "starlette" ? "Starlette" : "This framework";
  return `${name} needs ASGI workers. The workers offered today, sync and gthread, run WSGI applications only, so this application cannot be served yet.`;
}
