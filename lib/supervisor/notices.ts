/** Standing conditions an admin should mend, each under one code; told once when they begin and once when they end. */
import type { ObservedState } from "../schema/observed.ts";
import type { Clock } from "../system/system.ts";
import type { Journal } from "./journal.ts";

export type Notice = ObservedState["notices"][number];

export type Notices = {
  raise(code: string, level: Notice["level"], detail: string): void;
  clear(code: string): void;
  all(): Notice[];
};

/** Keeps the conditions in memory; the journal carries their beginnings and ends. */
export function createNotices(clock: Pick<Clock, "now">, journal: Journal): Notices {
  const standing = new Map<string, Notice>();
  return {
    raise(code, level, detail) {
      const known = standing.get(code);
      if (known?.detail === detail) return;
      standing.set(code, { code, level, detail, since: known?.since ?? new Date(clock.now()).toISOString() });
      if (!known) journal.write({ type: "notice", level, code, detail });
    },
    clear(code) {
      if (!standing.delete(code)) return;
      journal.write({ type: "notice", level: "info", code, detail: "This is over." });
    },
    all: () => [...standing.values()],
  };
}
