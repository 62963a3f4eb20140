import { expect, it } from "vitest";
import { systemActor } from "../../schema/operation.ts";
import { siteSpecSchema } from "../../schema/site.ts";
import { createFakeSystem } from "../../system/fake-system.ts";
import { anInstance } from "../../testing/release-scene.ts";
import { prepareRelease } from "./prepare-release.ts";

it("a disk can be full at any step, and a release is then not made", async () => {
  const site = {
    spec: siteSpecSchema.parse({
      name: "shop",
      domains: ["shop.example.org"],
      source: { kind: "directory", path: "/srv/shop" },
      app: { entry: "app:app" },
      pool: { workers: 1 },
    }),
  };
  for (let failing = 1; ; failing += 1) {
    const system = createFakeSystem({ seed: 1 });
    const instance = anInstance("/var/monban", false);
    await system.files.makeFolder("/srv/shop/pkg");
    await system.files.writeAtomic("/srv/shop/app.py", "app = 1");
    await system.files.writeAtomic("/srv/shop/pkg/a.py", "a");
    let changes = 0;
    system.files.onChange = (operation) => {
      changes += 1;
      if (changes === failing && operation !== "remove")
        throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
    };
    const context = { system, instance };
    const args = { context, site, number: 1, actor: systemActor, user: system.accounts.self };
    const signal = new AbortController().signal;
    const made = await prepareRelease({ ...args, signal }).then(
      () => true,
      () => false,
    );
    system.files.onChange = () => {};
    // The same number can be tried again, whatever step failed.
    if (!made) await prepareRelease({ ...args, signal });
    const releases = await system.files.list("/var/monban/data/sites/shop/releases");
    expect(releases.filter((name) => name.endsWith(".partial"))).toEqual([]);
    expect(system.files.dump()["/var/monban/data/sites/shop/releases/1/pkg/a.py"]).toBe("a");
    if (made && changes < failing) return;
    expect(failing).toBeLessThan(100);
  }
});
