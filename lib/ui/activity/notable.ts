/** Which events people want to read, and how bad they are. Pure. */
import type { JournalEvent } from "../../schema/event.ts";
import type { Tone } from "../primitives/badge.tsx";

/** Operations count once, when they end; states that only pass by are left out. */
export function isWorthTelling(event: JournalEvent): boolean {
  switch (event.type) {
    case "operation":
      return event.operation.state === "succeeded" || event.operation.state === "failed";
    case "worker-exit":
      return !["stopped", "recycled", "scaled-down"].includes(event.cause);
    case "health":
      return event.to !== "unknown" && event.from !== "unknown" && event.to !== "stopped";
    case "process":
      // The end of a pool is told by the operation or the state of its site.
      return event.change === "backoff" || (event.change === "exited" && !event.workload.startsWith("pool:"));
    case "publish":
      return !event.ok;
    case "notice":
      return event.level !== "info";
    case "site-state":
      return event.state === "failed" || event.state === "backoff";
    case "quarantine":
      return true;
  }
}

export function eventTone(event: JournalEvent): Tone {
  switch (event.type) {
    case "operation":
      return event.operation.state === "failed"
        ? "bad"
        : event.operation.state === "succeeded"
          ? "ok"
          : "accent";
    case "worker-exit":
      return ["stopped", "recycled", "scaled-down"].includes(event.cause) ? "neutral" : "bad";
    case "health":
      return event.to === "healthy"
        ? "ok"
        : event.to === "down"
          ? "bad"
          : event.to === "degraded"
            ? "warn"
            : "neutral";
    case "process":
      return event.change === "backoff" ? "bad" : event.change === "exited" ? "warn" : "neutral";
    case "publish":
      return event.ok ? "neutral" : "bad";
    case "notice":
      return event.level === "error" ? "bad" : event.level === "warning" ? "warn" : "neutral";
    case "site-state":
      return event.state === "failed" || event.state === "backoff" ? "bad" : "neutral";
    case "quarantine":
      return event.active ? "bad" : "ok";
  }
}
