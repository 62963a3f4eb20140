/** Small applications that are healthy or misbehave in one way each, for tests of everything that runs sites. */
import { cp, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const APPS = fileURLToPath(new URL("./apps/", import.meta.url));

/** Folders in lib/testing/apps; each file says what it does. Only `flask` needs a package. */
export const appKinds = [
  "healthy",
  "flask",
  "raises-at-import",
  "hangs-at-import",
  "slow-import",
  "exits-at-import",
  "needs-missing-package",
  "syntax-error",
  "missing-attribute",
  "factory-raises",
  "factory-returns-nothing",
  "answers-500-on-health",
  "crashes-after-cutover",
  "fails-after-cutover",
  "counts-in-sqlite",
  "uploads",
  "hangs-in-request",
  "dies-in-request",
  "leaks",
  "logs-much",
] as const;
export type AppKind = (typeof appKinds)[number];

/** The entry point of an application of this kind. */
export function entryOf(kind: AppKind): string {
  return kind.startsWith("factory-") ? "app:create_app()" : "app:app";
}

/**
 * Puts the application into `folder`, over what is there, as somebody does who deploys by copying. It answers with
 * `version` and its pid, so that a test sees which generation served.
 */
export async function writeApp(
  folder: string,
  kind: AppKind,
  { version = "v1" }: { version?: string } = {},
): Promise<{ entry: string }> {
  await mkdir(folder, { recursive: true });
  await cp(join(APPS, kind), folder, { recursive: true, filter: (path) => !path.includes("__pycache__") });
  const temp = join(folder, ".version.py");
  await writeFile(temp, `VERSION = ${JSON.stringify(version)}\n`);
  await rename(temp, join(folder, "version.py"));
  // Python tells compiled code from newer source by size and whole seconds, and two versions may share both.
  await rm(join(folder, "__pycache__"), { recursive: true, force: true });
  return { entry: entryOf(kind) };
}
