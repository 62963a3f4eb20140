/** Users of the machine. Sites that have no owner of their own get a system user each, so that one cannot read another. */
import { userInfo } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { runProgram } from "./run-program.ts";
import type { Account, Accounts } from "./system.ts";

const ACCOUNT_TIMEOUT_MS = 30_000;
const LOCK_DEADLINE_MS = 15_000;
const LOCK_PAUSE_MS = 100;

/** Only users of this form are ever created or removed. */
const OWN_USER_NAME = /^monban(-[a-z0-9][a-z0-9-]*)?$/;
const MAX_USER_NAME_LENGTH = 32;

export function createRealAccounts(): Accounts {
  const self = whoAmI();
  const privileged = self.uid === 0;
  // useradd and userdel hold one lock for the machine and give up when it is taken: ours queue.
  let queue: Promise<unknown> = Promise.resolve();
  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = queue.then(act, act);
    queue = turn.catch(() => {});
    return turn;
  }

  return {
    privileged,
    self,
    byUid: (uid) => lookUp(String(uid)),
    ensureSystemUser: (name) =>
      inTurn(async () => {
        checkOwnName(name);
        const existing = await lookUp(name);
        if (existing) return existing;
        const options = ["--system", "--no-create-home", "--user-group", "--shell", "/usr/sbin/nologin"];
        await command("useradd", [...options, "--", name]);
        const created = await lookUp(name);
        if (!created) throw new Error(`useradd made the user ${name}, but it cannot be found`);
        return created;
      }),
    removeSystemUser: (name) =>
      inTurn(async () => {
        checkOwnName(name);
        if (await lookUp(name)) await command("userdel", ["--", name]);
      }),
  };
}

function checkOwnName(name: string): void {
  if (OWN_USER_NAME.test(name) && name.length <= MAX_USER_NAME_LENGTH) return;
  throw new Error(`${name} is not the name of a user that Monban may create or remove`);
}

async function lookUp(key: string): Promise<Account | null> {
  const { exitCode, stdout, stderr } = await run("getent", ["passwd", key]);
  if (exitCode === 2) return null;
  if (exitCode !== 0) throw new Error(`getent passwd ${key} failed: ${stderr.trim() || `exit ${exitCode}`}`);
  return parsePasswdLine(stdout);
}

/** `name:password:uid:gid:comment:home:shell` */
export function parsePasswdLine(line: string): Account | null {
  const [name, , uid, gid] = line.split("\n")[0]!.split(":");
  if (!name || !/^\d+$/.test(uid ?? "") || !/^\d+$/.test(gid ?? "")) return null;
  return { name, uid: Number(uid), gid: Number(gid) };
}

/** Somebody else, such as a package being installed, may hold the lock: it is tried again until it is free. */
async function command(file: string, args: string[]): Promise<void> {
  for (const until = performance.now() + LOCK_DEADLINE_MS; ; ) {
    const { exitCode, stderr } = await run(file, args);
    if (exitCode === 0) return;
    if (!stderr.includes("cannot lock") || performance.now() > until)
      throw new Error(`${file} failed: ${stderr.trim() || `exit ${exitCode}`}`);
    await sleep(LOCK_PAUSE_MS);
  }
}

function run(file: string, args: string[]) {
  const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" };
  return runProgram({ file, args, env, cwd: "/", timeoutMs: ACCOUNT_TIMEOUT_MS });
}

function whoAmI(): Account {
  const uid = process.getuid!();
  const gid = process.getgid!();
  try {
    return { uid, gid, name: userInfo().username };
  } catch {
    // Containers often run under a number that has no name.
    return { uid, gid, name: String(uid) };
  }
}
