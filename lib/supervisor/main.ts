/**
 * Entry of the supervisor process. Started by the keeper; MONBAN_INSTANCE names the file with the facts of the
 * installation. TERM means "stop everything" only when the keeper itself is stopping; otherwise this process just
 * ends and its successor adopts what lives.
 */
import { readFile } from "node:fs/promises";
import { instancePaths } from "../core/layout.ts";
import { instanceSchema } from "../schema/instance.ts";
import { openKeeperLink } from "../system/keeper-link.ts";
import { realClock } from "../system/real-clock.ts";
import { realLogFiles } from "../system/real-log-files.ts";
import { createRealSystem } from "../system/real-system.ts";
import { createExits } from "./exits.ts";
import { startSupervisor } from "./supervisor.ts";

const KEEPER_DEADLINE_MS = 30_000;

async function main(): Promise<void> {
  const startedAt = Date.now();
  const file = process.env.MONBAN_INSTANCE;
  if (!file)
    throw new Error("MONBAN_INSTANCE is not set: the supervisor is started by `monban up`, not by hand");
  const instance = instanceSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const log = (line: string) => process.stderr.write(`${new Date().toISOString()} ${line}\n`);

  const clock = realClock;
  const startTimeOf = async (pid: number) => (await system.machine.processStat(pid))?.startTime ?? null;
  const exits = createExits({ sleep: (ms, signal) => clock.sleep(ms, signal), startTimeOf });
  const link = await openKeeperLink({
    path: instancePaths(instance).keeperSocket,
    clock,
    deadlineMs: KEEPER_DEADLINE_MS,
    onExit: (exit) => exits.deliver(exit),
  });
  const system = createRealSystem({ keeper: link.client });
  const supervisor = await startSupervisor({
    system,
    logFiles: realLogFiles,
    instance,
    exits,
    link,
    startedAt,
    log,
  });

  link.onConnected(() => {
    void link.client.status().then(({ supervisor: { pid } }) => {
      // A keeper that lost its records has started another supervisor; two would work against each other.
      if (pid !== null && pid !== process.pid) process.exit(0);
    }, fatalUnlessAway);
  });

  let ending = false;
  const end = async () => {
    if (ending) return;
    ending = true;
    const stopping = await link.client.status().then(
      (status) => status.stopping,
      () => false,
    );
    await (stopping ? supervisor.stopEverything() : supervisor.letGo());
    link.close();
    process.exit(0);
  };
  process.on("SIGTERM", () => void end().catch(fatal));
  // The terminal's Ctrl-C is the launcher's business; it stops the keeper, which stops us.
  process.on("SIGINT", () => undefined);
}

function fatalUnlessAway(): void {
  // The connection ended again; the next one asks again.
}

function fatal(cause: unknown): void {
  process.stderr.write(
    `${new Date().toISOString()} ${cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)}\n`,
  );
  process.exit(1);
}

main().catch(fatal);
