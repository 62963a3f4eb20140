/** The machine itself behind the one door. */
import { httpProbe } from "./http-probe.ts";
import type { KeeperClient } from "./keeper-client.ts";
import { createRealAccounts } from "./real-accounts.ts";
import { realClock } from "./real-clock.ts";
import { realFiles } from "./real-files.ts";
import { createRealMachine } from "./real-machine.ts";
import { runProgram } from "./run-program.ts";
import type { System } from "./system.ts";

export function createRealSystem({ keeper }: { keeper: KeeperClient }): System {
  return {
    clock: realClock,
    files: realFiles,
    machine: createRealMachine(),
    accounts: createRealAccounts(),
    keeper,
    run: runProgram,
    probe: httpProbe,
    random: Math.random,
  };
}
