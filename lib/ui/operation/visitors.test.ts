import { expect, test } from "vitest";
import type { Operation, OperationStep } from "../../schema/operation.ts";
import { canCancel, nothingChangedForVisitors } from "./visitors.ts";

function anOperation(
  steps: Partial<Record<OperationStep["name"], OperationStep["state"]>>,
  values: Partial<Operation> = {},
): Operation {
  return {
    kind: "reload",
    state: "failed",
    steps: Object.entries(steps).map(([name, state]) => ({ name, state, startedAt: null, endedAt: null })),
    ...values,
  } as Operation;
}

test("a reload that failed before cut over changed nothing for visitors", () => {
  expect(nothingChangedForVisitors(anOperation({ probe: "failed", "cut-over": "skipped" }))).toBe(true);
});

test("one that failed after it did", () => {
  expect(nothingChangedForVisitors(anOperation({ "cut-over": "succeeded", watch: "failed" }))).toBe(false);
  expect(nothingChangedForVisitors(anOperation({ publish: "succeeded", probe: "failed" }))).toBe(false);
});

test("a restart always touches visitors", () => {
  expect(nothingChangedForVisitors(anOperation({ boot: "failed" }, { kind: "restart" }))).toBe(false);
});

test("a rollout can be cancelled until it cuts over", () => {
  const running = { state: "running" } as const;
  expect(canCancel(anOperation({ boot: "running", "cut-over": "pending" }, running))).toBe(true);
  expect(canCancel(anOperation({ boot: "succeeded", "cut-over": "running" }, running))).toBe(false);
});
