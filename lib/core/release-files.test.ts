import { expect, it } from "vitest";
import { isShownFolder, parseSourceRoots, refusalOfFolder } from "./allowed-folders.ts";
import { closedGate, pathsTo } from "./reach.ts";
import {
  ancestorsOf,
  databaseOfCompanion,
  isLeftOutOfReleases,
  isRunTimeNoise,
  isWithin,
  placeSymlink,
  releasesToPrune,
  systemUserName,
} from "./release-files.ts";
import { decideCarry, isNewerThanSource, linkPlace } from "./strays.ts";

const release = (number: number, result: "pending" | "succeeded" | "failed" = "succeeded", kept = true) => ({
  number,
  result,
  kept,
});

it("the current release, those that run and the newest good ones keep their code", () => {
  const releases = [7, 6, 5, 4, 3, 2].map((number) => release(number));
  expect(releasesToPrune({ releases, keep: 2, current: 7, inUse: [3] })).toEqual([4, 2]);
  // After a rollback the newer ones count as well.
  expect(releasesToPrune({ releases, keep: 2, current: 3, inUse: [] })).toEqual([5, 4, 2]);
});

it("a failed release goes first, but stays while it is the newest, for whoever looks into it", () => {
  const releases = [
    release(5, "failed"),
    release(4),
    release(3, "failed"),
    release(2),
    release(1, "failed", false),
  ];
  expect(releasesToPrune({ releases, keep: 5, current: 4, inUse: [] })).toEqual([3]);
});

it("a release under way is never pruned; one left by a crash is", () => {
  const releases = [release(6), release(5, "pending"), release(4), release(3, "pending")];
  expect(releasesToPrune({ releases, keep: 5, current: 4, inUse: [] })).toEqual([3]);
});

it("symbolic links mean the same place in a release as in the source", () => {
  expect(placeSymlink("a/link", "../b", "/srv/shop")).toBe("../b");
  expect(placeSymlink("a/link", "/srv/shop/b/c", "/srv/shop")).toBe("../b/c");
  expect(placeSymlink("link", "/srv/shop", "/srv/shop")).toBe(".");
  expect(placeSymlink("a/link", "../../other/x", "/srv/shop")).toBe("/srv/other/x");
  expect(placeSymlink("link", "/srv/shop-2/x", "/srv/shop")).toBe("/srv/shop-2/x");
});

it("names of system users fit Linux and stay different", () => {
  expect(systemUserName("shop")).toBe("monban-shop");
  // A site that is called nginx does not become the user that reads what all sites own.
  expect(systemUserName("nginx")).toMatch(/^monban-nginx-[a-z0-9]{7}$/);
  const names = ["a", "b"].map((end) => systemUserName(`${"x".repeat(30)}-${end}`));
  expect(new Set(names).size).toBe(2);
  for (const name of names) expect(name).toMatch(/^monban-[a-z0-9-]{1,25}$/);
  expect(systemUserName(`${"y".repeat(16)}-${"z".repeat(15)}`)).not.toContain("--");
});

it("paths are compared by their parts", () => {
  expect(isWithin("a/b", "a")).toBe(true);
  expect(isWithin("ab", "a")).toBe(false);
  expect(isWithin("/x", "/")).toBe(true);
  expect(ancestorsOf("a/b/c")).toEqual(["a", "a/b"]);
  expect(databaseOfCompanion("x/shop.db-wal")).toBe("x/shop.db");
  expect(databaseOfCompanion("x/shop.db")).toBeNull();
});

it("environments are known by their settings file, not by their name", () => {
  expect(isLeftOutOfReleases("venv", "directory", ["bin"])).toBe(false);
  expect(isLeftOutOfReleases("my-python", "directory", ["bin", "pyvenv.cfg"])).toBe(true);
  expect(isRunTimeNoise("app.pid", "file", [])).toBe(true);
  expect(isRunTimeNoise("app.log", "file", [])).toBe(false);
});

it("data takes a free place, and another's only where nobody has it open", () => {
  const data = { kind: "file" as const, sourceHash: "h" };
  const as = (sourceHash: string | null) => ({ kind: "file" as const, sourceHash });
  expect(decideCarry({ data, standing: { kind: "none" }, into: "live-release" })).toBe("link");
  expect(decideCarry({ data, standing: as("h"), into: "live-release" })).toBe("conflict");
  expect(decideCarry({ data, standing: as("h"), into: "new-release" })).toBe("link");
  expect(decideCarry({ data, standing: as("other"), into: "new-release" })).toBe("conflict");
  expect(decideCarry({ data, standing: as("other"), into: "older-release" })).toBe("link");
  expect(decideCarry({ data, standing: as(null), into: "older-release" })).toBe("set-aside");
  const folder = { kind: "directory" as const, untouched: false };
  expect(decideCarry({ data, standing: folder, into: "new-release" })).toBe("conflict");
  expect(decideCarry({ data: { ...data, kind: "directory" }, standing: folder, into: "new-release" })).toBe(
    "descend",
  );
});

it("a file in place of a link is newer than the source's; a folder never is", () => {
  const found = { kind: "file" as const, sourceHash: null };
  expect(isNewerThanSource({ found, hadLink: true, sourceHashNow: "x" })).toBe(true);
  expect(isNewerThanSource({ found, hadLink: false, sourceHashNow: "x" })).toBe(false);
  expect(
    isNewerThanSource({ found: { ...found, sourceHash: "x" }, hadLink: false, sourceHashNow: "x" }),
  ).toBe(true);
  expect(
    isNewerThanSource({ found: { ...found, kind: "directory" }, hadLink: true, sourceHashNow: null }),
  ).toBe(false);
});

it("a link below a linked folder is made where that folder really is", () => {
  const links = [
    { path: "up", location: "/srv/shop/up" },
    { path: "up/deep", location: "/data/deep" },
  ];
  expect(linkPlace("notes.txt", "/releases/2", links)).toBe("/releases/2/notes.txt");
  expect(linkPlace("up/a.png", "/releases/2", links)).toBe("/srv/shop/up/a.png");
  expect(linkPlace("up/deep/b", "/releases/2", links)).toBe("/data/deep/b");
  expect(linkPlace("up", "/releases/2", links)).toBe("/releases/2/up");
});

it("the first folder that is closed to somebody is named", () => {
  const gates = pathsTo("/srv/shop").map((path) => ({ path, mode: 0o755, uid: 0, gid: 0 }));
  expect(gates.map(({ path }) => path)).toEqual(["/", "/srv", "/srv/shop"]);
  const user = { uid: 1000, gid: 1000 };
  expect(closedGate(gates, user)).toBeNull();
  const closed = gates.map((gate) => (gate.path === "/srv" ? { ...gate, mode: 0o750 } : gate));
  expect(closedGate(closed, user)?.path).toBe("/srv");
  expect(closedGate(closed, { uid: 1000, gid: 0 })).toBeNull();
  expect(closedGate(closed, { uid: 0, gid: 0 })).toBeNull();
});

it("sources lie where sites lie, or where the installation says", () => {
  const at = (real: string, roots: string[] = []) =>
    refusalOfFolder({ real, data: "/var/lib/monban", program: "/srv/program/dist", roots });
  for (const allowed of [
    "/srv/shop",
    "/home/ann/shop",
    "/opt/x",
    "/app",
    "/var/www/x",
    "/usr/local/x",
    "/var/lib/monban/sample",
  ]) {
    expect(at(allowed), allowed).toBeNull();
  }
  for (const refused of [
    "/",
    "/etc/x",
    "/usr/lib/x",
    "/var/lib/x",
    "/home",
    "/proc",
    "/var/lib/monban",
    "/var/lib/monban/sites/x",
  ]) {
    expect(at(refused), refused).not.toBeNull();
  }
  expect(at("/var/lib/x", ["/var/lib/x"])).toBeNull();
  expect(at("/srv/shop", ["/var/lib/x"])).toContain("/var/lib/x");
  expect(isShownFolder({ real: "/var", data: "/d", program: "/p", roots: ["/var/lib/x"] })).toBe(true);
  expect(isShownFolder({ real: "/srv", data: "/d", program: "/p", roots: ["/var/lib/x"] })).toBe(false);
  expect(parseSourceRoots(" /a/ :b:/c")).toEqual(["/a", "/c"]);
  expect(parseSourceRoots(undefined)).toEqual([]);
});
