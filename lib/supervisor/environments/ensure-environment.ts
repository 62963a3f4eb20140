/**
 * The Python environment a release runs in: built once for what the release asks for, shared by all releases that
 * ask for the same. It is built at its final path, because the programs in it hold that path; a marker written last
 * says that it is whole, and one without the marker is removed and built again.
 */
import { createHash } from "node:crypto";
import { sitePaths } from "../../core/layout.ts";
import { GUNICORN_VERSION } from "../../core/requirements.ts";
import type { DesiredSite } from "../../schema/desired.ts";
import type { Instance } from "../../schema/instance.ts";
import type { Account, System } from "../../system/system.ts";
import { removeOwnedFolder } from "../releases/site-files.ts";
import { useExisting } from "./existing-environment.ts";
import { installPackages, readGunicornVersion } from "./install-packages.ts";
import { installVariables } from "./install-variables.ts";
import { findInterpreter, type Interpreter } from "./interpreter.ts";
import { readRequirements, type WantedPackages } from "./read-requirements.ts";
import type { EnvironmentResult } from "./result.ts";

export type EnvironmentArgs = {
  system: System;
  instance: Instance;
  site: Pick<DesiredSite, "spec">;
  /** Where requirements.txt or pyproject.toml lie. */
  releaseFolder: string;
  user: Account;
  signal: AbortSignal;
  onOutput: (text: string) => void;
  /** The supervisor's own variables; those that tell pip and uv where packages come from are passed on. */
  variables?: Record<string, string | undefined>;
};

/** Never rejects for what the application asks for: a failed install is a result, with one sentence and the last lines. */
export async function ensureEnvironment(args: EnvironmentArgs): Promise<EnvironmentResult> {
  const { system, instance, site, releaseFolder, user, signal } = args;
  const { environment, name } = site.spec;
  if (environment.kind === "existing") return useExisting({ system, user, path: environment.path });

  const variables = args.variables ?? process.env;
  const search = await findInterpreter({
    system,
    user,
    chosen: environment.python,
    searchPath: variables.PATH ?? "",
  });
  if (!search.ok) return search;
  const { interpreter } = search;
  const wanted = await readRequirements(system.files, releaseFolder);
  const hash = environmentHash({ wanted, interpreter, releaseFolder });
  const paths = sitePaths(instance, name);
  const folder = paths.environment(hash);
  const python = `${folder}/bin/python`;
  const marker = `${folder}/monban.json`;

  if (await system.files.stat(marker)) {
    const gunicornVersion = await readGunicornVersion({ system, user, python });
    if (gunicornVersion) return { ok: true, hash, python, gunicornVersion, reused: true };
    args.onOutput("The environment does not start any more (was Python upgraded?); it is built again.\n");
  }
  await removeOwnedFolder(system, user, folder);
  await system.files.makeFolder(paths.environments, { mode: 0o711 });
  const owner = system.accounts.privileged ? { uid: user.uid, gid: user.gid } : {};
  const cache = `${paths.home}/package-cache`;
  await system.files.makeFolder(cache, { ...owner, mode: 0o700 });
  await system.files.makeFolder(folder, { ...owner, mode: 0o750 });

  const installed = await installPackages({
    system,
    user,
    interpreter,
    wanted,
    folder,
    releaseFolder,
    env: installVariables({
      variables,
      cache,
      home: `${folder}/.home`,
      isOwnUser: !system.accounts.privileged,
    }),
    signal,
    onOutput: args.onOutput,
  });
  if (!installed.ok) {
    await removeOwnedFolder(system, user, folder);
    return installed;
  }
  const { gunicornVersion } = installed;
  const facts = { python: interpreter.version, gunicorn: gunicornVersion, builtAt: system.clock.now() };
  await system.files.writeAtomic(marker, `${JSON.stringify(facts)}\n`, { mode: 0o644 });
  return { ok: true, hash, python, gunicornVersion, reused: false };
}

/** 32 hexadecimal digits that change whenever another environment is needed. */
function environmentHash(args: {
  wanted: WantedPackages;
  interpreter: Interpreter;
  releaseFolder: string;
}): string {
  const { wanted, interpreter, releaseFolder } = args;
  const facts = {
    texts: wanted.texts,
    gunicorn: wanted.namesGunicorn ? null : GUNICORN_VERSION,
    python: [interpreter.path, interpreter.version, interpreter.platform],
    // Packages of the source folder itself are new with every release.
    release: wanted.hasLocal ? releaseFolder : null,
  };
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 32);
}
