import { expect, it } from "vitest";
import { aDesiredState, aSite } from "../testing/a-site.ts";
import { desiredStateSchema } from "./desired.ts";

it("a desired state with two sites of one name is refused", () => {
  const twice = aDesiredState([
    aSite({ name: "shop" }),
    { ...aSite({ name: "shop" }), id: "site_0000000000000002" },
  ]);
  expect(desiredStateSchema.safeParse(twice).error?.issues.map((issue) => issue.message)).toEqual([
    "Two sites have the same name.",
  ]);
  expect(
    desiredStateSchema.safeParse(aDesiredState([aSite({ name: "shop" }), aSite({ name: "blog" })])).success,
  ).toBe(true);
});
