import { expect, it } from "vitest";
import { realClock } from "./real-clock.ts";

it("a sleep ends by itself or with the reason it was broken off for", async () => {
  await realClock.sleep(1);
  const control = new AbortController();
  const long = realClock.sleep(600_000, control.signal);
  control.abort(new Error("enough"));
  await expect(long).rejects.toThrow("enough");
  await expect(realClock.sleep(600_000, control.signal)).rejects.toThrow("enough");
});
