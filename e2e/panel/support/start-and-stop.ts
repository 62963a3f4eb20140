/** Before the first journey: a whole Monban with the sample site. After the last: nothing of it is left. */
import { startStack } from "../../../lib/testing/start-stack.ts";
import { passOn } from "./monban.ts";

export default async function startAndStop(): Promise<() => Promise<void>> {
  const stack = await startStack({ sample: true });
  passOn(stack);
  return () => stack.stop();
}
