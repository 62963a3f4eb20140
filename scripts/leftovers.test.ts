import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { endLeftovers, MARK } from "./leftovers.mjs";

test("a process that a test left behind is named and killed, and no other is touched", async () => {
  const left = sleeper("this-run");
  const other = sleeper("another-run");
  const ended = once(left, "exit");
  await Promise.all([once(left, "spawn"), once(other, "spawn")]);
  expect(await endLeftovers("this-run", { goneWithinMs: 200 })).toEqual([
    `process ${left.pid} was left behind: ${process.execPath} -e setInterval(() => {}, 1000)`,
  ]);
  expect(await ended).toEqual([null, "SIGKILL"]);
  expect(other.exitCode).toBeNull();
  const otherEnded = once(other, "exit");
  other.kill("SIGKILL");
  await otherEnded;
});

test("a process that is about to end is waited for", async () => {
  const child = spawn(process.execPath, ["-e", "process.stdin.resume().on('end', () => {})"], {
    env: { NODE_ENV: "test", [MARK]: "ending-run" },
    stdio: ["pipe", "ignore", "inherit"],
  });
  await once(child, "spawn");
  const left = endLeftovers("ending-run");
  child.stdin.end();
  expect(await left).toEqual([]);
});

function sleeper(mark: string) {
  return spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], {
    env: { NODE_ENV: "test", [MARK]: mark },
    stdio: "ignore",
  });
}
