/** Folders and log files of nginx, which may run as another user: it owns what it writes and nothing else. */
import { instancePaths } from "../../core/layout.ts";
import type { Instance } from "../../schema/instance.ts";
import type { System, WriteOptions } from "../../system/system.ts";

/** Owner and mode of what nginx reads and nobody else may: its configuration holds the secret of Monban's checks. */
export function readableByNginx(system: System, instance: Instance, mode: number): WriteOptions {
  if (!instance.users) return { mode };
  return { mode, uid: system.accounts.self.uid, gid: instance.users.nginx.gid };
}

function ownedByNginx(instance: Instance, mode: number): WriteOptions {
  return instance.users ? { mode, uid: instance.users.nginx.uid, gid: instance.users.nginx.gid } : { mode };
}

export async function ensureProxyFolders(system: System, instance: Instance): Promise<void> {
  const paths = instancePaths(instance);
  await system.files.makeFolder(paths.nginx, { mode: 0o711 });
  await system.files.makeFolder(paths.nginxRevisions, readableByNginx(system, instance, 0o750));
  await system.files.makeFolder(paths.nginxTemp, ownedByNginx(instance, 0o700));
  await system.files.makeFolder(paths.processLogs, { mode: 0o711 });
}

/** Creates the log files of a site before nginx opens them: the folder is not nginx's, the files are. */
export async function ensureSiteLogs(
  system: System,
  instance: Instance,
  site: { accessLog: string; errorLog: string },
): Promise<void> {
  for (const path of [site.accessLog, site.errorLog]) {
    const stat = await system.files.stat(path);
    if (stat?.kind === "file") {
      const { nginx } = instance.users ?? {};
      if (nginx && stat.uid !== nginx.uid) await system.files.own(path, nginx.uid, nginx.gid);
      continue;
    }
    const folder = path.slice(0, path.lastIndexOf("/"));
    if ((await system.files.stat(folder)) === null) await system.files.makeFolder(folder, { mode: 0o755 });
    await system.files.append(path, "", ownedByNginx(instance, 0o640));
  }
}
