// Processes that tests left behind. Each run has a mark in its environment, and what it starts inherits it.
import fs from "node:fs";

export const MARK = "MONBAN_TEST_RUN";
const GONE_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 100;

/**
 * Waits until no process carries the mark; what is still there after `goneWithinMs` is killed.
 *
 * @param {string} mark
 * @returns {Promise<string[]>} one line for each process that had to be killed
 */
export async function endLeftovers(mark, { goneWithinMs = GONE_WITHIN_MS } = {}) {
  const deadline = Date.now() + goneWithinMs;
  while (marked(mark).length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  const left = marked(mark);
  for (const { pid } of left) kill(pid);
  return left.map(({ pid, command }) => `process ${pid} was left behind: ${command}`);
}

function marked(mark) {
  const entry = `${MARK}=${mark}`;
  return fs.readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      if (!fs.readFileSync(`/proc/${pid}/environ`, "latin1").split("\0").includes(entry)) return [];
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      return [{ pid: Number(pid), command: command.slice(0, 160) }];
    } catch {
      // It has ended meanwhile, or belongs to somebody else.
      return [];
    }
  });
}

function kill(pid) {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}
