/** What an operation meant for visitors. Pure. */
import type { Operation } from "../../schema/operation.ts";

/** Kinds that bring a new generation up beside the old one. */
const ROLLOUTS = new Set(["reload", "rollback", "apply"]);

/**
 * True when a failed operation ended before anything visitors can see was touched: a rollout that never cut over
 * and published nothing.
 */
export function nothingChangedForVisitors(operation: Operation): boolean {
  if (operation.state !== "failed" || !ROLLOUTS.has(operation.kind)) return false;
  return !operation.steps.some((step) => {
    if (step.name === "cut-over") return step.state === "succeeded" || step.state === "failed";
    return step.name === "publish" && step.state === "succeeded";
  });
}

/** An operation can be stopped by hand until the new generation takes over. */
export function canCancel(operation: Operation): boolean {
  if (operation.state === "queued") return true;
  if (operation.state !== "running") return false;
  const rollout = ROLLOUTS.has(operation.kind) || operation.kind === "create";
  return rollout && !operation.steps.some((step) => step.name === "cut-over" && step.state !== "pending");
}

/** Steps that are over, of how many. */
export function progressOf(operation: Operation): { done: number; of: number } {
  const done = operation.steps.filter((step) => step.state !== "pending" && step.state !== "running").length;
  return { done, of: operation.steps.length };
}
