/** Which folders may be a source. Everything here is about real paths, after symbolic links were followed. */
import { isWithin } from "./release-files.ts";

/** Places of the system: code that lies there is not a site, and reading it could give away secrets. */
const SYSTEM_FOLDERS = [
  "/proc",
  "/sys",
  "/dev",
  "/etc",
  "/boot",
  "/run",
  "/bin",
  "/sbin",
  "/lib",
  "/lib32",
  "/lib64",
  "/libx32",
  "/lost+found",
  "/usr",
  "/var/lib",
  "/var/log",
  "/var/cache",
  "/var/spool",
  "/var/mail",
  "/var/backups",
  "/var/run",
  "/var/lock",
];
const EXCEPTIONS = ["/usr/local", "/usr/share"];
/** Programs and settings that root uses: a site that may write there would be root with the next command. */
const NO_EXCEPTIONS = ["bin", "sbin", "lib", "libexec", "etc", "games", "include"].map(
  (name) => `/usr/local/${name}`,
);

/** Folders that hold folders of many owners, and are no site themselves. */
const TOO_WIDE = [
  "/",
  "/home",
  "/root",
  "/opt",
  "/tmp",
  "/usr",
  "/usr/local",
  "/usr/share",
  "/var",
  "/var/tmp",
];

/** The one part of Monban's data folder that is a site's; the rest (programs, secrets, releases) is its own. */
const SAMPLE = "sample";

/**
 * Null when `real` may be a source, else a sentence with the repair. `roots` are the only places allowed when the
 * installation names some (MONBAN_SOURCE_ROOTS); they may lie where the system's folders are. `program` is the folder
 * Monban itself runs from: a site that may write there would be Monban.
 */
export function refusalOfFolder(args: {
  real: string;
  data: string;
  program: string;
  roots: string[];
}): string | null {
  const { real, data, program, roots } = args;
  if (isWithin(data, real)) return `${real} holds Monban's own data; choose a folder of the site's own.`;
  if (isWithin(program, real))
    return `${real} holds Monban's own program; choose a folder of the site's own.`;
  const isSample = isWithin(real, `${data}/${SAMPLE}`);
  if ((isWithin(real, data) && !isSample) || isWithin(real, program)) {
    return `${real} belongs to Monban itself; choose the folder your code lies in.`;
  }
  if (roots.length > 0) {
    if (roots.some((root) => isWithin(real, root))) return null;
    return `${real} is outside the folders this installation allows for sources: ${roots.join(", ")}.`;
  }
  if (isSample) return null;
  if (TOO_WIDE.includes(real)) return `${real} is not one site's folder; choose a folder inside it.`;
  const system = SYSTEM_FOLDERS.find((folder) => isWithin(real, folder));
  if (/^\/root\/\./.test(real)) {
    return `${real} is where root keeps keys and settings; put the site somewhere else, such as /srv.`;
  }
  const isException =
    EXCEPTIONS.some((folder) => isWithin(real, folder)) &&
    !NO_EXCEPTIONS.some((folder) => isWithin(real, folder));
  if (!system || isException) return null;
  return `${real} is in ${system}, which belongs to the system; put the site somewhere else, such as /srv, or allow the folder with MONBAN_SOURCE_ROOTS.`;
}

/** True when a folder is shown while somebody looks for one: it may be a source, or leads to some. */
export function isShownFolder(args: {
  real: string;
  data: string;
  program: string;
  roots: string[];
}): boolean {
  const { real, roots } = args;
  if (roots.length > 0) return roots.some((root) => isWithin(root, real)) || refusalOfFolder(args) === null;
  return TOO_WIDE.includes(real) || isWithin(args.data, real) || refusalOfFolder(args) === null;
}

/** `MONBAN_SOURCE_ROOTS`: absolute folders, separated by colons. */
export function parseSourceRoots(value: string | undefined): string[] {
  const parts = (value ?? "").split(":").map((part) => part.trim().replace(/\/+$/, ""));
  return parts.filter((part) => part.startsWith("/"));
}
