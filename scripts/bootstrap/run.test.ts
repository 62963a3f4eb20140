import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { run, runOrHalt } from "./run.mjs";

const MINUTE_MS = 60_000;
const node = (code: string) => ["-e", code];

describe("running a program", () => {
  test("what it prints is kept, also the line without an end", async () => {
    const result = await run(
      process.execPath,
      node("console.log('one'); console.error('two'); process.stdout.write('three')"),
      {
        doing: "printing",
        deadlineMs: MINUTE_MS,
      },
    );
    expect(result.status).toBe(0);
    expect(result.lines.toSorted()).toEqual(["one", "three", "two"]);
  });

  test("a failure names what failed, its last lines and the repair", async () => {
    const failing = runOrHalt(process.execPath, node("console.error('no space left'); process.exit(3)"), {
      doing: "installing",
      shownAs: "install things",
      deadlineMs: MINUTE_MS,
      repair: "make space.",
    });
    await expect(failing).rejects.toMatchObject({
      message: "Failed: installing. `install things` ended with status 3.",
      evidence: ["no space left"],
      repair: "make space.",
    });
  });

  test("a program that never ends is stopped at its deadline", async () => {
    const hanging = runOrHalt(process.execPath, node("setInterval(() => {}, 1000)"), {
      doing: "waiting",
      shownAs: "wait",
      deadlineMs: 100,
    });
    await expect(hanging).rejects.toThrow(
      "Failed: waiting. `wait` was not done after 0.1 s and was stopped.",
    );
  });

  test("a program that does not exist is named", async () => {
    const missing = run("/nonexistent/program", [], { doing: "starting", deadlineMs: MINUTE_MS });
    await expect(missing).rejects.toThrow("Could not run /nonexistent/program");
  });

  test("a signal ends the program first, then the script", async () => {
    const { child, says } = script(`run(process.execPath, ["-e", "setInterval(() => {}, 1000)"], options)`);
    await says("running");
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([143, null]);
  });

  test("a signal waits for work that must not stop half-way", async () => {
    const work = `uninterrupted("System", async () => {
      await run(process.execPath, ["-e", "process.stdin.resume()"], { ...options, ownSession: true });
      await new Promise((resolve) => process.stdin.once("data", resolve));
      console.log("complete");
    })`;
    const { child, says } = script(work);
    await says("running");
    child.kill("SIGTERM");
    await says("System: SIGTERM: will end as soon as this step is complete");
    child.stdin.write("go on\n");
    await says("complete");
    expect(await once(child, "exit")).toEqual([143, null]);
  });
});

/** A script that does `work` and says "running" when it has begun. */
function script(work: string) {
  const code = `
    import { run, uninterrupted } from ${JSON.stringify(path.join(import.meta.dirname, "run.mjs"))};
    const options = { doing: "working", deadlineMs: ${MINUTE_MS} };
    const work = ${work};
    console.log("running");
    await work;`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (more) => {
    text += more;
  });
  const says = (wanted: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (text.includes(wanted)) resolve();
      };
      child.stdout.on("data", look);
      look();
    });
  return { child, says };
}
