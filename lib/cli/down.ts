/** `monban down`: stops everything, from any terminal. */
import { setTimeout as pause } from "node:timers/promises";
import { instancePaths } from "../core/layout.ts";
import type { Instance } from "../schema/instance.ts";
import { connectKeeper } from "../system/keeper-client.ts";

/** A little more than the keeper itself takes at most. */
const STOP_DEADLINE_MS = 90_000;

/** Resolves with the exit status: 0 when nothing is up afterwards. */
export async function down(instance: Instance): Promise<number> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  const path = instancePaths(instance).keeperSocket;
  const keeper = await connectKeeper({ path, connectTimeoutMs: 2_000, requestTimeoutMs: 10_000 }).catch(
    () => null,
  );
  if (!keeper) {
    say(`Monban is not up on ${instance.data}.`);
    return 0;
  }
  say("Stopping: requests may finish …");
  await keeper.shutdown();
  const gone = await Promise.race([
    keeper.closed.then(() => true),
    pause(STOP_DEADLINE_MS, false, { ref: false }),
  ]);
  if (!gone) {
    say(
      `It is still stopping after ${STOP_DEADLINE_MS / 1000} s; see ${instancePaths(instance).processLogs}/keeper.log`,
    );
    return 1;
  }
  say("Everything is stopped.");
  return 0;
}
