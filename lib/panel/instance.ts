/**
 * The one panel of this process. The server creates it before the first request; Next's own bundle, which is
 * separate from the server's, finds it here through the global object and so carries no copy of it.
 */
import type { Panel } from "./types.ts";

const KEY = Symbol.for("monban.panel");
type Holder = { [KEY]?: Panel };

export function setPanel(panel: Panel | null): void {
  (globalThis as Holder)[KEY] = panel ?? undefined;
}

/** Throws when the server has not created it: pages are then not served at all. */
export function getPanel(): Panel {
  const panel = (globalThis as Holder)[KEY];
  if (!panel)
    throw new Error("The panel is not ready: this page was asked for outside of Monban's own server.");
  return panel;
}
