/** Finds out which program has a TCP port, so that "address in use" can name it. */
import type { System } from "../../system/system.ts";

/** The program and pid that listen on the port, such as `apache2 (812)`, or null when that cannot be seen. */
export async function whoListens(system: System, port: number): Promise<string | null> {
  try {
    const inodes = new Set<string>();
    for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) {
      for (const inode of listeningInodes((await system.files.readText(table)) ?? "", port))
        inodes.add(inode);
    }
    if (inodes.size === 0) return null;
    for (const { pid } of await system.machine.processes()) {
      if (await holds(system, pid, inodes)) {
        const name = (await system.files.readText(`/proc/${pid}/comm`))?.trim() ?? "a program";
        return `${name} (${pid})`;
      }
    }
  } catch {
    // It is only for the sentence.
  }
  return null;
}

/** Lines of /proc/net/tcp in state 0A (listening) whose local port is the one. */
function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return table.split("\n").flatMap((line) => {
    const columns = line.trim().split(/\s+/);
    return columns[1]?.endsWith(suffix) && columns[3] === "0A" && columns[9] ? [columns[9]] : [];
  });
}

async function holds(system: System, pid: number, inodes: ReadonlySet<string>): Promise<boolean> {
  const folder = `/proc/${pid}/fd`;
  const descriptors = await system.files.list(folder).catch(() => []);
  for (const descriptor of descriptors) {
    const target = await system.files.readLink(`${folder}/${descriptor}`).catch(() => null);
    const inode = /^socket:\[(\d+)\]$/.exec(target ?? "")?.[1];
    if (inode !== undefined && inodes.has(inode)) return true;
  }
  return false;
}
