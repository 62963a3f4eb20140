/** Asks git what it ignores in a folder and what is there all the same: usually data, settings, or rubbish. */
import type { System } from "../../system/system.ts";

const GIT_TIMEOUT_MS = 5_000;
const MAX_OUTPUT_BYTES = 256 * 1024;
const MAX_PATHS = 500;

/**
 * Paths relative to `folder`; folders end with a slash. Empty when it is no repository or git does not answer.
 * The repository's own settings are not trusted: git runs as the owner of the folder, without hooks, pager or a
 * file-system monitor, which is a program the repository could name.
 */
export async function listGitIgnored(system: System, folder: string, ownerUid: number): Promise<string[]> {
  const settings = ["safe.directory=*", "core.fsmonitor=false", "core.hooksPath=/dev/null", "core.pager=cat"];
  const list = ["ls-files", "--others", "--ignored", "--exclude-standard", "--directory", "-z"];
  const isOther = system.accounts.privileged && ownerUid !== 0;
  // An owner without a name is not root either.
  const owner = isOther
    ? ((await system.accounts.byUid(ownerUid)) ?? { uid: ownerUid, gid: ownerUid })
    : null;
  try {
    const { exitCode, stdout } = await system.run({
      file: "git",
      args: ["--no-pager", ...settings.flatMap((setting) => ["-c", setting]), "-C", folder, ...list],
      cwd: "/",
      env: {
        PATH: "/usr/local/bin:/usr/bin:/bin",
        HOME: "/nonexistent",
        LC_ALL: "C.UTF-8",
        GIT_CONFIG_NOSYSTEM: "1",
        GIT_CONFIG_GLOBAL: "/dev/null",
        GIT_OPTIONAL_LOCKS: "0",
        GIT_TERMINAL_PROMPT: "0",
      },
      ...(owner ? { uid: owner.uid, gid: owner.gid } : {}),
      timeoutMs: GIT_TIMEOUT_MS,
      maxOutputBytes: MAX_OUTPUT_BYTES,
    });
    if (exitCode !== 0) return [];
    const paths = stdout.split("\0").filter((path) => path !== "" && path !== "./");
    return paths.slice(0, MAX_PATHS);
  } catch {
    // No git on this machine: then nobody used it here either.
    return [];
  }
}
