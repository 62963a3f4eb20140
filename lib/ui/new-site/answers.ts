/** What was answered on the way to a new site, and what to send for it. Pure. */
import type { Inspection } from "../../schema/inspection.ts";
import type { PersistentPath, StaticMapping } from "../../schema/site.ts";
import type { CreateSite } from "../../schema/site-request.ts";
import type { EnvRow } from "../site-settings/draft.ts";

export type Answers = {
  path: string;
  entry: string;
  static: StaticMapping[];
  persistent: PersistentPath[];
  /** Path of an existing virtual environment; null lets Monban build one. */
  environment: string | null;
  healthPath: string;
  env: EnvRow[];
  name: string;
  domains: string[];
};

export const noAnswers: Answers = {
  path: "",
  entry: "",
  static: [],
  persistent: [],
  environment: null,
  healthPath: "/",
  env: [],
  name: "",
  domains: [""],
};

/** Everything that was detected becomes the answer until somebody says otherwise. */
export function answersFrom(
  inspection: Inspection,
  before: Answers,
  taken: ReadonlySet<string> = new Set(),
): Answers {
  const name = before.name || freeName(inspection.suggestedName, taken);
  return {
    ...before,
    path: inspection.path,
    entry: inspection.entries[0]?.entry ?? "",
    static: inspection.static.map(({ urlPath, directory }) => ({ urlPath, directory })),
    persistent: inspection.persistent.map(({ path, kind, reason }) => ({ path, kind, reason })),
    environment: null,
    healthPath: inspection.healthPath?.path ?? "/",
    name,
    domains: before.domains.some((domain) => domain !== "") ? before.domains : [`${name}.localhost`],
  };
}

/** The name, or the first of name-2, name-3 … that no site has; names have at most 32 characters. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) return name;
  for (let number = 2; ; number += 1) {
    const candidate = `${name.slice(0, 32 - String(number).length - 1)}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

export function requestFrom(answers: Answers, inspection: Inspection | null): CreateSite {
  const framework = inspection?.entries.find((one) => one.entry === answers.entry)?.framework;
  return {
    name: answers.name,
    domains: answers.domains.filter((domain) => domain !== ""),
    source: { kind: "directory", path: answers.path },
    app: { entry: answers.entry, ...(framework ? { framework } : {}) },
    environment:
      answers.environment === null ? { kind: "managed" } : { kind: "existing", path: answers.environment },
    static: answers.static,
    persistent: answers.persistent,
    health: { path: answers.healthPath },
    env: Object.fromEntries(
      answers.env
        .filter((row) => row.name !== "")
        .map((row) => [row.name, row.secret ? { value: row.value, secret: true } : row.value]),
    ),
  };
}

/** The same, for a site that exists because its first start failed: all but the name may still change. */
export function changeFrom(answers: Answers, inspection: Inspection | null) {
  const { name: _, start: __, ...rest } = { start: true, ...requestFrom(answers, inspection) };
  return rest;
}

export const questions = ["folder", "app", "name", "review"] as const;
export type QuestionName = (typeof questions)[number];

/** The question a refused field belongs to. */
export function questionOf(path: string): QuestionName {
  const top = path.split(".")[0];
  if (top === "source" || top === "path") return "folder";
  if (top === "name" || top === "domains") return "name";
  if (["app", "static", "persistent", "environment", "health", "env"].includes(top ?? "")) return "app";
  return "review";
}
