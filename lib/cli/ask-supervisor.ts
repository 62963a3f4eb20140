/** The owner's way to the supervisor, without the panel and without signing in. */
import { createControlClient } from "../control/client.ts";
import { instancePaths } from "../core/layout.ts";
import type { Instance } from "../schema/instance.ts";

/** A client of the control socket of this installation; its calls reject when the supervisor is away. */
export function askSupervisor(instance: Instance) {
  return createControlClient({ socketPath: instancePaths(instance).supervisorSocket });
}

/** Who the journal names for what is done from a shell. */
export const cliActor = { kind: "cli" as const, name: process.env.SUDO_USER || process.env.USER || "shell" };
