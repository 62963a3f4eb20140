/** The owner's way to the supervisor, without the panel and without signing in. */
import { createControlClient, SupervisorAway } from "../control/client.ts";
import { instancePaths } from "../core/layout.ts";
import type { Instance } from "../schema/instance.ts";
import { connectKeeper } from "../system/keeper-client.ts";

/** A client of the control socket of this installation; its calls reject when the supervisor is away. */
export function askSupervisor(instance: Instance) {
  return createControlClient({ socketPath: instancePaths(instance).supervisorSocket });
}

/** Who the journal names for what is done from a shell. */
export const cliActor = { kind: "cli" as const, name: process.env.SUDO_USER || process.env.USER || "shell" };

/** The exit status of a command, or 2 with one sentence when there was no supervisor to ask. */
export async function orWhyAway(instance: Instance, command: Promise<number>): Promise<number> {
  try {
    return await command;
  } catch (cause) {
    if (!(cause instanceof SupervisorAway)) throw cause;
    process.stderr.write(`${await whyAway(instance, cause)}\n`);
    return 2;
  }
}

async function whyAway(instance: Instance, away: SupervisorAway): Promise<string> {
  const code = (away.cause as NodeJS.ErrnoException | undefined)?.code;
  if (code === "EACCES" || code === "EPERM")
    return `Only the user that started Monban on ${instance.data} may ask it.`;
  if ((await runningKeeper(instance)) === null)
    return `Monban is not up on ${instance.data}. Start it with npm start.`;
  return `Unknown: ${away.message}. Sites keep serving, and the keeper starts it again; ask once more in a moment.`;
}

/** The pid of the keeper that answers on this installation, or null. */
export async function runningKeeper(instance: Instance): Promise<number | null> {
  const path = instancePaths(instance).keeperSocket;
  try {
    const keeper = await connectKeeper({ path, connectTimeoutMs: 1_000, requestTimeoutMs: 2_000 });
    try {
      return (await keeper.hello()).pid;
    } finally {
      keeper.close();
    }
  } catch {
    return null;
  }
}
