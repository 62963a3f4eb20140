import { expect, it } from "vitest";
import { createRealAccounts, parsePasswdLine } from "./real-accounts.ts";

it("a known user is found by number, an unknown one is null", async () => {
  const accounts = createRealAccounts();
  expect(await accounts.byUid(0)).toEqual({ uid: 0, gid: 0, name: "root" });
  expect(await accounts.byUid(4_294_900_001)).toBeNull();
  expect(accounts.self.uid).toBe(process.getuid!());
});

it("only users of Monban's own are made or removed", async () => {
  const accounts = createRealAccounts();
  for (const name of ["root", "www-data", "monban-../x", `monban-${"x".repeat(30)}`, "-r"]) {
    if (name !== "monban--")
      await expect(accounts.removeSystemUser(name)).rejects.toThrow(/may create or remove/);
    if (name !== "monban--")
      await expect(accounts.ensureSystemUser(name)).rejects.toThrow(/may create or remove/);
  }
});

it("a system user is made once, without a home or a shell, and goes again", async () => {
  const accounts = createRealAccounts();
  const name = `monban-t-${process.pid}`;
  if (!accounts.privileged) {
    await expect(accounts.ensureSystemUser(name)).rejects.toThrow();
    return;
  }
  try {
    const [first, second] = await Promise.all([
      accounts.ensureSystemUser(name),
      accounts.ensureSystemUser(name),
    ]);
    expect(first).toEqual(second);
    expect(first.uid).toBeGreaterThan(0);
    expect(await accounts.byUid(first.uid)).toEqual(first);
  } finally {
    await accounts.removeSystemUser(name);
  }
  await accounts.removeSystemUser(name);
});

it("a line of the user list is read or refused, never guessed", () => {
  expect(parsePasswdLine("shop:x:1001:1002:Shop,,,:/home/shop:/bin/sh\n")).toEqual({
    name: "shop",
    uid: 1001,
    gid: 1002,
  });
  expect(parsePasswdLine("")).toBeNull();
  expect(parsePasswdLine("shop:x:abc:1")).toBeNull();
});
