/** Finds what gunicorn could be pointed at, each candidate with the reason, the file and the line. */
import type { Framework } from "../../schema/site.ts";
import { type PythonModule, resolveName } from "./python-modules.ts";
import type { Statement } from "./python-text.ts";
import type { Entry } from "./source-facts.ts";

/** What makes an application object, by its full name. */
const MAKERS: Record<string, Framework> = {
  "flask.Flask": "flask",
  "apiflask.APIFlask": "flask",
  "flask_openapi3.OpenAPI": "flask",
  "fastapi.FastAPI": "fastapi",
  "starlette.applications.Starlette": "starlette",
  "quart.Quart": "asgi",
  "sanic.Sanic": "asgi",
  "litestar.Litestar": "asgi",
  "falcon.asgi.App": "asgi",
  "falcon.App": "wsgi",
  "falcon.API": "wsgi",
  "bottle.Bottle": "wsgi",
  "bottle.default_app": "wsgi",
  "werkzeug.middleware.dispatcher.DispatcherMiddleware": "wsgi",
  "django.core.wsgi.get_wsgi_application": "django",
  "django.core.asgi.get_asgi_application": "asgi",
};

const FACTORY_NAME = /^(create|make|build|get)_(app|application|wsgi_app)$/;
const APP_NAMES = ["application", "app", "wsgi_app", "api", "server"];
/** Names of files an application usually begins in, best first. */
const FILE_NAMES = ["wsgi", "run", "app", "application", "main", "server", "__init__", "factory", "asgi"];

export const asgiFrameworks: readonly Framework[] = ["fastapi", "starlette", "asgi"];

type Candidate = Entry & { score: number };
type Factory = {
  module: PythonModule;
  statement: Statement;
  name: string;
  framework: Framework;
  isCallable: boolean;
};

/** Best first, at most ten. */
export function findEntries(modules: PythonModule[]): Entry[] {
  const factories = modules.flatMap(findFactories);
  const candidates = modules.flatMap((module) => [
    ...objectsOf(module, factories),
    ...plainCallables(module),
    ...factories.filter((factory) => factory.module === module && factory.isCallable).map(fromFactory),
  ]);
  candidates.push(...modules.flatMap((module) => reExports(module, candidates)));
  const seen = new Set<string>();
  return candidates
    .sort((a, b) => b.score - a.score || a.file.length - b.file.length || (a.entry < b.entry ? -1 : 1))
    .filter(({ entry }) => !seen.has(entry) && seen.add(entry))
    .slice(0, 10)
    .map(({ score: _score, ...entry }) => entry);
}

/** `app = Flask(…)`, `app = create_app()`, `application = get_wsgi_application()` at the level of the module. */
function objectsOf(module: PythonModule, factories: Factory[]): Candidate[] {
  return module.statements.flatMap((statement) => {
    if (statement.scope !== "module" || statement.isMainOnly) return [];
    const match = /^(\w+)\s*(?::[^=]+)?=\s*([\w.]+)\s*\(/.exec(statement.code);
    if (!match) return [];
    const [, name = "", called = ""] = match;
    const full = resolveName(called, module.imports);
    const framework = MAKERS[full];
    if (framework) {
      const score = framework === "django" ? 130 : framework === "asgi" ? 80 : 100;
      return [candidate(module, statement, name, framework, `${name} = ${called}(…)`, score)];
    }
    const factory = factories.find(
      (one) => full === `${one.module.name}.${one.name}` || (one.module === module && full === one.name),
    );
    if (factory) {
      return [candidate(module, statement, name, factory.framework, `${name} = ${called}(…)`, 110)];
    }
    if (APP_NAMES.includes(name) && /\.make_wsgi_app$|\.wsgifunc$/.test(called)) {
      return [candidate(module, statement, name, "wsgi", `${name} = ${called}(…)`, 90)];
    }
    return [];
  });
}

/** Functions that make an application; the framework is that of the object they make. */
function findFactories(module: PythonModule): Factory[] {
  return module.statements.flatMap((statement, index) => {
    const match = /^def\s+(\w+)\s*\(([\s\S]*)\)\s*(->[^:]*)?:/.exec(statement.code);
    if (!match || statement.scope !== "module" || !FACTORY_NAME.test(match[1]!)) return [];
    const body: Statement[] = [];
    for (const inner of module.statements.slice(index + 1)) {
      if (inner.scope === "module") break;
      body.push(inner);
    }
    const made = body
      .map(({ code }) => /(?:^|=|\breturn\s)\s*([\w.]+)\s*\(/.exec(code)?.[1])
      .map((called) => called && MAKERS[resolveName(called, module.imports)])
      .find((framework) => framework !== undefined);
    if (!made) return [];
    const name = match[1]!;
    return [{ module, statement, name, framework: made, isCallable: !needsArguments(match[2]!) }];
  });
}

/** True when a parameter has no default; `*args` and `**options` are none. */
function needsArguments(parameters: string): boolean {
  let depth = 0;
  let current = "";
  const parts: string[] = [];
  for (const char of `${parameters},`) {
    if ("([{".includes(char)) depth += 1;
    if (")]}".includes(char)) depth -= 1;
    if (char === "," && depth === 0) {
      parts.push(current.trim());
      current = "";
    } else {
      current += char;
    }
  }
  return parts.some((part) => part !== "" && part !== "/" && !part.startsWith("*") && !part.includes("="));
}

function fromFactory({ module, statement, name, framework }: Factory): Candidate {
  const reason = `${name}() makes the application and needs no arguments`;
  return { ...candidate(module, statement, name, framework, reason, 70), entry: `${module.name}:${name}()` };
}

/** `def application(environ, start_response)`, a WSGI application without a framework. */
function plainCallables(module: PythonModule): Candidate[] {
  return module.statements.flatMap((statement) => {
    const match = /^def\s+(\w+)\s*\(\s*(environ|env)\s*(?::[^,]+)?,\s*(start_response|start)\b/.exec(
      statement.code,
    );
    if (!match || statement.scope !== "module") return [];
    return [
      candidate(module, statement, match[1]!, "wsgi", `${match[1]} takes environ and start_response`, 60),
    ];
  });
}

/** `from shop import app` in wsgi.py or run.py: the file is meant to be the entry. */
function reExports(module: PythonModule, candidates: Candidate[]): Candidate[] {
  if (!/(^|\/)(wsgi|run|main|server)\.py$/.test(module.file)) return [];
  return module.statements.flatMap((statement) => {
    if (statement.scope !== "module" || statement.isMainOnly || !statement.code.startsWith("from "))
      return [];
    return [...module.imports].flatMap(([name, full]) => {
      const dot = full.lastIndexOf(".");
      const original = candidates.find(
        ({ entry }) => entry === `${full.slice(0, dot)}:${full.slice(dot + 1)}`,
      );
      if (!original || !new RegExp(`\\b${name}\\b`).test(statement.code)) return [];
      return [
        candidate(
          module,
          statement,
          name,
          original.framework,
          `${name} is imported from ${full.slice(0, dot)}`,
          90,
        ),
      ];
    });
  });
}

function candidate(
  module: PythonModule,
  statement: Statement,
  name: string,
  framework: Framework,
  reason: string,
  base: number,
): Candidate {
  const fileName = module.file.slice(module.file.lastIndexOf("/") + 1, -3);
  const rank = FILE_NAMES.indexOf(fileName);
  const nameRank = APP_NAMES.indexOf(name);
  const depth = module.name.split(".").length - 1;
  const score =
    base +
    (rank < 0 ? 0 : 18 - rank * 2) +
    (nameRank < 0 ? 0 : 6 - nameRank) -
    (framework === "django" ? 0 : depth * 3);
  const { file } = module;
  return { entry: `${module.name}:${name}`, framework, reason, file, line: statement.line, score };
}
