/** Before the first journey: a whole Monban with the sample site. After the last: nothing of it is left. */
import { endStack } from "../../../lib/testing/end-stack.ts";
import { processesOf } from "../../../lib/testing/leftovers.ts";
import { startStack } from "../../../lib/testing/start-stack.ts";
import { passOn } from "./monban.ts";

export default async function startAndStop(): Promise<() => Promise<void>> {
  const stack = await startStack({ sample: true });
  passOn(stack);
  return async () => {
    await stack.stop();
    const left = await processesOf(stack.data);
    await endStack(stack);
    if (left.length > 0) throw new Error(`Monban left processes behind: ${JSON.stringify(left)}`);
  };
}
