/** From settings to an installation: folders with the right owners, users, paths that every process can reach. */
import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import {
  access,
  chmod,
  chown,
  cp,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from "node:fs/promises";
import { delimiter, dirname, join } from "node:path";
import { instancePaths } from "../core/layout.ts";
import type { Instance } from "../schema/instance.ts";
import { blockedFolders, isTemporary, letPass } from "../system/reachable.ts";
import { createRealAccounts } from "../system/real-accounts.ts";
import { SettingError, type Settings } from "./settings.ts";

/** Room a socket path needs behind the run folder: /s/ + a site's name (32) + /current.sock, within the kernel's 107. */
const MAX_RUN_FOLDER = 107 - "/s/".length - 32 - "/current.sock".length;
const INSTALLED_DATA = "/var/lib/monban";

/** Makes the folders and returns the facts of the installation. `say` tells people what is done and why. */
export async function prepareInstance(args: {
  settings: Settings;
  /** Folder of the built program. */
  root: string;
  version: string;
  say: (line: string) => void;
}): Promise<Instance> {
  const { settings, say } = args;
  const accounts = createRealAccounts();
  const { privileged } = accounts;
  const users = privileged
    ? {
        nginx: await accounts.ensureSystemUser("monban-nginx"),
        panel: await accounts.ensureSystemUser("monban"),
      }
    : null;
  const data = privileged ? await reachableData(settings, say) : settings.data;
  await mkdir(data, { recursive: true });
  const real = await realpath(data);
  if (users) {
    // Sticky: the panel keeps its database here and may not touch what is not its own.
    await chown(real, 0, users.panel.gid);
    await chmod(real, 0o1771);
  } else await chmod(real, 0o700);

  const hash = createHash("sha256").update(real).digest("hex").slice(0, 12);
  const run = `${real}/run`.length <= MAX_RUN_FOLDER ? `${real}/run` : `/tmp/monban-${hash}`;
  await makeOwnFolder(run, privileged ? 0o711 : 0o700);
  const memory = (await isWritable("/dev/shm")) ? "/dev/shm" : null;
  const root = privileged ? await reachableProgram(args.root, real, say) : args.root;
  const nodeBinary = privileged && root !== args.root ? `${root}/node` : process.execPath;

  const instance: Instance = {
    version: args.version,
    root,
    data: real,
    run,
    facts: memory ? `${memory}/monban-${hash}` : `${run}/facts`,
    httpAddress: settings.httpAddress,
    httpPort: settings.httpPort,
    httpsPort: settings.httpsPort,
    panelHost: settings.panelHost,
    panelPort: settings.panelPort,
    nginxBinary: settings.nginx ?? (await findProgram("nginx", "MONBAN_NGINX")),
    pythonBinary: settings.python ?? (await findProgram("python3", "MONBAN_PYTHON")),
    nodeBinary,
    users,
    dev: settings.dev,
  };
  await makeFolders(instance);
  return instance;
}

async function makeFolders(instance: Instance): Promise<void> {
  const paths = instancePaths(instance);
  const forOthers = instance.users ? 0o711 : 0o700;
  // All of them now, while nobody else is there to put something in their place: the panel may write beside them.
  await makeOwnFolder(paths.supervisor, 0o700);
  await makeOwnFolder(paths.nginx, forOthers);
  await makeOwnFolder(paths.operations, 0o700);
  await makeOwnFolder(instance.facts, forOthers);
  await makeOwnFolder(paths.logs, instance.users ? 0o755 : 0o700);
  await makeOwnFolder(paths.processLogs, 0o750);
  await makeOwnFolder(`${instance.data}/sites`, forOthers);
}

/** Creates the folder or checks that it is ours: somebody else's folder, or link, of that name may be a trap. */
async function makeOwnFolder(path: string, mode: number): Promise<void> {
  const standing = await lstat(path).catch(() => null);
  if (standing) checkIsOurs(path, standing);
  await mkdir(path, { recursive: true });
  checkIsOurs(path, await stat(path));
  await chmod(path, mode);
}

function checkIsOurs(path: string, { uid }: { uid: number }): void {
  if (uid === process.getuid?.()) return;
  throw new SettingError(
    `${path} belongs to another user (uid ${uid}). Remove it, or run Monban as that user.`,
  );
}

async function reachableData(settings: Settings, say: (line: string) => void): Promise<string> {
  const blocked = await blockedFolders(settings.data);
  if (blocked.length === 0) return settings.data;
  if (blocked.every(isTemporary)) {
    for (const folder of blocked) {
      await letPass(folder);
      say(`${folder} was closed to the users that sites run as; it may be passed now (o+x), not listed.`);
    }
    return settings.data;
  }
  if (!settings.dataGiven) {
    say(
      `Sites run as users of their own, and they cannot pass ${blocked[0]}: the data is kept in ${INSTALLED_DATA}.`,
    );
    return INSTALLED_DATA;
  }
  throw new SettingError(
    `MONBAN_DATA is ${settings.data}, and the users that sites run as cannot pass ${blocked.join(", ")}.\n` +
      `Choose another folder, such as ${INSTALLED_DATA}, or let them pass: chmod o+x ${blocked.join(" ")}`,
  );
}

/** The program itself, or a copy of it where the panel's user can read it. */
async function reachableProgram(root: string, data: string, say: (line: string) => void): Promise<string> {
  const blocked = [...(await blockedFolders(root)), ...(await blockedFolders(dirname(process.execPath)))];
  if (blocked.length === 0) return root;
  if (blocked.every(isTemporary)) {
    for (const folder of new Set(blocked)) await letPass(folder);
    return root;
  }
  const stamps = await Promise.all(
    ["panel.mjs", "supervisor.mjs", "monban.mjs"].map((name) => readFile(`${root}/${name}`)),
  );
  const id = createHash("sha256")
    .update(Buffer.concat(stamps))
    .update(process.version)
    .digest("hex")
    .slice(0, 16);
  const programs = `${data}/program`;
  const copy = `${programs}/${id}`;
  // What lies in there is run as root.
  await makeOwnFolder(programs, 0o755);
  if (await exists(`${copy}/complete`)) return copy;
  say(`The panel cannot read the program in ${root}; it runs from a copy in ${copy}.`);
  for (const old of await readdir(programs)) await rm(join(programs, old), { recursive: true, force: true });
  await cp(root, copy, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await cp(process.execPath, `${copy}/node`, { mode: constants.COPYFILE_FICLONE });
  await writeFile(`${copy}/complete`, "");
  return copy;
}

/** First program of that name on PATH and in the usual system folders, which PATH may lack. */
async function findProgram(name: string, setting: string): Promise<string> {
  const preferred = name === "python3" ? ["/usr/bin"] : [];
  const folders = [
    ...preferred,
    ...(process.env.PATH ?? "").split(delimiter),
    "/usr/sbin",
    "/usr/local/sbin",
    "/usr/bin",
    "/usr/local/bin",
  ];
  for (const folder of folders) {
    const path = join(folder, name);
    if (folder.startsWith("/") && (await isExecutable(path))) return path;
  }
  throw new SettingError(`There is no ${name} on this machine. Install it, or name it with ${setting}.`);
}

/** The one-time token of the set-up page, in a file that only the panel reads and deletes; null once set up. */
export async function setupToken(instance: Instance, given: string | undefined): Promise<string | null> {
  const paths = instancePaths(instance);
  const existing = await readFile(paths.setupTokenFile, "utf8").catch(() => null);
  if (existing !== null && !given) return existing.trim();
  if (existing === null && (await exists(paths.database))) return null;
  const token = given ?? randomBytes(15).toString("base64url");
  await writeToken(paths, instance.users?.panel ?? null, token);
  return token;
}

/**
 * The panel's user may put anything in the data folder, also a link of this name: the file is made where only we can
 * write, and put in its place by a rename.
 */
async function writeToken(
  { supervisor, setupTokenFile }: ReturnType<typeof instancePaths>,
  owner: { uid: number; gid: number } | null,
  token: string,
): Promise<void> {
  const draft = `${supervisor}/setup-token.new`;
  await rm(draft, { force: true });
  await writeFile(draft, `${token}\n`, { mode: 0o600, flag: "wx" });
  if (owner) await chown(draft, owner.uid, owner.gid);
  await rename(draft, setupTokenFile);
}

/** Copies the sample application on the very first start; afterwards it is a folder like any other. */
export async function placeSample(instance: Instance): Promise<void> {
  const target = `${instance.data}/sample`;
  const paths = instancePaths(instance);
  if ((await exists(target)) || (await exists(paths.database)) || !(await exists(paths.sampleSite))) return;
  await cp(paths.sampleSite, target, { recursive: true });
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}
