/** What the routes of the control server are made from. */
import type { PendingEdits } from "../apply.ts";
import type { Context } from "../context.ts";
import type { HostLook } from "../host-look.ts";
import type { Loop } from "../loop.ts";
import type { Workloads } from "../workloads.ts";

export type ControlParts = {
  context: Context;
  workloads: Workloads;
  edits: PendingEdits;
  host: HostLook;
  loop: Loop;
  /** Milliseconds since the epoch. */
  startedAt: number;
};
