// Where programs are on this machine.
import fs from "node:fs";
import path from "node:path";
import { Halt } from "./report.mjs";

export const root = path.join(import.meta.dirname, "../..");

/** Daemons such as nginx live here, and an ordinary user's PATH often lacks these folders. */
const SYSTEM_FOLDERS = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];

/** The path of a program on PATH or in the system's own folders, or null. */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter).filter(Boolean), ...SYSTEM_FOLDERS];
  for (const folder of folders) {
    // npm puts this checkout's own tools in front; what is looked for here belongs to the machine.
    if (folder.endsWith("node_modules/.bin")) continue;
    const file = path.join(folder, name);
    if (isProgram(file)) return file;
  }
  return null;
}

export function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The Node 24 that the npm packages bring, or the running one when it is new enough. Needs installed packages. */
export function node24() {
  const bundled = path.join(root, `node_modules/node-linux-${process.arch}/bin/node`);
  if (isProgram(bundled)) return bundled;
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  throw new Halt(
    `Monban needs Node 24, and its npm package does not exist for ${process.platform}-${process.arch}.`,
    {
      repair: "install Node 24 or newer and run this again with it.",
    },
  );
}
