/** Ends nginx: first by asking it to finish, then by asking it to stop, then by force, and it tells how far it went. */
import type { NewJournalEvent } from "../../schema/event.ts";
import type { KeeperProcess } from "../../system/keeper-client.ts";
import type { System } from "../../system/system.ts";
import { findNginx, groupEnded, signalQuietly } from "./nginx-process.ts";

export const STOP_DEADLINE_MS = 30_000;
const TERM_DEADLINE_MS = 5_000;
const KILL_DEADLINE_MS = 5_000;

/** TERM, wait, KILL, wait, for a whole group. True when it had to be killed. */
export async function endGroup(
  system: System,
  group: KeeperProcess,
  termDeadlineMs: number,
): Promise<boolean> {
  await signalQuietly(system, { ...group, signal: "SIGTERM", group: true });
  if (await groupEnded(system, group.pid, termDeadlineMs)) return false;
  await signalQuietly(system, { ...group, signal: "SIGKILL", group: true });
  await groupEnded(system, group.pid, KILL_DEADLINE_MS);
  return true;
}

/** Everything that bears the name: QUIT lets requests finish within the deadline. */
export async function stopGroups(system: System, deadlineMs: number): Promise<{ forced: boolean }> {
  const { master, orphaned } = await findNginx(system);
  const groups = master ? [master, ...orphaned] : orphaned;
  const forced = await Promise.all(
    groups.map(async (group) => {
      // A living master passes it on itself, and more orderly than a signal to everybody.
      await signalQuietly(system, { ...group, signal: "SIGQUIT", group: group.state === "leaderless" });
      if (await groupEnded(system, group.pid, deadlineMs)) return false;
      return endGroup(system, group, TERM_DEADLINE_MS);
    }),
  );
  return { forced: forced.includes(true) };
}

/** Lets workers without a master finish; whoever is left after the deadline is killed, and that is told. Never rejects. */
export async function retireGroup(args: {
  system: System;
  group: KeeperProcess;
  deadlineMs: number;
  journal: (event: NewJournalEvent) => void;
}): Promise<void> {
  const { system, group, deadlineMs, journal } = args;
  try {
    await signalQuietly(system, { ...group, signal: "SIGQUIT", group: true });
    if (await groupEnded(system, group.pid, deadlineMs)) return;
    await signalQuietly(system, { ...group, signal: "SIGKILL", group: true });
    const detail = `Workers of a former nginx did not finish within ${deadlineMs / 1_000} s and were killed.`;
    journal({ type: "notice", level: "warning", code: "nginx-orphans-killed", detail });
  } catch {
    // The keeper went away; who is left is found again at the next start.
  }
}
