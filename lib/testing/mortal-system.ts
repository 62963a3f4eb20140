/** A machine as seen by a process that can be killed at any moment, as by `kill -9`. */
import { type KeeperClient, KeeperError } from "../system/keeper-client.ts";
import type { System } from "../system/system.ts";

/** The system as one supervisor sees it: after its death nothing it asked for happens, and it hears of nothing. */
export function mortalSystem(system: System, life: { dead: boolean }, connected: () => boolean): System {
  const keeper = mortalObject(system.keeper, life);
  const link = new Proxy(keeper, {
    get(target, key: keyof KeeperClient) {
      if (typeof target[key] !== "function" || connected()) return target[key];
      return async () => {
        throw new KeeperError("Closed", "the keeper is away");
      };
    },
  });
  return {
    clock: mortalObject(system.clock, life),
    files: mortalObject(system.files, life),
    machine: mortalObject(system.machine, life),
    accounts: mortalObject(system.accounts, life),
    keeper: link,
    run: (program) => mortalObject(system, life).run(program),
    probe: (probe) => mortalObject(system, life).probe(probe),
    random: () => system.random(),
  };
}

const SYNCHRONOUS = new Set<string | symbol>(["now", "monotonic"]);

/** The same object with methods that never answer, and do nothing, once `life` is over. */
export function mortalObject<Target extends object>(target: Target, life: { dead: boolean }): Target {
  const never = () => new Promise<never>(() => undefined);
  const mortal =
    (act: (...args: unknown[]) => unknown) =>
    (...args: unknown[]): unknown => {
      if (life.dead) return never();
      const result = act.apply(target, args);
      if (!(result instanceof Promise)) return result;
      return result.then(
        (value) => (life.dead ? never() : value),
        (cause) => {
          if (life.dead) return never();
          throw cause;
        },
      );
    };
  const copy: Record<string | symbol, unknown> = {};
  for (const [key, value] of Object.entries(target))
    copy[key] = typeof value === "function" && !SYNCHRONOUS.has(key) ? mortal(value as never) : value;
  return copy as Target;
}
