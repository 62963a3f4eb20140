import { expect, test } from "vitest";
import type { LogLine } from "../../schema/log-line.ts";
import { append, emptyBuffer, MAX_LINES, prepend, release } from "./log-buffer.ts";

function lines(from: number, count: number): LogLine[] {
  return Array.from({ length: count }, (_, index) => ({ cursor: String(from + index) }) as LogLine);
}

test("a line that comes twice is shown once", () => {
  const buffer = append(append(emptyBuffer, lines(0, 3), false), lines(2, 2), false);
  expect(buffer.lines.map((line) => line.cursor)).toEqual(["0", "1", "2", "3"]);
});

test("while paused nothing moves, and afterwards nothing is missing", () => {
  const paused = append(append(emptyBuffer, lines(0, 2), false), lines(2, 2), true);
  expect(paused.lines).toHaveLength(2);
  expect(paused.held).toHaveLength(2);
  expect(release(paused).lines.map((line) => line.cursor)).toEqual(["0", "1", "2", "3"]);
});

test("the number of rows stays within its bound at both ends", () => {
  const full = append(emptyBuffer, lines(0, MAX_LINES + 10), false);
  expect(full.lines).toHaveLength(MAX_LINES);
  expect(full.lines.at(-1)?.cursor).toBe(String(MAX_LINES + 9));
  const older = prepend(full, lines(-5, 5), null);
  expect(older.lines).toHaveLength(MAX_LINES);
  expect(older.lines[0]?.cursor).toBe("-5");
});
