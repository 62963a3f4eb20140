/** The end of a stack in a test that kills its parts: whatever happened, nothing of it is left on the machine. */
import { rm } from "node:fs/promises";
import type { Instance } from "../schema/instance.ts";
import { killAtOnce, processesOf } from "./leftovers.ts";
import type { Stack } from "./start-stack.ts";
import { waitFor } from "./wait-for.ts";

/** Stops it, kills what is left, and removes its folders; may be called after it was stopped. */
export async function endStack(stack: Stack | undefined): Promise<void> {
  if (!stack) return;
  const instance: Instance | null = await stack.instance().catch(() => null);
  await stack.stop().catch(() => undefined);
  await waitFor("all processes to be gone", async () => {
    const left = await processesOf(stack.data);
    killAtOnce(left);
    return left.length === 0;
  });
  if (instance) await rm(instance.facts, { recursive: true, force: true });
  await rm(stack.folder, { recursive: true, force: true, maxRetries: 5 });
}
