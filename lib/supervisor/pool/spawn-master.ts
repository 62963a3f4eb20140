/** Starts the gunicorn master of a generation on a socket the keeper holds. */
import { sitePaths } from "../../core/layout.ts";
import { renderGunicornConfig } from "../../render/gunicorn/config.ts";
import type { Generation } from "../../schema/generation.ts";
import type { SpawnReply } from "../../system/keeper-client.ts";
import type { Context } from "../context.ts";
import { writeGeneration, writeIfChanged } from "./generation-store.ts";
import { generationName } from "./names.ts";
import { workerEnvironment } from "./worker-environment.ts";

/** As gunicorn's own default: what waits here is answered by the next master, whatever happened to the last. */
const SOCKET_BACKLOG = 2048;

/**
 * Lets the keeper hold the generation's socket. Only nginx and the site's own user may connect, so that no other
 * site can talk to these workers. Running it twice does no harm.
 */
export async function holdSocket(context: Context, siteName: string, generation: Generation): Promise<void> {
  const { system, instance } = context;
  const paths = sitePaths(instance, siteName);
  await system.files.makeFolder(paths.runtime, { mode: 0o711 });
  await system.keeper.listen({
    name: generationName(siteName, generation.number),
    kind: "unix",
    path: paths.socket(generation.number),
    backlog: SOCKET_BACKLOG,
    mode: 0o660,
    ...(instance.users ? { uid: generation.user.uid, gid: instance.users.nginx.gid } : {}),
  });
}

/** Writes configuration and record, clears former facts and spawns the master. */
export async function spawnMaster(
  context: Context,
  siteName: string,
  generation: Generation,
): Promise<SpawnReply> {
  const { system, instance } = context;
  const paths = sitePaths(instance, siteName);
  const { uid, gid } = generation.user;
  const owner = instance.users ? { uid, gid } : {};
  await system.files.makeFolder(paths.generations, { mode: 0o711 });
  await writeGeneration(context, siteName, generation);
  await writeConfig(context, siteName, generation);
  await system.files.makeFolder(instance.facts, { mode: 0o711 });
  // Hooks map this file; it has to exist, because the folder is not the site's.
  await system.files.writeAtomic(paths.facts(generation.number), "", { mode: 0o600, ...owner });
  await system.files.writeAtomic(`${paths.facts(generation.number)}.exits`, "", { mode: 0o600, ...owner });
  await writeIfChanged(context, paths.stacks(generation.number), "", { mode: 0o600, ...owner });
  await system.files.makeFolder(paths.logs, { mode: 0o755 });
  context.sites.get(siteName)?.exitsRead.set(generation.number, 0);
  const name = generationName(siteName, generation.number);
  const master = await system.keeper.spawn({
    name,
    argv: [generation.python, "-m", "gunicorn", "-c", paths.generationConfig(generation.number)],
    cwd: generation.folder,
    env: workerEnvironment(generation, siteName),
    ...(instance.users ? { uid, gid, groups: [] } : {}),
    umask: 0o022,
    stdout: paths.appLog,
    stderr: paths.appLog,
    sockets: [name],
    inherit: "systemd",
  });
  rememberMaster(context, siteName, generation, master);
  return master;
}

/** Known at once and not at the next look, so that nobody calls a site dead whose new master already serves. */
function rememberMaster(
  context: Context,
  siteName: string,
  generation: Generation,
  master: SpawnReply,
): void {
  const runtime = context.sites.get(siteName);
  if (!runtime) return;
  runtime.generations = [
    ...runtime.generations.filter(({ number }) => number !== generation.number),
    {
      number: generation.number,
      release: generation.release,
      pid: master.pid,
      startTime: master.startTime,
      startedAt: context.system.clock.now(),
      socketHeld: true,
      orphans: [],
    },
  ];
}

/** Writes the configuration a person can read; a master that is started again reads it again. */
export async function writeConfig(context: Context, siteName: string, generation: Generation): Promise<void> {
  const paths = sitePaths(context.instance, siteName);
  const text = renderGunicornConfig({
    generation,
    siteName,
    hooks: context.paths.gunicornHooks,
    facts: paths.facts(generation.number),
    stacks: paths.stacks(generation.number),
    controlSocket: null,
  });
  const owner = context.instance.users ? { uid: generation.user.uid, gid: generation.user.gid } : {};
  const path = paths.generationConfig(generation.number);
  await writeIfChanged(context, path, text, { mode: 0o640, ...owner });
}
