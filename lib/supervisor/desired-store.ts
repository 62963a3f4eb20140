/** The last desired state the panel handed over, on disk as one file that is replaced whole. */
import { type DesiredState, desiredStateSchema, emptyDesiredState } from "../schema/desired.ts";
import type { System } from "../system/system.ts";

export type DesiredStore = {
  get(): DesiredState;
  /** Throws the system's error when it cannot be written; then nothing changed. */
  put(next: DesiredState): Promise<void>;
  /** Why the file could not be read at start; the former state is unknown then and nothing is removed. */
  unreadable: string | null;
};

/** Loads `path`. An unreadable file is kept aside under a name of its own and never overwritten. */
export async function openDesiredStore(system: System, path: string): Promise<DesiredStore> {
  let state = emptyDesiredState;
  let unreadable: string | null = null;
  try {
    const text = await system.files.readText(path);
    if (text !== null) state = desiredStateSchema.parse(JSON.parse(text));
  } catch (cause) {
    const aside = `${path}.unreadable-${system.clock.now()}`;
    await system.files.rename(path, aside).catch(() => undefined);
    unreadable = `${path} could not be read (${firstLine(cause)}). It was kept as ${aside}; sites that are up stay up until the panel hands over the desired state again.`;
  }
  return {
    get: () => state,
    get unreadable() {
      return unreadable;
    },
    async put(next) {
      await system.files.writeAtomic(path, `${JSON.stringify(next)}\n`, { mode: 0o600 });
      state = next;
      unreadable = null;
    },
  };
}

function firstLine(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).split("\n")[0] ?? "";
}
